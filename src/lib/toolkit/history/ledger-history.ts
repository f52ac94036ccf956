import { shortReference } from '../../account/account.ts'
import type { Account } from '../../account/account.ts'
import { resolveReference } from '../../account/reference.ts'
import type { ClientKey } from '../../account/client-key.ts'
import { formatTime, formatDay } from '../../base/iso-time.ts'
import { QwenctlError, isQwenctlError } from '../../base/errors.ts'
import { HOUR_MS, bucketAt } from '../../quota/history/history.ts'
import type { History } from '../../quota/history/history.ts'
import type { DayTotals } from '../../quota/log/state.ts'
import type { RunRecord } from '../../schedule/run-record.ts'
import type { Job } from '../../schedule/job.ts'
import type { AccountsData } from '../../store/documents/accounts-document.ts'
import { HistoryFiles } from '../../store/history/history-files.ts'
import type { HistoryReading } from '../../store/history/history-files.ts'
import type { Home } from '../../store/home.ts'
import { openStore } from '../../store/redis/open-store.ts'
import { buildAccountViews, filterAccounts } from '../quota/direct-quota.ts'
import type { StoreSnapshot } from '../quota/direct-quota.ts'
import type { AccountFilter } from '../accounts/account-inputs.ts'
import type { AccountView } from '../views.ts'
import type { HistoryScene } from './history-document.ts'
import { historyDocument, modelTotals, sumTally } from './history-document.ts'
import { listDifferences, viewSubject } from './compare-usage.ts'
import type { CountedSubject } from './compare-usage.ts'
import type { CompareQuery, ComparisonDocument } from './comparison-views.ts'
import type {
  AccountStats,
  HistoryBooks,
  HistoryDocument,
  HistoryQuery,
  HistorySpan,
} from './history-views.ts'

const DAY_MS = 24 * HOUR_MS
const MOST_DAYS = 3650
const MOST_HOURS = 35 * 24
const DAYS_BY_DEFAULT = 30

export interface HistoryParts {
  home: Home
  books: () => Promise<StoreSnapshot>
  keys: () => Promise<ClientKey[]>
  jobs: () => Promise<Pick<Job, 'id' | 'name' | 'user'>[]>
  /** The ended runs of jobs since a time, in epoch milliseconds. */
  runs: (since: number) => RunRecord[]
  warn: (message: string) => void
}

/** History from the ledger of this home. */
export class LedgerHistory implements HistoryBooks {
  readonly #parts: HistoryParts
  readonly #files: HistoryFiles

  constructor(parts: HistoryParts) {
    this.#parts = parts
    this.#files = new HistoryFiles(parts.home)
  }

