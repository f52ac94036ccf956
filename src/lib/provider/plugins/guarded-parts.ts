// The valid values of each function of a provider, and the substitute for other values. `guard-provider.ts` calls
// these functions. A new function of `Provider` or `DeviceLogin` needs a row here: the compiler checks it.

import { QwenctlError } from '../../base/errors.ts'
import { redact } from '../../account/mask.ts'
import { printable } from '../../base/text/printable.ts'
import { isRecord } from '../../base/is-record.ts'
import { outcomeClasses, type OutcomeClass } from '../../quota/log/events.ts'
import { metrics } from '../../quota/limit.ts'
import { countsByDefault } from '../define-provider.ts'
import type { DeviceLogin } from '../device-login.ts'
import type { LearnedLimit } from '../limits/learned-limit.ts'
import type { Answer, Bases, Outcome, Provider, Usage } from '../provider.ts'
import { FURTHEST_RESET_MS } from '../limits/reset-time.ts'
import { unknownUsage, usageParts } from '../usage/usage.ts'
import { urlProblem } from '../validate-provider.ts'
import { formatHeadersFault } from '../../account/headers-fault.ts'

/** A value that breaks the promise of its function; the message describes the fault. */
export class WrongValue extends Error {}

type Functions<Holder> = {
  [
    Name in keyof Holder as NonNullable<Holder[Name]> extends (...args: never[]) => unknown ? Name : never
  ]-?: NonNullable<Holder[Name]>
}
type Parameters<Called> = Called extends (...args: infer Given) => unknown ? Given : never

/** A function of a provider: the check of its value, and the substitute for an invalid one. */
export interface GuardedPart<Value, Given extends readonly unknown[]> {
  /** Copies the promised parts of the value. Throws `WrongValue`. */
  read(value: unknown, given: Given): Value
  /** The substitute. Throws when none exists, which takes the account out of use. */
  otherwise(given: Given, problem: string): Value
  /** The substitute in words, for people. */
  instead: string
}

type Parts<Holder> = {
  [Name in keyof Functions<Holder>]: GuardedPart<
    Functions<Holder>[Name] extends (...args: never[]) => infer Value ? Value : never,
    Parameters<Functions<Holder>[Name]>
  >
}

const MESSAGE_LENGTH = 300
const SHORT_TEXT = 100
const MOST_HEADERS = 32
const LONGEST_HEADER = 16_384
const MOST_LIMITS = 64

export const providerParts: Parts<Provider> = {
  bases: {
    read: readBases,
    otherwise: (): Bases => ({ openai: null, anthropic: null }),
    instead: 'the account has no address and is not used',
  },
  authHeaders: {
    read: readHeaders,
    otherwise: (_given, problem): never => {
      throw new QwenctlError('plugin_failed', formatHeadersFault(problem))
    },
    instead: 'the account is not used',
  },
  outcome: {
    read: (value, [answer]) => readOutcome(value, answer),
    otherwise: (): Outcome => unreadOutcome,
    instead: 'the answer counts as overloaded',
  },
  counts: {
    read: readCounts,
    otherwise: ([outcome]): boolean | 'short-windows' => countsByDefault(outcome),
    instead: 'the usual rule decides what counts',
  },
  usage: { read: readUsageValue, otherwise: () => unknownUsage, instead: 'the tokens count as unknown' },
  hasRoute: { read: readMaybe, otherwise: () => null, instead: 'the route counts as unknown' },
  limitsFrom: {
    read: (value, [, now]) => readLimits(value, now),
    otherwise: (): LearnedLimit[] => [],
    instead: 'nothing is learned from the answer',
  },
  serves: { read: readMaybe, otherwise: () => null, instead: 'the model counts as unknown' },
}

export const deviceParts: Parts<DeviceLogin> = {
  baseUrl: { read: readUrl, otherwise: () => null, instead: 'the account keeps its base URL' },
  isRefreshDead: { read: readBoolean, otherwise: () => false, instead: 'the login is kept' },
}

/** The meaning of an answer when its reader failed: the service has trouble, the account is not at fault. */
const unreadOutcome: Outcome = Object.freeze({
  class: 'overloaded',
  scope: 'account',
  until: null,
  code: null,
  message: 'the plugin could not read the answer',
})

function readBases(value: unknown): Bases {
  if (!isRecord(value)) throw wrong('an object with openai and anthropic', value)
  const bases = { openai: readUrl(value.openai ?? null), anthropic: readUrl(value.anthropic ?? null) }
  const gemini = readUrl(value.gemini ?? null)
  return gemini === null ? bases : { ...bases, gemini }
}

function readUrl(value: unknown): string | null {
  if (value === null) return null
  const problem = urlProblem(value)
  if (problem !== null) throw new WrongValue(`returned an address that ${problem}`)
  return value as string
}

function readHeaders(value: unknown): Record<string, string> {
  if (!isRecord(value)) throw wrong('an object of headers', value)
  const entries = Object.entries(value)
  if (entries.length > MOST_HEADERS) throw new WrongValue(`returned more than ${MOST_HEADERS} headers`)
  for (const [name, text] of entries) {
    // The value is a credential: never quoted.
    if (typeof text !== 'string') throw new WrongValue(`returned a header "${shorten(name)}" that is no text`)
    if (text.length > LONGEST_HEADER)
      throw new WrongValue(`returned a header "${shorten(name)}" of more than ${LONGEST_HEADER} characters`)
  }
  return Object.fromEntries(entries.map(([name, text]) => [name.toLowerCase(), text as string]))
}

