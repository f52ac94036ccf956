import { isObject } from '../../translate/json-fields.ts'
import { jsonOf } from './held-answer.ts'

/** A longer text is measured by its length: counting would hold up other requests. */
const LONGEST_COUNTED = 50_000
const CHARACTERS_PER_TOKEN = 4
/** The tokens of a picture of about a megapixel (docs.claude.com, vision, 2026-11). */
const TOKENS_PER_PICTURE = 1_600
const TOKENS_PER_MESSAGE = 4

type Count = (text: string) => number

/** Estimates the input tokens of a Messages request. The tokenizer is OpenAI's, since Anthropic publishes none. */
export async function estimateTokens(body: Buffer): Promise<number> {
  const { countTokens } = await import('gpt-tokenizer')
  const count: Count = (text) =>
    text.length > LONGEST_COUNTED ? Math.ceil(text.length / CHARACTERS_PER_TOKEN) : countTokens(text)
  const { system, messages, tools } = (jsonOf(body) ?? {}) as Record<string, unknown>
  const list = Array.isArray(messages) ? messages : []
  return countIn([system, list, tools], count) + list.length * TOKENS_PER_MESSAGE
}

function countIn(value: unknown, count: Count): number {
  if (typeof value === 'string') return count(value)
  if (typeof value === 'number' || typeof value === 'boolean') return 1
  if (Array.isArray(value)) return value.reduce((sum: number, item) => sum + countIn(item, count), 0)
  if (!isObject(value)) return 0
  if (value.type === 'image' || value.type === 'document') return TOKENS_PER_PICTURE
  return Object.entries(value).reduce(
    (sum, [name, each]) => sum + (isSaid(name) ? countIn(each, count) : 0),
    0,
  )
}

/** Members that steer the request and are no words to the model. */
function isSaid(name: string): boolean {
  return !['type', 'role', 'cache_control', 'signature', 'tool_use_id', 'id'].includes(name)
}
