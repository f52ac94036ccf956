import { isObject } from '../../../translate/json-fields.ts'
import { parseJson } from '../answer/held-answer.ts'

/** A longer text is measured by its length: counting would hold up other requests. */
const LONGEST_COUNTED = 50_000
const CHARACTERS_PER_TOKEN = 4
/** The tokens of a picture of about a megapixel (docs.claude.com, vision, 2026-11). */
const TOKENS_PER_PICTURE = 1_600
const TOKENS_PER_MESSAGE = 4

type Count = (text: string) => number

/**
 * Estimates the input tokens of a request in Messages, Responses or Gemini's form. The tokenizer is OpenAI's, since
 * Anthropic and Google publish none.
 */
export async function estimateTokens(body: Buffer): Promise<number> {
  const { countTokens } = await import('gpt-tokenizer')
  const count: Count = (text) =>
    text.length > LONGEST_COUNTED ? Math.ceil(text.length / CHARACTERS_PER_TOKEN) : countTokens(text)
  const parsed = parseJson(body)
  const whole = isObject(parsed) ? parsed : {}
  const request = isObject(whole.generateContentRequest) ? whole.generateContentRequest : whole
  const { system, instructions, systemInstruction, system_instruction, tools } = request
  const said = request.messages ?? request.input ?? request.contents
  const messages = Array.isArray(said) ? said.length : 1
  const all = [system, instructions, systemInstruction, system_instruction, said, tools]
  return countIn(all, count) + messages * TOKENS_PER_MESSAGE
}

function countIn(value: unknown, count: Count): number {
  if (typeof value === 'string') return count(value)
  if (typeof value === 'number' || typeof value === 'boolean') return 1
  if (Array.isArray(value)) return value.reduce((sum: number, item) => sum + countIn(item, count), 0)
  if (!isObject(value)) return 0
  if (isFile(value)) return TOKENS_PER_PICTURE
  return Object.entries(value).reduce(
    (sum, [name, each]) => sum + (isSaid(name) ? countIn(each, count) : 0),
    0,
  )
}

const fileTypes: ReadonlySet<unknown> = new Set(['image', 'document', 'input_image', 'input_file'])

function isFile(part: Record<string, unknown>): boolean {
  return fileTypes.has(part.type) || ['inlineData', 'inline_data', 'fileData'].some((name) => name in part)
}

/** Members that control the request and are not text for the model. */
function isSaid(name: string): boolean {
  return !steering.has(name)
}

const steering: ReadonlySet<string> = new Set([
  ...['type', 'role', 'cache_control', 'signature', 'tool_use_id', 'id', 'call_id', 'status'],
  ...['encrypted_content', 'thoughtSignature'],
])
