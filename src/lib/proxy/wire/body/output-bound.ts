import type { WireFormat } from '../../../provider/wire-format.ts'
import type { RequestSize } from '../../../rotation/use/request-size.ts'
import { estimateInput } from '../token-bound.ts'
import { splice } from './edit-body.ts'
import type { Edit } from './edit-body.ts'
import { Members } from './json-cursor.ts'
import { skipSpace, type Span } from './json-scan.ts'

/** The names of the bound, in all formats. `generationConfig` has Gemini's. */
const bounds: ReadonlySet<string> = new Set([
  'max_tokens',
  'max_completion_tokens',
  'max_output_tokens',
  'maxOutputTokens',
])
const counts: ReadonlySet<string> = new Set(['n', 'best_of', 'candidateCount'])
const parts: ReadonlySet<string> = new Set([
  'generationConfig',
  'generation_config',
  'thinking',
  'thinkingConfig',
])
const budgets: ReadonlySet<string> = new Set(['budget_tokens', 'thinkingBudget'])

const LONGEST_KEY = 24
const CACHED = Buffer.from('"cache_control"')
const HOUR = Buffer.from('"1h"')
const SOUND = Buffer.from('"audio"')

/** Reads the bounds of a request in any format. The body is a JSON object, as `scanBody` has checked. */
export function measureRequest(body: Buffer): RequestSize {
  const isCached = body.includes(CACHED)
  const size: RequestSize = {
    inputTokens: estimateInput(body),
    outputTokens: null,
    answers: 1,
    thinkingTokens: 0,
    cachedFor: isCached ? (body.includes(HOUR) ? 'hour' : 'minutes') : null,
    hasSound: body.includes(SOUND),
  }
  readMembers(body, skipSpace(body, 0), size, true)
  return size
}

function readMembers(body: Buffer, open: number, size: RequestSize, isTop: boolean): void {
  const members = new Members(body, open)
  while (members.next()) {
    if (members.keyEnd - members.keyStart > LONGEST_KEY) continue
    const key = body.toString('latin1', members.keyStart, members.keyEnd)
    if (bounds.has(key)) {
      const bound = readCount(body, members)
      if (bound !== null) size.outputTokens = Math.max(size.outputTokens ?? 0, bound)
    } else if (counts.has(key)) size.answers = Math.max(size.answers, readCount(body, members) ?? 1)
    else if (budgets.has(key)) size.thinkingTokens = readCount(body, members) ?? 0
    else if (parts.has(key) && body[members.start] === OPEN && (isTop || key === 'thinkingConfig'))
      readMembers(body, members.start, size, false)
  }
}

const OPEN = 0x7b
const MOST_DIGITS = 12

function readCount(body: Buffer, { start, end }: Span): number | null {
  if (end - start > MOST_DIGITS) return null
  const value = Number(body.toString('latin1', start, end))
  return Number.isSafeInteger(value) && value > 0 ? value : null
}

/** Returns the body with this bound of its answer: lowered where it has one, else added under `name`. */
export function boundOutput(
  body: Buffer,
  most: number,
  { format, name }: { format: WireFormat | null; name: string },
): Buffer {
  const open = skipSpace(body, 0)
  if (format === 'gemini') return boundGemini(body, open, most)
  return splice(body, boundEdits(body, open, most, name))
}

function boundGemini(body: Buffer, open: number, most: number): Buffer {
  const members = new Members(body, open)
  const name = 'maxOutputTokens'
  while (members.next()) {
    const key = body.toString('latin1', members.keyStart, members.keyEnd)
    if ((key === 'generationConfig' || key === 'generation_config') && body[members.start] === OPEN)
      return splice(body, boundEdits(body, members.start, most, name))
  }
  return splice(body, [insertion(body, open, `"generationConfig":{"${name}":${most}}`)])
}

function boundEdits(body: Buffer, open: number, most: number, name: string): Edit[] {
  const edits: Edit[] = []
  const members = new Members(body, open)
  while (members.next()) {
    const { start, end } = members
    if (bounds.has(body.toString('latin1', members.keyStart, members.keyEnd)))
      edits.push({ start, end, text: String(Math.min(most, readCount(body, members) ?? most)) })
  }
  return edits.length > 0 ? edits : [insertion(body, open, `"${name}":${most}`)]
}

function insertion(body: Buffer, open: number, text: string): Edit {
  const at = open + 1
  return { start: at, end: at, text: body[skipSpace(body, at)] === 0x7d ? text : `${text},` }
}