  async show(query: HistoryQuery): Promise<HistoryDocument> {
    return historyDocument(await this.#scene(query, await this.#parts.books()))
  }

  async stats(
    reference: string | null,
    { user, ...span }: HistorySpan & Pick<HistoryQuery, 'per' | 'user'>,
  ): Promise<AccountStats> {
    const books = await this.#parts.books()
    const filter = user === undefined ? {} : { user }
    const account = reference === null ? null : resolveReference(books.data.accounts, reference, filter)
    const query: HistoryQuery = { ...span, by: 'all', ...filter }
    if (account !== null) query.accounts = [account.id]
    const scene = await this.#scene(query, books)
    const { now, from, to, per, rows, totals } = historyDocument(scene)
    const views = buildAccountViews(
      books,
      account === null ? filterAccounts(books.data.accounts, filter) : [account],
    )
    return {
      account: account === null ? null : (views[0] ?? null),
      now,
      from,
      to,
      per,
      rows,
      totals,
      models: modelTotals(scene),
      cooldowns: account === null ? [] : views.flatMap(({ cooldowns }) => cooldowns),
      forecast: account === null ? null : firstToRunOut(views),
    }
  }

  async compare({ accounts = [], groups = [], user, ...span }: CompareQuery): Promise<ComparisonDocument> {
    const snapshot = await this.#parts.books()
    const filter = user === undefined ? {} : { user }
    const scene = await this.#scene({ ...span, per: 'day', by: 'all', ...filter }, snapshot)
    const subjects = listSubjects(snapshot.data, { accounts, groups, filter })
    const runs = this.#parts.runs(scene.from)
    const counted = subjects.map(({ ids, ...subject }) => ({
      ...subject,
      accounts: ids.size,
      tally: sumTally({ ...scene, only: ids }),
      runs: runs.filter(({ account }) => ids.has(account)),
    }))
    const [a, b, ...others] = counted
    const { from, now } = scene
    return {
      now: formatTime(now),
      from: formatTime(from),
      to: formatTime(now),
      subjects: counted.map(viewSubject),
      differences: a === undefined || b === undefined || others.length > 0 ? null : listDifferences(a, b),
    }
  }

  /** Reads the history from the beginning of a day, where the store is. */
  async #read(fromDay: string): Promise<HistoryReading> {
    const store = await openStore(this.#parts.home)
    if (store === null) return this.#files.read(fromDay)
    const { readSharedHistory } = await import('../../store/redis/shared-history.ts')
    return readSharedHistory(store, fromDay)
  }

  async #scene(query: HistoryQuery, { data, now }: StoreSnapshot): Promise<HistoryScene> {
    const only = findAccounts(data, query)
    const { from, to } = findSpan(query, now)
    const { history, totals } = await this.#read(formatDay(from))
    for (const problem of this.#files.problems) this.#parts.warn(problem)
    addTotals(history, totals)
    const known = [...data.archived, ...data.accounts].map((account) => [account.id, account] as const)
    const { per, by, viewer, splitsJobs = false } = query
    const isNamed = ({ user }: { user: string | null }) => viewer === undefined || user === viewer
    const keys = by === 'key' ? (await this.#parts.keys()).filter(isNamed) : []
    const jobs = by === 'job' || by === 'key' ? (await this.#parts.jobs()).filter(isNamed) : []
    const named = { keys, jobs, hidesOthers: viewer !== undefined, splitsJobs }
    return { history, accounts: new Map(known), ...named, only, from, to, now, per, by }
  }
}

type Subject = Pick<CountedSubject, 'kind' | 'key' | 'label'> & { ids: Set<string> }

/** The named accounts and groups; without names every account. */
function listSubjects(
  data: AccountsData,
  { accounts, groups, filter }: { accounts: string[]; groups: string[]; filter: AccountFilter },
): Subject[] {
  const named = accounts.map((reference) => resolved(data, reference, filter))
  const all = accounts.length + groups.length === 0 ? filterAccounts(data.accounts, filter) : named
  const single = all.map((account): Subject => {
    const { id } = account
    return { kind: 'account', key: id, label: shortReference(account), ids: new Set([id]) }
  })
  const together = groups.map((group): Subject => {
    const own = filterAccounts([...data.accounts, ...data.archived], { ...filter, group })
    if (own.length > 0)
      return { kind: 'group', key: group, label: group, ids: new Set(own.map(({ id }) => id)) }
    throw new QwenctlError('account_not_found', `no account has the group "${group.slice(0, 64)}"`, {
      hint: 'qwenctl auth list --columns account,groups shows the groups',
    })
  })
  return [...single, ...together]
}

/** Epoch milliseconds, whole hours at the beginning; `to` is exclusive. Throws `invalid_value`. */
function findSpan({ from, to, ...span }: HistorySpan, now: number): { from: number; to: number } {
  // A bucket of the current hour may begin at this very millisecond.
  if (from === undefined && to === undefined) return { from: countBack(span, now), to: now + 1 }
  if (span.days !== undefined || span.hours !== undefined)
    throw outOfRange('days or hours, and from or to, contradict each other')
  const end = to ?? now + 1
  const start = from ?? countBack({}, end)
  if (start >= end) throw outOfRange('from must be before to')
  if (end - start > MOST_DAYS * DAY_MS) throw outOfRange(`from and to may be ${MOST_DAYS} days apart`)
  return { from: Math.floor(start / HOUR_MS) * HOUR_MS, to: end }
}

/** Epoch milliseconds. Throws `invalid_value` for an invalid span. */
function countBack({ days, hours }: HistorySpan, now: number): number {
  if (days !== undefined && hours !== undefined) throw outOfRange('days and hours contradict each other')
  if (hours !== undefined) {
    if (!isWhole(hours, MOST_HOURS)) throw outOfRange(`hours must be a whole number from 1 to ${MOST_HOURS}`)
    return (Math.floor(now / HOUR_MS) - hours + 1) * HOUR_MS
  }
  const span = days ?? DAYS_BY_DEFAULT
  if (!isWhole(span, MOST_DAYS)) throw outOfRange(`days must be a whole number from 1 to ${MOST_DAYS}`)
  return (Math.floor(now / DAY_MS) - span + 1) * DAY_MS
}

function isWhole(value: number, most: number): boolean {
  return Number.isSafeInteger(value) && value >= 1 && value <= most
}

function outOfRange(message: string): QwenctlError {
  return new QwenctlError('invalid_value', message)
}

/** Null: all accounts, deleted ones included. Archived accounts can be named too, because their history remains. */
function findAccounts(data: AccountsData, query: HistoryQuery): Set<string> | null {
  const { accounts: references = [], user, provider, group } = query
  const filter: AccountFilter = {
    ...(user === undefined ? {} : { user }),
    ...(provider === undefined ? {} : { provider }),
    ...(group === undefined ? {} : { group }),
  }
  if (references.length > 0) return new Set(references.map((one) => resolved(data, one, filter).id))
  if (Object.keys(filter).length === 0) return null
  const chosen: Account[] = filterAccounts([...data.accounts, ...data.archived], filter)
  return new Set(chosen.map(({ id }) => id))
}

function resolved({ accounts, archived }: AccountsData, reference: string, filter: AccountFilter): Account {
  try {
    return resolveReference(accounts, reference, filter)
  } catch (error) {
    if (!isQwenctlError(error) || error.code !== 'account_not_found') throw error
    try {
      return resolveReference(archived, reference, filter)
    } catch (other) {
      throw isQwenctlError(other) && other.code === 'ambiguous_account' ? other : error
    }
  }
}

/** A day that has only totals becomes one bucket at its start. */
function addTotals(history: History, totals: Map<string, Map<string, DayTotals>>): void {
  for (const [day, accounts] of totals) {
    for (const [account, did] of accounts) {
      const bucket = bucketAt(history, { at: Date.parse(day), account, model: null, key: null })
      Object.assign(bucket, did)
      // The number that used tokens is lost; successful requests did use them.
      if (did.costUsd === null && did.inputTokens + did.outputTokens > 0) bucket.unpriced = did.succeeded
    }
  }
}

function firstToRunOut(views: AccountView[]): AccountStats['forecast'] {
  const known = views.flatMap(({ limits }) =>
    limits.flatMap(({ metric, window, model, forecast }) => {
      const runsOut = forecast !== null && forecast.exhaustsAt !== null
      return runsOut ? [{ ...forecast, metric, window, model }] : []
    }),
  )
  const [first] = known.sort(
    (one, other) => Date.parse(one.exhaustsAt ?? '') - Date.parse(other.exhaustsAt ?? ''),
  )
  return first ?? null
}
