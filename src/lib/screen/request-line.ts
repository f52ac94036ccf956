import type { LogEntry } from '../observe/logs/log-filter.ts'
import { outcomeWords } from '../observe/outcome-words.ts'
import { printable } from '../terminal/format/text-width.ts'
import { shortDuration } from './view/words/short-duration.ts'
import type { Tone } from './line.ts'

/** A finished request. Unknown is null; no text has control characters. */
export interface RequestDone {
  kind: 'request'
  /** The number of the line among all lines. */
  seq: number
  /** The end, in epoch milliseconds. */
  at: number
  user: string | null
  /** `provider/name`; null: no account was tried. */
  account: string | null
  model: string | null
  outcome: string
  tone: Tone
  status: number | null
  latencyMs: number | null
  firstByteMs: number | null
  inputTokens: number | null
  outputTokens: number | null
  costUsd: number | null
  /** The tokens are an estimate. */
  isEstimated: boolean
  attempts: number
  /** The accounts that were tried before, with their outcomes: `qwen/work rate limited`. */
  before: string[]
  message: string
  requestId: string
  route: string
  clientKey: string
}

/** Any other line to show. */
export interface Happening {
  kind: 'note'
  seq: number
  at: number
  user: string | null
  account: string | null
  tone: Tone
  text: string
}

export type RequestLine = RequestDone | Happening

/** The line of a log entry; null: another line says the same. */
export function requestLine(entry: LogEntry, seq: number): RequestLine | null {
  const at = Date.parse(entry.time)
  if (!Number.isFinite(at)) return null
  switch (entry.kind) {
    case 'request':
      return requestDone(entry, seq, at)
    case 'attempt':
    case 'rotation': // the line of the request names every account that was tried
      return null
    default:
      return happening(entry, seq, at)
  }
}

function requestDone(entry: LogEntry, seq: number, at: number): RequestDone {
  const outcome = readText(entry, 'outcome')
  const tried = Array.isArray(entry['tried']) ? entry['tried'].map((text) => printable(String(text))) : []
  return {
    kind: 'request',
    seq,
    at,
    outcome: formatOutcome(outcome),
    ...readSubject(entry),
    model: readText(entry, 'model') || null,
    tone: outcome === 'ok' ? 'good' : entry['clientGone'] === true ? 'quiet' : 'warn',
    status: readNumber(entry, 'status'),
    latencyMs: readNumber(entry, 'latencyMs'),
    firstByteMs: readNumber(entry, 'firstByteMs'),
    inputTokens: readNumber(entry, 'inputTokens'),
    outputTokens: readNumber(entry, 'outputTokens'),
    costUsd: readNumber(entry, 'costUsd'),
    isEstimated: entry['estimated'] === true,
    attempts: readNumber(entry, 'attempts') ?? 0,
    before: tried.slice(0, -1).map(formatTried),
    message: readText(entry, 'message'),
    requestId: readText(entry, 'requestId'),
    route: readText(entry, 'route'),
    clientKey: readText(entry, 'clientKey'),
  }
}

function happening(entry: LogEntry, seq: number, at: number): Happening {
  const isBad = entry.level === 'error'
  const tone: Tone = isBad ? 'bad' : entry.level === 'warn' ? 'warn' : 'quiet'
  return { kind: 'note', seq, at, ...readSubject(entry), tone, text: noteText(entry, at) }
}

function noteText(entry: LogEntry, at: number): string {
  const message = readText(entry, 'message')
  switch (entry.kind) {
    case 'cooldown':
      return cooldownText(entry, at)
    case 'started':
      return `a proxy listens at ${readText(entry, 'url')}`
    case 'stopped':
      return 'a proxy ended'
    case 'lines-lost':
      return `${readText(entry, 'count')} log lines could not be written`
    case 'trouble':
      return message
    default:
      return message === '' ? entry.kind : `${entry.kind}: ${message}`
  }
}

function cooldownText(entry: LogEntry, at: number): string {
  const model = readText(entry, 'model')
  const rests = readText(entry, 'rests')
  const account = readSubject(entry).account ?? ''
  const who = rests === 'account' || rests === '' ? account : `${account} (${rests})`
  const until = Date.parse(readText(entry, 'until'))
  const long = Number.isFinite(until) ? ` for ${shortDuration(until - at)}` : ' until you act'
  const of = model === '' ? '' : `, for ${model} alone`
  return `${who} is in cooldown${long}${of}: ${formatOutcome(readText(entry, 'reason'))}`
}

function readSubject(entry: LogEntry): { user: string | null; account: string | null } {
  const name = readText(entry, 'account')
  return {
    user: readText(entry, 'user') || null,
    account: name === '' ? null : `${readText(entry, 'provider')}/${name}`,
  }
}

/** `qwen/work rate-short` in words. */
function formatTried(tried: string): string {
  const space = tried.lastIndexOf(' ')
  return space < 0 ? tried : `${tried.slice(0, space)} ${formatOutcome(tried.slice(space + 1))}`
}

function formatOutcome(outcome: string): string {
  if (Object.hasOwn(outcomeWords, outcome)) return outcomeWords[outcome as keyof typeof outcomeWords]
  return outcome.replaceAll('_', ' ')
}

function readText(entry: LogEntry, field: string): string {
  const value = entry[field]
  return typeof value === 'string' || typeof value === 'number' ? printable(String(value)) : ''
}

function readNumber(entry: LogEntry, field: string): number | null {
  const value = entry[field]
  return typeof value === 'number' && Number.isFinite(value) ? value : null
}
