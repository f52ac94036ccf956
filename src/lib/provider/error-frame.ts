import { innerError, isObject } from './read-error.ts'

/**
 * True when a stream frame, or the whole body of a 200, is an error in disguise: OpenAI `{"error":{...}}`, Anthropic
 * `{"type":"error"}`, DashScope `{code,message,request_id}` without choices, OpenRouter's chunk that finishes with
 * `error`, a failed response of the Responses API, or a list of error objects (Gemini).
 * `event` is the frame's SSE event name, null when it has none; `data` its data as JSON, undefined when it is not JSON.
 */
export function isErrorFrame(event: string | null, data: unknown): boolean {
  if (event === 'error') return true
  if (Array.isArray(data)) return data.length > 0 && data.every((item) => isErrorBody(item))
  return isErrorBody(data)
}

function isErrorBody(data: unknown): boolean {
  if (!isObject(data)) return false
  if (data.type === 'error' || data.type === 'response.failed') return true
  if (innerError(data) !== undefined) return true
  const choice: unknown = Array.isArray(data.choices) ? data.choices[0] : undefined
  if (isObject(choice)) return choice.finish_reason === 'error'
  return isFlatError(data)
}

/** DashScope's native form. Its successes carry an empty `code` at most, and always `output`. */
function isFlatError(data: Record<string, unknown>): boolean {
  if ('choices' in data || 'output' in data || 'data' in data || 'content' in data) return false
  if (typeof data.errorType === 'string' && data.errorType !== '') return true
  return typeof data.code === 'string' && data.code !== '' && typeof data.message === 'string'
}
