// Plans a batch: the accounts that can serve its models, its cost, and when the limits allow its last line.

import { LOCAL_USER } from '../../account/account.ts'
import { QwenctlError } from '../../base/errors.ts'
import { formatTime } from '../../base/iso-time.ts'
import { PriceBook } from '../../quota/prices/price-book.ts'
import type { Toolkit } from '../toolkit.ts'
import type { ExplainDocument, ExplainedAccount } from '../views.ts'
import type { Lane } from './input/batch-input.ts'
import type { BatchPlanView } from './batch-views.ts'
import { fitsAllAt } from './fits-all-at.ts'
import { readHeader, replayJournal, StateReader } from './results/journal.ts'
import { RowStates } from './results/row-states.ts'
import type { BatchWish, CheckedBatch } from './run/run-batch.ts'

/** English text has about four bytes a token; JSON and other languages have fewer. The output marks the estimate. */
const BYTES_PER_TOKEN = 4

export interface PlanQuery extends Pick<BatchWish, 'group' | 'retryFailed' | 'retryUnknown'> {
  /** Only this user's accounts serve. */
  user: string | undefined
  /** The headroom, as written; missing: as configured. */
  reserve: string | undefined
  /** The only account that serves; missing: any. */
  account?: string | undefined
  /** The client key of the batch; missing: none. */
  key?: string | undefined
}

export interface BatchPlan {
  view: BatchPlanView
  /** The estimated cost of one line, at most; null: unknown. */
  lineCostUsd: number | null
  /** Accounts that can serve some line. */
  accounts: number
}

type PlanParts = Pick<Toolkit, 'accounts' | 'quotas' | 'settings'>

/** Throws `model_not_found` when no account has a model of the batch, and `no_accounts`. */
export async function planBatch(
  toolkit: PlanParts,
  checked: CheckedBatch,
  query: PlanQuery,
): Promise<BatchPlan> {
  const { input } = checked
  const prices = await openPrices(toolkit)
  const states = await readStates(checked)
  const { open, done, failed, claimed } = states.counts
  const toSend = open + (query.retryFailed ? failed : 0) + (query.retryUnknown ? claimed : 0)
  const serving = new Map<string, ExplainedAccount>()
  const models: PlannedModel[] = []
  let now = Date.now()
  for (const lane of input.lanes) {
    const document = await explainLane(toolkit, lane, { ...query, dialect: input.dialect })
    now = Date.parse(document.now)
    const able = document.accounts.filter(canServe)
    if (able.length === 0) throw await unserved(toolkit, document, { lane, file: input.path, query })
    for (const account of able) serving.set(account.id, account)
    models.push(planModel(lane, able, prices))
  }
  const maxCostUsd = addUp(models.map((model) => model.maxCostUsd))
  const fit = fitsAllAt([...serving.values()], toSend, now)
  const view: BatchPlanView = {
    file: input.path,
    format: input.dialect,
    lines: input.count,
    answered: done + failed,
    unknown: claimed,
    toSend,
    models,
    inputTokens: models.reduce((sum, { inputTokens }) => sum + inputTokens, 0),
    maxOutputTokens: addUp(models.map((model) => model.maxOutputTokens)),
    maxCostUsd,
    roomNow: fit.roomNow,
    endsAt: fit.at === null ? null : formatTime(fit.at),
  }
  const lineCostUsd = maxCostUsd === null ? null : maxCostUsd / Math.max(1, input.count)
  return { view, lineCostUsd, accounts: serving.size }
}

type PlannedModel = BatchPlanView['models'][number]

/** The cost of a request at an account; null: a price is unknown. */
type CostAt = (account: ExplainedAccount, model: string, usage: Usage) => number | null
type Usage = Parameters<PriceBook['computeCost']>[2]

async function openPrices({ settings, accounts }: PlanParts): Promise<CostAt> {
  const prices = new PriceBook(await settings.prices(), await settings.priceTable())
  const records = new Map((await accounts.records()).map((account) => [account.id, account]))
  return ({ id }, model, usage) => prices.computeCost(records.get(id)!, model, usage)
}

