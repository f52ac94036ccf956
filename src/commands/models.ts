import { Args, Flags } from '@oclif/core'
import { QwenctlError } from '../lib/base/errors.ts'
import { shownName, shownReference } from '../lib/terminal/accounts/account-names.ts'
import type { ModelHolderView, ModelView } from '../lib/toolkit/models/models-view.ts'
import { findUnlisted, knownModels } from '../lib/toolkit/models/models-view.ts'
import type { AccountFilter } from '../lib/toolkit/toolkit.ts'
import type { ExplainedAccount } from '../lib/toolkit/views.ts'
import { formatAgo } from '../lib/terminal/format/format-time.ts'
import { pickItems } from '../lib/terminal/list-table.ts'
import type { ListOptions, ListShape } from '../lib/terminal/list-table.ts'
import type { ListFlags } from '../lib/terminal/base-command.ts'
import { listFlags } from './base/flags/list-flags.ts'
import { AccountCommand, buildFilter, groupFlag, providerFlag } from './base/toolkit-command.ts'

interface ModelsDocument {
  now: string
  models: ModelView[]
  /** With MODEL: the accounts that a request for it would try, in order, then the others. */
  order:
    | Pick<ExplainedAccount, 'id' | 'user' | 'provider' | 'name' | 'label' | 'place' | 'verdict' | 'reason'>[]
    | null
}

const FETCH = 'Fetch the lists: qwenctl auth verify, or qwenctl proxy start'

export default class Models extends AccountCommand {
  static override summary = 'show which accounts have which models'
  static override description =
    'Combines three sources: lists that services sent to the proxy, auth add or auth verify; the --model lists of accounts; the models that accounts served. With MODEL: which account would serve it, in order, and why the others would not.'
  static override examples = [
    '<%= config.bin %> models',
    '<%= config.bin %> models qwen3-coder-plus',
    '<%= config.bin %> models -q -p openrouter',
    '<%= config.bin %> models --sort model --columns model,account --top 20',
  ]
  static override args = {
    model: Args.string({ description: 'model as a client writes it', ignoreStdin: true }),
  }
  static override flags = {
    provider: providerFlag,
    group: groupFlag,
    ...listFlags,
    status: Flags.string({
      description: 'show only accounts of this status: enabled or disabled',
      options: ['enabled', 'disabled'],
      helpGroup: 'LIST',
    }),
  }

  async run(): Promise<ModelsDocument> {
    const { args, flags } = await this.parse(Models)
    const filter = buildFilter(flags)
    const { model } = args
    const all = await knownModels(this.toolkit, filter)
    const now = new Date().toISOString()
    if (model === undefined) {
      const models = this.#listModels(all, flags, now)
      if (!flags.quiet && all.length > 0) await this.#tellUnlisted(filter)
      return { now, models, order: null }
    }
    const { accounts: explained, asked } = await this.toolkit.quotas.explain({ ...filter, model })
    const order = [...explained]
      .sort((a, b) => (a.place ?? Infinity) - (b.place ?? Infinity))
      .map(({ id, user, provider, name, label, place, verdict, reason }) => {
        return { id, user, provider, name, label, place, verdict, reason }
      })
    const wanted = new Set(asked.steps.map((step) => step.model))
    const models = all.filter((view) => wanted.has(view.model))
    if (order.length === 0) throw new QwenctlError('account_not_found', 'no account matches')
    this.#printOrder(order, models, flags)
    return { now, models, order }
  }

  /** Prints a row for each account of each model, and returns the models that are left. */
  #listModels(all: ModelView[], flags: ListFlags & ListOptions, now: string): ModelView[] {
    const rows = all.flatMap(({ model, accounts }) => accounts.map((account) => ({ model, account })))
    const picked = pickItems(rows, shape, flags)
    const models = groupRows(picked)
    if (flags.quiet === true) models.forEach(({ model }) => this.print(model))
    else if (all.length === 0) this.tell(`No list of models is known yet. ${FETCH}`)
    else this.printList(picked, shape, { flags, rowsOf: (items) => items.map((row) => formatRow(row, now)) })
    return models
  }

  /** Names the accounts without a list from their service. Documented models must not pass for theirs. */
  async #tellUnlisted(filter: AccountFilter): Promise<void> {
    const names = (await findUnlisted(this.toolkit, filter)).map(shownReference)
    if (names.length === 0) return
    const shown = names.length > 3 ? `${names.length} accounts` : names.join(', ')
    this.tell(`The services of ${shown} have sent no list of models yet. ${FETCH}`)
  }

  #printOrder(
    order: NonNullable<ModelsDocument['order']>,
    models: readonly ModelView[],
    flags: ListFlags,
  ): void {
    const serving = order.filter(({ place }) => place !== null)
    if (flags.quiet === true) return serving.forEach((account) => this.print(shownReference(account)))
    const holders = models.flatMap(({ accounts }) => accounts)
    const rows = order.map((account) => [
      account.place === null ? '' : String(account.place),
      shownName(account),
      holders.find(({ id }) => id === account.id)?.source ?? 'not known',
      account.reason?.words ?? '',
    ])
    this.#print(['PLACE', 'ACCOUNT', 'SOURCE', 'WHY NOT'], rows, flags)
    if (holders.length === 0) this.tell('No account lists this model.')
  }

  #print(headers: string[], rows: string[][], flags: ListFlags): void {
    if (flags['no-header'] === true) rows.forEach((row) => this.print(row.join('  ').trimEnd()))
    else
      this.printTable(
        headers.map((header) => ({ header })),
        rows,
      )
  }
}

interface Row {
  model: string
  account: ModelHolderView
}

const shape: ListShape<Row> = {
  columns: [
    { key: 'model', aliases: ['name'], header: 'MODEL', rank: 10, value: ({ model }) => model },
    { key: 'account', header: 'ACCOUNT', value: ({ account }) => shownReference(account) },
    { key: 'source', header: 'SOURCE', rank: 4, value: ({ account }) => account.source },
    { key: 'since', header: 'KNOWN', rank: 2, value: ({ account }) => account.at },
  ],
  nameOf: ({ model }) => model,
  statusOf: ({ account }) => (account.enabled ? 'enabled' : 'disabled'),
  statuses: ['enabled', 'disabled'],
}

function formatRow({ model, account }: Row, now: string): string[] {
  const name = `${shownName(account)}${account.enabled ? '' : ' (disabled)'}`
  return [model, name, account.source, account.at === null ? '' : formatAgo(account.at, now)]
}

/** The rows as models with their accounts, in the order of the first row of each. */
function groupRows(rows: readonly Row[]): ModelView[] {
  const models = new Map<string, ModelHolderView[]>()
  for (const { model, account } of rows) models.set(model, [...(models.get(model) ?? []), account])
  return [...models].map(([model, accounts]) => ({ model, accounts }))
}
