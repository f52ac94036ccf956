import { isRecord } from '../../base/is-record.ts'
import { innerError, readException } from './read-error.ts'

/**
 * True when the whole body of a 200, or a stream frame, is an error in disguise. Forms are OpenAI
 * `{"error":{...}}`, Anthropic `{"type":"error"}`, and OpenRouter's chunk that finishes with `error`. Further forms
 * are a failed response of the Responses API, a list of error objects (Gemini), and those of `saysFailure`. `event`
 * is the frame's SSE event name, null when it has none. `data` is its data as JSON, undefined when it is not JSON.
 */
export function isErrorFrame(event: string | null, data: unknown): boolean {
  if (event === 'error') return true
  if (Array.isArray(data)) return data.length > 0 && data.every((item) => isErrorBody(item))
  return isErrorBody(data)
}

/**
 * True for a whole answer under 200 without any content of an answer: no choices, content, output, data or similar.
 */
export function isEmptyAnswer(data: unknown): boolean {
  if (!isRecord(data) || hasPayload(data)) return false
  // Ollama's `message` is an object; a text there belongs to an error.
  return !Object.keys(data).some((name) => alsoAnswers.has(name)) && !isRecord(data.message)
}

/**
 * Whether a frame amid a stream calls itself an error. The bare forms of `saysFailure` may be part of an answer there.
 * An empty `error` counts: only a whole body has one beside its answer.
 */
export function callsItselfError(data: Record<string, unknown>): boolean {
  const { error, type } = data
  return Boolean(error) || type === 'error' || type === 'response.failed' || readException(data) !== undefined
}

function isErrorBody(data: unknown): boolean {
  if (!isRecord(data)) return false
  if (data.type === 'error' || data.type === 'response.failed' || data.object === 'error') return true
  if (innerError(data) !== undefined) return true
  const choice: unknown = Array.isArray(data.choices) ? data.choices[0] : undefined
  if (isRecord(choice)) return choice.finish_reason === 'error'
  return saysFailure(data)
}

/**
 * A flat body that reports a failure: `{code,message}` (DashScope, Z.ai), `{base_resp:{status_code}}` (MiniMax),
 * `{success:false,msg}`, `{error_code,error_msg}` (Baidu), `{detail}` (FastAPI), `{title,detail,status}` (NVIDIA), `{errors:[...]}` (Cloudflare).
 * Successes carry at most an empty or good `code`, and always a payload.
 */
export function saysFailure(data: unknown): boolean {
  if (!isRecord(data)) return false
  const { base_resp: base } = data
  if (isRecord(base) && typeof base.status_code === 'number') return base.status_code !== 0
  // Cloudflare puts an empty `result` beside its errors.
  if (data.success === false && hasErrors(data)) return true
  if (hasPayload(data)) return isDescribed(data) && !hasContent(data)
  if (data.success === false || data.ok === false || hasErrors(data)) return true
  if (typeof data.errorType === 'string' && data.errorType !== '') return true
  if ([data.code, data.error_code].some(isBadCode)) return hasWords(data)
  if (data.detail !== undefined && data.detail !== null) return true
  return isFailureStatus(data.status)
}

function hasWords({ message, msg, detail, desc, error_msg: errorMessage }: Record<string, unknown>): boolean {
  return [message, msg, detail, desc, errorMessage].some((each) => typeof each === 'string' && each !== '')
}

function isFailureStatus(status: unknown): boolean {
  return typeof status === 'number' && status >= 400 && status <= 599
}

/** A list of errors (Cloudflare), or an object with one (ModelScope). */
function hasErrors({ errors }: Record<string, unknown>): boolean {
  return Array.isArray(errors) ? errors.length > 0 : isFilled(errors) && isRecord(errors)
}

function isBadCode(code: unknown): boolean {
  if (typeof code === 'number') return code !== 0 && code !== 200
  return typeof code === 'string' && code !== '' && !/^(?:0|200|ok|success)$/i.test(code)
}

/**
 * The members of answers: chat, messages, responses, embeddings, images, audio, ranks, moderations, Gemini, Ollama.
 */
const payloads = [
  'choices',
  'content',
  'output',
  'data',
  'results',
  'result',
  'candidates',
  'promptFeedback',
  'embedding',
  'embeddings',
  'text',
  'response',
  'delta',
  'predictions',
  'segments',
  'images',
  'audio',
  'models',
] as const

/** Members that make a small body an answer: token counts, and results of media and tasks. */
const alsoAnswers: ReadonlySet<string> = new Set([
  'input_tokens',
  'totalTokens',
  'total_tokens',
  'tokens',
  'generated_text',
  'completion',
  'usage',
  'url',
  'task_id',
])

function hasPayload(data: Record<string, unknown>): boolean {
  return payloads.some((name) => isFilled(data[name]))
}

/** iFlytek describes its code, and puts an empty list beside it. */
function isDescribed({ code, desc }: Record<string, unknown>): boolean {
  return isBadCode(code) && typeof desc === 'string'
}

/** Whether a payload has more than an empty list. */
function hasContent(data: Record<string, unknown>): boolean {
  return payloads.some(
    (name) => isFilled(data[name]) && !(Array.isArray(data[name]) && data[name].length === 0),
  )
}

function isFilled(value: unknown): boolean {
  return value !== undefined && value !== null && !(isRecord(value) && Object.keys(value).length === 0)
}