/** The lines of one model: their tokens, and their cost at the most expensive account. */
function planModel(lane: Lane, able: ExplainedAccount[], costAt: CostAt): PlannedModel {
  const inputTokens = Math.ceil(lane.bytes / BYTES_PER_TOKEN)
  const maxOutputTokens = lane.unlimited > 0 ? null : lane.mostOutputTokens
  const usage = { inputTokens, outputTokens: maxOutputTokens }
  const costs = able.map((account) => costAt(account, account.model ?? lane.model, usage))
  return {
    model: lane.model,
    endpoint: lane.path,
    lines: lane.lines,
    inputTokens,
    maxOutputTokens,
    maxCostUsd: costs.includes(null) ? null : Math.max(...costs.map((cost) => cost ?? 0)),
    accounts: able.map(({ provider, name }) => `${provider}/${name}`),
  }
}

/** Null: a value is unknown. */
function addUp(values: (number | null)[]): number | null {
  if (values.includes(null)) return null
  return values.reduce<number>((sum, value) => sum + (value ?? 0), 0)
}

/** The states that the journal has; nothing is written. */
export async function readStates({ input, paths }: CheckedBatch): Promise<RowStates> {
  const states = new RowStates(input.count)
  if ((await readHeader(paths.journal)) !== null)
    await replayJournal(paths.journal, new StateReader(states), input.count)
  return states
}

function explainLane(
  toolkit: PlanParts,
  { model, path }: Lane,
  { group, user, reserve, key, account, dialect }: PlanQuery & { dialect: 'openai' | 'anthropic' },
): Promise<ExplainDocument> {
  const given = Object.entries({
    model,
    dialect,
    user,
    reserve,
    key,
    account,
    group: group ?? undefined,
    route: path,
  }).filter(([, value]) => value !== undefined)
  return toolkit.quotas.explain(Object.fromEntries(given))
}

function canServe({ place, returnsAt }: ExplainedAccount): boolean {
  return place !== null || returnsAt !== null
}

async function unserved(
  { accounts: store }: PlanParts,
  { accounts, unknownModel }: ExplainDocument,
  { lane: { model, path }, file, query }: { lane: Lane; file: string; query: PlanQuery },
): Promise<QwenctlError> {
  if (accounts.length === 0 && (await store.records()).length === 0)
    return new QwenctlError('no_accounts', 'there are no accounts yet')
  const filter = describeFilter(query)
  if (accounts.length === 0) {
    return new QwenctlError('no_accounts', `there is no account${filter}`, {
      hint: 'qwenctl auth list shows the accounts, with their groups and users; nothing was sent',
    })
  }
  const near = unknownModel?.near ?? []
  const hint = near.length > 0 ? `near names: ${near.join(', ')}` : `qwenctl models ${model} says why`
  return new QwenctlError(
    'model_not_found',
    `no account${filter} can serve ${model} at ${path}, which ${file} asks for`,
    {
      hint: `${hint}; nothing was sent`,
    },
  )
}

/** ` in the group night of the user bob`; empty: the batch may use every account. */
function describeFilter({ group, user, account }: PlanQuery): string {
  return [
    account === undefined ? '' : ` called ${account}`,
    group === null ? '' : ` in the group ${group}`,
    user === undefined || user === LOCAL_USER ? '' : ` of the user ${user}`,
  ].join('')
}

/** Throws `invalid_value` if an unknown price makes the budget impossible to keep. */
export function refuseUnpriced({ models }: BatchPlanView, maxCostUsd: number | null): void {
  if (maxCostUsd === null) return
  const unpriced = models.find((model) => model.maxCostUsd === null && model.maxOutputTokens !== null)
  if (unpriced === undefined) return
  throw new QwenctlError('invalid_value', `the price of ${unpriced.model} is not known at every account`, {
    hint: 'state it in the section prices of config.yaml (qwenctl config edit), or leave out --max-cost',
  })
}
