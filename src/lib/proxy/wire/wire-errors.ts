import type { Dialect } from '../../provider/provider.ts'

export interface WireError {
  /** The HTTP status it has, or would have before the first byte. */
  status: number
  /** Ours, from the table in `errors.ts`, or an upstream's. */
  code: string
  message: string
  /** The `type` of the OpenAI envelope. Anthropic's follows from the status. */
  type: string
  requestId: string
}

/** An error as the JSON body that clients of this dialect read. */
export function errorBody(dialect: Dialect, error: WireError): Buffer {
  return Buffer.from(JSON.stringify(envelope(dialect, error)))
}

/**
 * The last frame of a stream that broke off. Clients throw at it; a `[DONE]` or `message_stop` must not follow.
 * Send it only between frames.
 */
export function errorFrame(dialect: Dialect, error: WireError): Buffer {
  const data = `data: ${JSON.stringify(envelope(dialect, error))}\n\n`
  return Buffer.from(dialect === 'anthropic' ? `event: error\n${data}` : data)
}

function envelope(dialect: Dialect, { status, code, message, type, requestId }: WireError): object {
  if (dialect === 'anthropic') {
    return { type: 'error', error: { type: anthropicType(status), message, code }, request_id: requestId }
  }
  return { error: { message, type, param: null, code } }
}

// The list of error types in Anthropic's API reference.
const anthropicTypes: Readonly<Record<number, string>> = {
  400: 'invalid_request_error',
  401: 'authentication_error',
  402: 'billing_error',
  403: 'permission_error',
  404: 'not_found_error',
  413: 'request_too_large',
  429: 'rate_limit_error',
  503: 'overloaded_error',
  504: 'timeout_error',
  529: 'overloaded_error',
}

function anthropicType(status: number): string {
  return anthropicTypes[status] ?? (status >= 500 ? 'api_error' : 'invalid_request_error')
}