function readOutcome(value: unknown, answer: Answer): Outcome {
  if (!isRecord(value)) throw wrong('an outcome', value)
  const { scope, until, code, message } = value
  if (!isOutcomeClass(value.class)) throw wrong(`a class out of ${outcomeClasses.join(', ')}`, value.class)
  if (!isScope(scope)) throw wrong('the scope account, key or model', scope)
  return {
    class: value.class,
    scope,
    until: readTime(until ?? null, answer.now),
    code: readText(code ?? null, SHORT_TEXT),
    message: readText(message ?? null, MESSAGE_LENGTH) ?? `HTTP ${answer.status}`,
  }
}

function isScope(value: unknown): value is Outcome['scope'] {
  return value === 'account' || value === 'key' || value === 'model'
}

function isOutcomeClass(value: unknown): value is OutcomeClass {
  return (outcomeClasses as readonly unknown[]).includes(value)
}

/** A past or absurdly late time counts as absent, as in the rows of the table. */
function readTime(value: unknown, now: number): number | null {
  if (value === null) return null
  if (typeof value !== 'number' || Number.isNaN(value)) throw wrong('a time in epoch milliseconds', value)
  return value > now && value <= now + FURTHEST_RESET_MS ? value : null
}

/** Services repeat the key that they refuse, and texts go into the ledger and onto screens. */
function readText(value: unknown, length: number): string | null {
  if (value === null) return null
  if (typeof value !== 'string') throw wrong('a text', value)
  return printable(redact(value.slice(0, 10 * length), []).slice(0, length))
}

function readUsageValue(value: unknown): Usage {
  if (!isRecord(value)) throw wrong('an object with inputTokens, outputTokens and costUsd', value)
  const usage: Usage = {
    inputTokens: readAmount(value.inputTokens),
    outputTokens: readAmount(value.outputTokens),
    costUsd: readAmount(value.costUsd),
  }
  for (const part of usageParts) {
    const amount = readAmount(value[part])
    if (amount !== null && amount > 0) usage[part] = amount
  }
  if (value.isTotal === true) usage.isTotal = true
  return usage
}

function readAmount(value: unknown): number | null {
  if (value === null || value === undefined) return null
  if (isAmount(value)) return value
  throw wrong('numbers that are not negative, or null', value)
}

function isAmount(value: unknown): value is number {
  return typeof value === 'number' && value >= 0 && value <= Number.MAX_SAFE_INTEGER
}

function readLimits(value: unknown, now: number): LearnedLimit[] {
  if (!Array.isArray(value)) throw wrong('a list of limits', value)
  if (value.length > MOST_LIMITS) throw new WrongValue(`returned more than ${MOST_LIMITS} limits`)
  return value.map((row: unknown) => readLimit(row, now))
}

function readLimit(row: unknown, now: number): LearnedLimit {
  if (!isRecord(row)) throw wrong('limits that are objects', row)
  const { metric = null, window, resetsAt = null, scope, from } = row
  if (metric !== null && !(metrics as readonly unknown[]).includes(metric))
    throw wrong(`a metric out of ${metrics.join(', ')}, or null`, metric)
  if (typeof window !== 'string' || window.length > SHORT_TEXT)
    throw wrong('a window such as "minute"', window)
  if (scope !== 'account' && scope !== 'model') throw wrong('the scope account or model', scope)
  const limit: LearnedLimit = {
    metric: metric as LearnedLimit['metric'],
    window,
    max: readAmount(row.max),
    remaining: readAmount(row.remaining),
    resetsAt: readTime(resetsAt, now),
    scope,
    from: readText(from, SHORT_TEXT) ?? 'the plugin',
  }
  return row.refillsGradually === true ? { ...limit, refillsGradually: true } : limit
}

function readBoolean(value: unknown): boolean {
  if (typeof value === 'boolean') return value
  throw wrong('true or false', value)
}

function readCounts(value: unknown): boolean | 'short-windows' {
  if (typeof value === 'boolean' || value === 'short-windows') return value
  throw wrong("true, false or 'short-windows'", value)
}

function readMaybe(value: unknown): boolean | null {
  if (value === null || typeof value === 'boolean') return value
  throw wrong('true, false or null', value)
}

function wrong(wanted: string, value: unknown): WrongValue {
  return new WrongValue(`must return ${wanted}, and returned ${describeValue(value)}`)
}

/**
 * Shows kinds, never contents: values may hold credentials. Short texts are the plugin's own words, and are quoted.
 */
function describeValue(value: unknown): string {
  if (value === null || value === undefined || typeof value === 'boolean') return String(value)
  if (typeof value === 'string') return `"${shorten(value)}"`
  if (typeof value === 'number') return String(value)
  return Array.isArray(value) ? 'a list' : `a value of type ${typeof value}`
}

export function shorten(text: string): string {
  const plain = redact(text.slice(0, 400), []).replace(/[^\x20-\x7e]+/g, ' ')
  return plain.length > SHORT_TEXT ? `${plain.slice(0, SHORT_TEXT)}…` : plain
}
