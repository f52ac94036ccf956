import type { z } from 'zod'
import { redact } from '../../../account/mask.ts'
import { QwenctlError, isQwenctlError } from '../../../base/errors.ts'
import { inBatches } from '../../../base/in-batches.ts'
import { accountActions, doneActions } from '../../../contract/accounts/account-actions.ts'
import type { ManagedToolkit } from '../../../toolkit/scope/managed-toolkit.ts'
import { inApiWords } from '../../api-words.ts'
import { route } from '../../route.ts'
import { knownAccount } from './known-account.ts'
import { buildFilter } from '../filter.ts'

type Wanted = z.output<typeof accountActions>
type Done = Pick<z.input<typeof doneActions>['accounts'][number], 'result' | 'message'>
type Results = ReadonlyMap<string, Done>

/** The most checks of credentials at once. */
const AT_ONCE = 8
const none: Results = new Map()

/** Applies one action to several accounts. */
export const bulkActionRoute = route({
  method: 'POST',
  path: '/api/accounts/actions',
  access: 'user',
  summary: 'Act on several accounts',
  about:
    'Give `ids`, or a `filter`; `{}` as the filter selects all. Every account is looked up before the first change: one unknown id, and nothing changes. `dryRun` lists the accounts and changes nothing. `verify` and `refresh` ask the providers, and tell the result of each account.',
  errors: ['account_not_found', 'invalid_body'],
  body: accountActions,
  answer: doneActions,
  run: async ({ body, parts: { toolkit }, signal }) => {
    const ids = await selectAccounts(toolkit, body)
    const results =
      body.dryRun || ids.length === 0 ? none : await actOn(toolkit, body.action, { ids, signal })
    const views = new Map((await toolkit.accounts.list()).map((account) => [account.id, account]))
    const accounts = ids.flatMap((id) => {
      const account = views.get(id)
      const { result, message } = results.get(id) ?? { result: body.dryRun ? null : 'done', message: null }
      return account === undefined ? [] : [{ account, result, message }]
    })
    return { action: body.action, dryRun: body.dryRun, count: accounts.length, accounts }
  },
})

/** The ids in the order of the request, or of the list. Throws `account_not_found`, `invalid_body`. */
async function selectAccounts(toolkit: ManagedToolkit, { ids, filter }: Wanted): Promise<string[]> {
  if ((ids === undefined) === (filter === undefined)) {
    throw new QwenctlError('invalid_body', 'the body needs either "ids" or "filter"', {
      hint: '"filter": {} selects all accounts',
      details: { field: ids === undefined ? 'ids' : 'filter' },
    })
  }
  if (ids === undefined) {
    const { status, ...rest } = filter ?? {}
    const found = await toolkit.accounts.list(buildFilter(rest))
    return found.filter((account) => status === undefined || account.status === status).map(({ id }) => id)
  }
  const known = new Set((await toolkit.accounts.records()).map(({ id }) => id))
  for (const id of ids) if (!known.has(id)) await knownAccount(toolkit, id)
  return [...new Set(ids)]
}

async function actOn(
  toolkit: ManagedToolkit,
  action: Wanted['action'],
  { ids, signal }: { ids: string[]; signal: AbortSignal },
): Promise<Results> {
  const { accounts, jobs, quotas } = toolkit
  switch (action) {
    case 'enable':
    case 'disable':
      await accounts.setAllEnabled(ids, action === 'enable')
      return none
    case 'start':
      await accounts.setAllEnabled(ids, true)
      await jobs.orderAll(ids, false)
      return none
    case 'stop':
      await jobs.orderAll(ids, true)
      return none
    case 'reset':
      await quotas.reset(ids)
      return none
    case 'verify':
      return askEach(ids, (id) => accounts.verify(id), signal)
    case 'refresh':
      return askEach(ids, (id) => accounts.refresh(id), signal)
  }
}

/** The result of each account, also of one that fails. Throws `cancelled` once the client left. */
async function askEach(
  ids: string[],
  ask: (id: string) => Promise<Done>,
  signal: AbortSignal,
): Promise<Results> {
  const results = await inBatches(ids, AT_ONCE, async (id) => {
    if (signal.aborted) throw new QwenctlError('cancelled', 'the client left before every account was asked')
    return [id, await ask(id).catch(describeFailure)] as const
  })
  return new Map(results)
}

/** Throws a fault of the program itself. */
function describeFailure(error: unknown): Done {
  if (!isQwenctlError(error)) throw error
  return { result: 'failed', message: redact(inApiWords(error.message), []) }
}
