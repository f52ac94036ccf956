import type { Dialect } from '../../provider/provider.ts'
import { geminiStatus } from '../../translate/errors/gemini-status.ts'
import { messagesType } from '../../translate/errors/messages-types.ts'

/**
 * The format of an error. Clients of the Responses API react to other codes than those of chat completions.
 */
export type ErrorShape = 'chat' | 'responses' | 'messages' | 'gemini'

export interface WireError {
  /** The HTTP status that it has, or would have before the first byte. */
  status: number
  /** A qwenctl code from the table in `errors.ts`, or an upstream's. */
  code: string
  message: string
  /** The `type` of the OpenAI envelope. The other formats derive theirs from the status. */
  type: string
  requestId: string
  /** When the first account returns: epoch milliseconds, and the whole seconds until then. */
  returns?: { at: number; seconds: number }
  /** Further facts that clients of Messages act on. */
  details?: object
}

/** Longest wait that counts as a rate limit. */
const SHORT_WAIT_SECONDS = 60

/** `route`: from the table of routes. */
export function findErrorShape(dialect: Dialect, route: string): ErrorShape {
  if (route.startsWith('/v1beta/')) return 'gemini'
  if (dialect === 'anthropic') return 'messages'
  return route.startsWith('/v1/responses') ? 'responses' : 'chat'
}

/** An error as the JSON body that clients read. */
export function errorBody(shape: ErrorShape, error: WireError): Buffer {
  return Buffer.from(JSON.stringify(envelope(shape, error)))
}

/**
 * Builds the last frames of a stream that broke off. Clients throw at them; a `[DONE]` or `message_stop` must
 * not follow. Send them only between frames. `stream`: what a Responses API stream has reported so far.
 */
export function errorFrame(shape: ErrorShape, error: WireError, stream: ResponseStream = NO_STREAM): Buffer {
  if (shape === 'responses') return Buffer.from(responsesFrames(error, stream))
  const data = `data: ${JSON.stringify(envelope(shape, error))}\n\n`
  return Buffer.from(shape === 'messages' ? `event: error\n${data}` : data)
}

/** The known facts about a Responses API stream. */
export interface ResponseStream {
  /** The response object of its first event; null: not seen. */
  response: Record<string, unknown> | null
  /** Sequence number of its last event; -1: not seen. */
  sequence: number
}

const NO_STREAM: ResponseStream = { response: null, sequence: -1 }

/**
 * Codex reads `response.failed` and ignores `error` (https://github.com/openai/codex,
 * codex-rs/codex-api/src/sse/responses.rs, 2026-11). The API describes `error` for all clients
 * (https://platform.openai.com/docs/api-reference/responses-streaming/error, 2026-11). Both are sent.
 */
function responsesFrames(
  { code, message, requestId }: WireError,
  { response, sequence }: ResponseStream,
): string {
  const failed = {
    type: 'response.failed',
    sequence_number: sequence + 1,
    response: {
      id: `resp_${requestId}`,
      object: 'response',
      output: [],
      ...response,
      status: 'failed',
      error: { code, message },
    },
  }
  const error = { type: 'error', sequence_number: sequence + 2, code, message, param: null }
  return [failed, error].map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`).join('')
}

function envelope(shape: ErrorShape, error: WireError): object {
  const { status, message, requestId } = error
  if (shape === 'gemini') return { error: geminiError(error) }
  if (shape === 'messages') {
    return {
      type: 'error',
      error: {
        type: messagesType(status),
        message,
        code: error.code,
        ...(error.details === undefined ? {} : { details: error.details }),
      },
      request_id: requestId,
    }
  }
  if (shape === 'responses' && error.code === 'quota_exhausted') return { error: usageLimit(error) }
  return { error: { message, param: null, ...formatOpenai(error) } }
}

/**
 * The codes that OpenAI's clients react to. `insufficient_quota` ends the retries of LangChain
 * (https://github.com/langchain-ai/langchainjs, libs/langchain-core/src/utils/async_caller.ts, 2026-11).
 * Clients wait out `rate_limit_exceeded`.
 */
function formatOpenai({ status, code, type, returns }: WireError): { type: string; code: string } {
  const isShort = returns !== undefined && returns.seconds <= SHORT_WAIT_SECONDS
  if (code === 'quota_exhausted' && isShort) return { type: 'rate_limit_error', code: 'rate_limit_exceeded' }
  if (code === 'quota_exhausted' || (code === 'needs_action' && status === 402))
    return { type: 'insufficient_quota', code: 'insufficient_quota' }
  return { type, code: code === 'route_not_served' ? 'unknown_url' : code }
}

/**
 * Codex stops at this type, and shows when the limit ends (https://github.com/openai/codex,
 * codex-rs/codex-api/src/api_bridge.rs, 2026-11): `resets_at` in epoch seconds.
 */
function usageLimit({ message, returns }: WireError): object {
  const ends =
    returns === undefined
      ? {}
      : { resets_at: Math.ceil(returns.at / 1000), resets_in_seconds: returns.seconds }
  return { message, type: 'usage_limit_reached', param: null, code: 'usage_limit_reached', ...ends }
}

function geminiError({ status, message, returns }: WireError): object {
  const retry = {
    '@type': 'type.googleapis.com/google.rpc.RetryInfo',
    retryDelay: `${returns?.seconds ?? 0}s`,
  }
  return {
    code: status,
    message,
    status: geminiStatus(status),
    ...(returns === undefined ? {} : { details: [retry] }),
  }
}
