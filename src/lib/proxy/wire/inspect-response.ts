import { tryParseJson } from '../../base/text/try-parse-json.ts'
import { usageNames } from '../../provider/usage/usage.ts'
import { Members, writtenWithEscapes } from './body/json-cursor.ts'
import { Lookout, isAt, skipSpace } from './body/json-scan.ts'

export interface ResponseSummary {
  /** The value of the top-level `usage`, parsed as far as `usageNames` reach; undefined: there is none. */
  usage: unknown
}

const BASE_RESP = Buffer.from('"base_resp"')
/** Larger bodies are not errors: no service describes a failure at such length. */
const LONGEST_ERROR = 64 << 10
/** An error with a usage beside it is short. */
const LONGEST_WITH_USAGE = 2 << 10
const OPEN_OBJECT = 0x7b
const ZERO = 0x30
const ERROR = Buffer.from('"error"')
const USAGE = Buffer.from('usage')
const CODE = Buffer.from('code')
const ERROR_TYPE = Buffer.from('errorType')

/**
 * Extracts what the proxy needs from a plain JSON success, without parsing all of it. Null: it may be an
 * error in the form of a success, or is no JSON object. The caller must then parse the whole body.
 */
export function inspectResponse(body: Buffer): ResponseSummary | null {
  const open = skipSpace(body, 0)
  if (body[open] !== OPEN_OBJECT) return null
  const lookout = new Lookout(ERROR)
  const members = new Members(body, open, 0, lookout)
  let usage: unknown
  while (members.nextKey()) {
    if (members.isKey(USAGE)) usage = readCounts(body, members, lookout)
    else if (members.isKey(CODE) || members.isKey(ERROR_TYPE)) return null
    else members.skip()
  }
  if (members.end < 0 || lookout.wasSeen) return null
  if (members.end < body.length && body.includes(ERROR, members.end)) return null
  return { usage }
}

/**
 * `inspectResponse` for a certain answer. A small body may be an error in a form that only a full parse
 * shows: without usage, or with the `base_resp` of MiniMax. The result is null for these too.
 */
export function inspectAnswer(body: Buffer): ResponseSummary | null {
  const summary = inspectResponse(body)
  if (summary === null || body.length > LONGEST_ERROR) return summary
  if (summary.usage === undefined) return null
  return body.length <= LONGEST_WITH_USAGE && body.includes(BASE_RESP) ? null : summary
}

type UsageName = (typeof usageNames)[number]
type Counts = Record<UsageName, unknown>

// Length alone distinguishes most names.
const namesByLength: { name: UsageName; bytes: Buffer }[][] = []
for (const name of usageNames) (namesByLength[name.length] ??= []).push({ name, bytes: Buffer.from(name) })

/**
 * Reads and skips the current value of `members`. An object yields the counts that the usage readers need.
 */
function readCounts(body: Buffer, members: Members, lookout: Lookout): unknown {
  const { start } = members
  if (body[start] !== OPEN_OBJECT) return members.skip() ? parseSpan(body, start, members.end) : undefined
  const counts = noCounts()
  const inner = new Members(body, start, 1, lookout)
  let isPlain = true
  let hasOthers = false
  while (inner.next()) {
    const { keyStart, keyEnd } = inner
    const name = nameAt(body, keyStart, keyEnd)
    if (name !== null) put(counts, name, valueAt(body, inner.start, inner.end))
    else if (hasMoreCounts(body, inner) || writtenWithEscapes(body, keyStart, keyEnd) !== null)
      isPlain = false
    else hasOthers = true
  }
  members.end = inner.end
  if (inner.end < 0) return counts
  return isPlain && (!hasOthers || hasBothSides(counts)) ? counts : parseSpan(body, start, inner.end)
}

/** Without a plain count of its own, a side may be a zero under another name. */
function hasBothSides(counts: Counts): boolean {
  const input = counts.prompt_tokens ?? counts.input_tokens
  const output = counts.completion_tokens ?? counts.output_tokens
  return input !== undefined && output !== undefined
}

/** The last letter of `prompt_tokens_details`, `cached_tokens`, `cost_in_usd_ticks`, `iterations`. */
const LETTER_S = 0x73
const COST_IN_TICKS = Buffer.from('cost_in_usd_ticks')

/**
 * Whether a member may hold a count that the plain names do not: a non-zero one, in details or under a rare name.
 * Most details are zeros, and parsing them would cost more than the rest. Only a cost says something as zero too.
 */
function hasMoreCounts(body: Buffer, { keyStart, keyEnd, start, end }: Members): boolean {
  const first = body[start]!
  if (first !== OPEN_OBJECT && body[keyEnd - 1] !== LETTER_S) return false
  if (keyEnd - keyStart === COST_IN_TICKS.length && isAt(body, keyStart, COST_IN_TICKS)) return true
  for (let at = start; at < end; at++) {
    const digit = body[at]! - ZERO
    if (digit > 0 && digit <= 9) return true
  }
  return false
}

function noCounts(): Counts {
  return {
    prompt_tokens: undefined,
    input_tokens: undefined,
    cache_creation_input_tokens: undefined,
    cache_read_input_tokens: undefined,
    completion_tokens: undefined,
    output_tokens: undefined,
    total_tokens: undefined,
    cost: undefined,
  }
}

/** A separate property access for each name: with a variable name, V8 would look it up by hash. */
function put(counts: Counts, name: UsageName, value: unknown): void {
  switch (name) {
    case 'prompt_tokens':
      counts.prompt_tokens = value
      break
    case 'completion_tokens':
      counts.completion_tokens = value
      break
    case 'input_tokens':
      counts.input_tokens = value
      break
    case 'output_tokens':
      counts.output_tokens = value
      break
    case 'total_tokens':
      counts.total_tokens = value
      break
    case 'cache_creation_input_tokens':
    case 'cache_read_input_tokens':
    case 'cost':
      counts[name] = value
  }
}

function nameAt(body: Buffer, start: number, end: number): UsageName | null {
  const alike = namesByLength[end - start]
  if (alike !== undefined) for (const { name, bytes } of alike) if (isAt(body, start, bytes)) return name
  return null
}

/** A longer number may not be exact. */
const MOST_DIGITS = 15

function valueAt(body: Buffer, start: number, end: number): unknown {
  if (end - start > MOST_DIGITS) return parseSpan(body, start, end)
  let count = 0
  for (let at = start; at < end; at++) {
    const digit = body[at]! - ZERO
    if (digit < 0 || digit > 9) return parseSpan(body, start, end)
    count = count * 10 + digit
  }
  return count
}

/** Undefined: valid structure, but no value. It is treated as missing. */
function parseSpan(body: Buffer, start: number, end: number): unknown {
  return tryParseJson(body.toString('utf8', start, end))
}
