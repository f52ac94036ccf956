import type { LogEntry } from '../../observe/logs/log-filter.ts'
import { emptyRate, noteRequests } from './request-rate.ts'
import type { RequestRate } from './request-rate.ts'
import type { RequestLine } from '../request-line.ts'
import { requestLine } from '../request-line.ts'

/** The state of the log in the requests pane. */
export interface RequestLog {
  /** Oldest first. */
  lines: readonly RequestLine[]
  nextSeq: number
  /** The newest visible line; null: new lines appear as they arrive. */
  heldAt: number | null
  /** The line under the marker; null: the newest. */
  selected: number | null
  rate: RequestRate
  /** False: the settings keep requests out of the log. */
  isLogged: boolean
}

/** The most lines kept; the log itself has older ones. */
export const MOST_LINES = 1000

export const emptyLog: RequestLog = {
  lines: [],
  nextSeq: 1,
  heldAt: null,
  selected: null,
  rate: emptyRate,
  isLogged: true,
}

export function withEntries(log: RequestLog, entries: LogEntry[]): RequestLog {
  const known = entries.flatMap((entry, index) => requestLine(entry, log.nextSeq + index) ?? [])
  if (known.length === 0) return log
  const times = known.filter(({ kind }) => kind === 'request').map(({ at }) => at)
  return {
    ...log,
    lines: [...log.lines, ...known].slice(-MOST_LINES),
    nextSeq: log.nextSeq + entries.length,
    rate: noteRequests(log.rate, times),
  }
}

/** The number of lines that arrived since the hold. */
export function linesBehind({ lines, heldAt }: RequestLog): number {
  if (heldAt === null) return 0
  const first = lines.findIndex(({ seq }) => seq > heldAt)
  return first < 0 ? 0 : lines.length - first
}
