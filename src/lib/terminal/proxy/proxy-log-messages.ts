import type { LogEntry } from '../../observe/logs/log-filter.ts'
import type { Palette } from '../format/color.ts'
import { cutToWidth, printable, textWidth } from '../format/text-width.ts'
import { localTime } from '../format/format-time.ts'
import { outcomeWords, formatMoment } from './proxy-messages.ts'

const MOST_MODEL = 40
/** From this width on, a terminal has columns of these widths. Longer texts push the rest to the right. */
const WIDE = 100
const SUBJECT = 24
const WORDS = 16
/** A message that has no more room than this is left out. */
const LEAST_MESSAGE = 20

export interface LogLook {
  palette: Palette
  /** Columns of the terminal; undefined: no limit. */
  columns: number | undefined
  /** RFC 3339. */
  now: string
}

/** A line of the log for people: when, what, and as much of the rest as tells them more. */
export function formatLog(entry: LogEntry, { palette, columns, now }: LogLook): string {
  const { subject, words, grave, rest } = formatParts(entry)
  const paint = grave === 'good' ? palette.good : palette[grave]
  // A terminal shows the reader's own clock, a wide one in columns. Other programs get whole times.
  const time = columns === undefined ? formatMoment(new Date(entry.time), true) : localStamp(entry.time, now)
  const isWide = columns !== undefined && columns >= WIDE
  const [about, what] = isWide ? [subject.padEnd(SUBJECT), words.padEnd(WORDS)] : [subject, words]
  const head = [palette.quiet(time), about, paint(what), ...rest.details]
    .filter((part) => part !== '')
    .join('  ')
  const left = columns === undefined ? Infinity : columns - textWidth(head) - 2
  const message = printable(rest.message)
  if (message === '' || left < LEAST_MESSAGE) return head
  return `${head}  ${palette.quiet(left === Infinity ? message : cutToWidth(message, left))}`
}

/** `14:05:09`; with its day if that is not today. */
function localStamp(time: string, now: string): string {
  const seconds = new Date(time).getSeconds()
  return `${localTime(time, now)}:${String(seconds).padStart(2, '0')}`
}

interface Parts {
  /** The subject of the line. */
  subject: string
  words: string
  grave: 'good' | 'warn' | 'bad' | 'quiet'
  rest: { details: string[]; message: string }
}

function formatParts(entry: LogEntry): Parts {
  switch (entry.kind) {
    case 'request':
      return requestParts(entry)
    case 'attempt':
    case 'rotation':
      return attemptParts(entry)
    case 'cooldown':
      return cooldownParts(entry)
    case 'started':
      return about(entry, 'good', 'started', [
        readText(entry, 'url'),
        `strategy ${readText(entry, 'strategy')}`,
      ])
    case 'stopped':
      return about(entry, 'quiet', 'stopped', [])
    case 'lines-lost':
      return about(entry, 'bad', `${readText(entry, 'count')} log lines could not be written`, [])
    default:
      return about(entry, entry.level === 'error' ? 'bad' : 'warn', entry.kind, [])
  }
}

function requestParts(entry: LogEntry): Parts {
  const outcome = readText(entry, 'outcome')
  const isGone = entry['clientGone'] === true
  const tokens =
    entry['inputTokens'] === null && entry['outputTokens'] === null
      ? ''
      : `${readText(entry, 'inputTokens') || '?'}+${readText(entry, 'outputTokens') || '?'} tokens${entry['estimated'] === true ? ' (estimated)' : ''}`
  const attempts =
    entry['attempts'] === 1 || entry['attempts'] === 0 ? '' : `${readText(entry, 'attempts')} attempts`
  const client = readText(entry, 'clientKey')
  return {
    subject: formatAccount(entry) || readText(entry, 'route'),
    words: formatOutcome(outcome) + formatStatus(entry, outcome),
    grave: outcome === 'ok' ? 'good' : isGone ? 'quiet' : 'warn',
    rest: {
      details: [
        formatModel(entry),
        `${readText(entry, 'latencyMs')} ms`,
        tokens,
        attempts,
        client === '' ? '' : `key ${client}`,
        readText(entry, 'requestId'),
      ],
      message: readText(entry, 'message'),
    },
  }
}

function attemptParts(entry: LogEntry): Parts {
  const outcome = readText(entry, 'outcome')
  const next = readText(entry, 'next')
  return {
    subject: formatAccount(entry),
    words: formatOutcome(outcome) + formatStatus(entry, outcome),
    grave: outcome === 'ok' ? 'good' : 'warn',
    rest: {
      details: [
        formatModel(entry),
        `${readText(entry, 'latencyMs')} ms`,
        next === '' ? '' : `${next} takes over`,
        readText(entry, 'requestId'),
      ],
      message: readText(entry, 'message'),
    },
  }
}

function cooldownParts(entry: LogEntry): Parts {
  const until = readText(entry, 'until')
  const rests = readText(entry, 'rests')
  return {
    subject: rests === 'account' ? formatAccount(entry) : `${formatAccount(entry)} (${rests})`,
    words:
      until === '' ? 'in cooldown until you act' : `in cooldown until ${formatMoment(new Date(until), true)}`,
    grave: 'warn',
    rest: {
      details: [formatModel(entry), formatOutcome(readText(entry, 'reason'))],
      message: readText(entry, 'evidence'),
    },
  }
}

function about(entry: LogEntry, grave: Parts['grave'], words: string, details: string[]): Parts {
  return { subject: '', words, grave, rest: { details, message: readText(entry, 'message') } }
}

function formatAccount(entry: LogEntry): string {
  const name = readText(entry, 'account')
  if (name === '') return ''
  const user = readText(entry, 'user')
  return `${user === 'local' || user === '' ? '' : `${user}:`}${readText(entry, 'provider')}/${name}`
}

function formatModel(entry: LogEntry): string {
  return readText(entry, 'model').slice(0, MOST_MODEL)
}

function formatOutcome(outcome: string): string {
  return Object.hasOwn(outcomeWords, outcome) ? outcomeWords[outcome as keyof typeof outcomeWords] : outcome
}

function formatStatus(entry: LogEntry, outcome: string): string {
  const status = readText(entry, 'status')
  return status === '' || outcome === 'aborted' ? '' : ` (${status})`
}

/** Nothing where there is nothing; never a control character. */
function readText(entry: LogEntry, field: string): string {
  const value = entry[field]
  return typeof value === 'string' || typeof value === 'number' ? printable(String(value)) : ''
}
