import type { LogLevel } from '../request-event.ts'
import { isWritten } from './log-lines.ts'

/** A line of the log, as written. Its fields depend on its kind. */
export interface LogEntry {
  level: Exclude<LogLevel, 'off'>
  /** RFC 3339. */
  time: string
  kind: string
  [field: string]: unknown
}

/** The conditions for a line; missing conditions match every line. */
export interface LogFilter {
  /** At least this severe. */
  level?: LogLevel
  /** `name`, `provider/name` or `user:provider/name`: the account answered, was tried, or is named in the line. */
  account?: string
  model?: string
  requestId?: string
  /** Not older than this, epoch milliseconds. */
  since?: number
}

/** Null: not a log line of qwenctl, such as one that a full disk cut off. */
export function parseLine(text: string): LogEntry | null {
  try {
    const entry = JSON.parse(text) as Partial<LogEntry> | null
    const isOurs =
      typeof entry?.level === 'string' && typeof entry.time === 'string' && typeof entry.kind === 'string'
    return isOurs ? (entry as LogEntry) : null
  } catch {
    return null
  }
}

export function passes(entry: LogEntry, { level, account, model, requestId, since }: LogFilter): boolean {
  return (
    (level === undefined || isWritten(level, entry.level)) &&
    (model === undefined || entry['model'] === model) &&
    (requestId === undefined || entry['requestId'] === requestId) &&
    (since === undefined || Date.parse(entry.time) >= since) &&
    (account === undefined || isAbout(entry, account))
  )
}

function isAbout(entry: LogEntry, account: string): boolean {
  const { user, provider, account: name, tried } = entry
  const names = [
    name,
    `${String(provider)}/${String(name)}`,
    `${String(user)}:${String(provider)}/${String(name)}`,
  ]
  if (names.includes(account)) return true
  // Entries have the form "provider/name outcome".
  const asked = Array.isArray(tried) ? tried.map((text) => String(text).replace(/ \S+$/, '')) : []
  return asked.some((reference) => reference === account || reference.endsWith(`/${account}`))
}
