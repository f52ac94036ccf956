import type { RequestPage, RequestView } from '../../contract/requests.ts'
import { showLineTo } from '../logs/lines-of-user.ts'
import type { LogEntry } from '../logs/log-filter.ts'
import { parseLine } from '../logs/log-filter.ts'
import type { OpenLog } from '../logs/open-logs.ts'
import { closeLogs, openAllLogs } from '../logs/open-logs.ts'
import type { PlacedLine } from './log-backwards.ts'
import { readBackwards } from './log-backwards.ts'
import { viewRequest } from './request-view.ts'

/** An account as the log names it; missing parts match all. */
export interface LoggedAccount {
  user?: string
  provider?: string
  name: string
}

/** The conditions for a request; missing conditions match every request. */
export interface RequestFilter {
  account?: LoggedAccount
  model?: string
  /** `ok`, `failed`, or one outcome. */
  outcome?: string
  /** The name of the client key. */
  key?: string
  /** The id of the client key. Lines of older versions have none, and so match none. */
  keyId?: string
  user?: string
  /** Epoch milliseconds. */
  since?: number
  until?: number
}

export interface RequestSearch {
  /** The folder of the logs. */
  folder: string
  /** Only requests of this user are shown; null: all. */
  viewer: string | null
}

const IS_REQUEST = '"kind":"request"'
/** The most bytes that one page reads: the next page continues. */
const MOST_BYTES = 64 << 20
/** The most bytes that the search for one request reads. More than for a page: it parses no line of another request. */
const MOST_BYTES_OF_SEARCH = 4 * MOST_BYTES
/** Lines are written shortly after the end of their request, and not in its order. */
const LATE_MS = 60_000

/**
 * A page of finished requests, the newest first. `after`: `next` of the previous page. A page may be short although
 * there are more, because one page reads a bounded part of the log.
 */
export async function listRequests(
  { folder, viewer }: RequestSearch,
  filter: RequestFilter,
  { after, limit }: { after: string | null; limit: number },
): Promise<RequestPage> {
  return withOpenLogs(folder, async (logs) => {
    const requests: RequestView[] = []
    let bytes = 0
    for await (const block of readBackwards(logs, after)) {
      for (const { entry, position } of readRequests(block.lines, viewer)) {
        if (isOlder(entry, filter)) return { requests, next: null }
        if (!isWanted(entry, filter)) continue
        requests.push(viewRequest(entry))
        if (requests.length >= limit) return { requests, next: position }
      }
      bytes += block.bytes
      const last = block.lines.at(-1)
      if (bytes >= MOST_BYTES && last !== undefined) return { requests, next: last.position }
    }
    return { requests, next: null }
  })
}

/**
 * A request with all of its attempts; null: the last `mostBytes` of the log have none with this id that the viewer may
 * see.
 */
export async function findRequest(
  { folder, viewer }: RequestSearch,
  id: string,
  mostBytes = MOST_BYTES_OF_SEARCH,
): Promise<RequestView | null> {
  const wanted = `"requestId":${JSON.stringify(id)}`
  return withOpenLogs(folder, async (logs) => {
    let found: LogEntry | null = null
    let bytesRead = 0
    const attempts: LogEntry[] = []
    for await (const { lines, bytes } of readBackwards(logs, null, wanted)) {
      for (const { text } of lines) {
        const entry = text.includes(wanted) ? readShown(text, viewer) : null
        if (entry?.['requestId'] !== id) continue
        if (entry.kind === 'request') found = entry
        else if (entry.kind === 'attempt' || entry.kind === 'rotation') attempts.push(entry)
      }
      // The lines of one request are written together, so an older block can only have the rest of them.
      if (found !== null && !isAtEdge(lines, wanted)) break
      bytesRead += bytes
      if (bytesRead >= mostBytes) break
    }
    return found === null ? null : viewRequest(found, completeAttempts(found, attempts.reverse()))
  })
}

/** Whether the oldest line of a block is of this request: the next block may then have more of them. */
function isAtEdge(lines: readonly PlacedLine[], wanted: string): boolean {
  return lines.at(-1)?.text.includes(wanted) === true
}

/** A log of level warn has no lines of successful attempts: the request's own line then says more. */
function completeAttempts(found: LogEntry, attempts: LogEntry[]): LogEntry[] {
  return attempts.length >= Number(found['attempts'] ?? 0) ? attempts : addAnswer(found, attempts)
}

/** The lines of failed attempts, and the request's own line as its successful last attempt. */
function addAnswer(found: LogEntry, attempts: LogEntry[]): LogEntry[] {
  const isMissingLast = attempts.length === Number(found['attempts'] ?? 0) - 1 && found['outcome'] === 'ok'
  return isMissingLast && attempts.length > 0 ? [...attempts, found] : []
}

async function withOpenLogs<Value>(folder: string, use: (logs: OpenLog[]) => Promise<Value>): Promise<Value> {
  const logs = openAllLogs(folder)
  try {
    return await use(logs)
  } finally {
    closeLogs(logs)
  }
}

function* readRequests(
  lines: readonly PlacedLine[],
  viewer: string | null,
): Generator<{ entry: LogEntry; position: string }> {
  for (const { text, position } of lines) {
    const entry = text.includes(IS_REQUEST) ? readShown(text, viewer) : null
    if (entry?.kind === 'request') yield { entry, position }
  }
}

function readShown(text: string, viewer: string | null): LogEntry | null {
  const shown = viewer === null ? text : showLineTo(viewer, text)
  return shown === null ? null : parseLine(shown)
}

/** Whether this line and all before it are older than asked. */
function isOlder({ time }: LogEntry, { since }: RequestFilter): boolean {
  return since !== undefined && Date.parse(time) < since - LATE_MS
}

function isWanted(entry: LogEntry, filter: RequestFilter): boolean {
  const { account, model, outcome, user, since, until } = filter
  const at = Date.parse(entry.time)
  return (
    (model === undefined || entry['model'] === model) &&
    isOfKey(entry, filter) &&
    (user === undefined || entry['user'] === user || entry['onlyUser'] === user) &&
    (since === undefined || at >= since) &&
    (until === undefined || at <= until) &&
    (outcome === undefined || hasOutcome(entry, outcome)) &&
    (account === undefined || hasAsked(entry, account))
  )
}

function isOfKey(entry: LogEntry, { key, keyId }: RequestFilter): boolean {
  return (
    (key === undefined || entry['clientKey'] === key) &&
    (keyId === undefined || entry['clientKeyId'] === keyId)
  )
}

function hasOutcome({ outcome }: LogEntry, wanted: string): boolean {
  return wanted === 'failed' ? outcome !== 'ok' : outcome === wanted
}

/** Whether the account answered, or was tried before. */
function hasAsked(entry: LogEntry, { user, provider, name }: LoggedAccount): boolean {
  const isSame = (part: string | undefined, value: unknown) => part === undefined || part === value
  if (entry['account'] === name && isSame(provider, entry['provider']) && isSame(user, entry['user']))
    return true
  const owner = entry['onlyUser'] ?? entry['user']
  if (!Array.isArray(entry['tried']) || !isSame(user, owner)) return false
  return entry['tried'].some((text) => {
    const asked = String(text).replace(/ \S+$/, '')
    return provider === undefined ? asked.endsWith(`/${name}`) : asked === `${provider}/${name}`
  })
}
