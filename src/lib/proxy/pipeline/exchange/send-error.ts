import type { ErrorCode, QwenctlError } from '../../../base/errors.ts'
import { errorKinds } from '../../../base/errors.ts'
import { convertToPublic } from '../../../base/public-error.ts'
import { turnClock } from '../../../base/turn-clock.ts'
import { ACCEPTED_CODINGS } from '../../transport/body/content-codings.ts'
import type { WireError } from '../../wire/wire-errors.ts'
import { errorBody } from '../../wire/wire-errors.ts'
import type { ClientResponse } from './client-response.ts'

/** On a retry the pool answers the same: clients would only lose time. */
const final: ReadonlySet<ErrorCode> = new Set([
  'quota_exhausted',
  'needs_action',
  'no_accounts',
  'model_not_found',
  'route_not_served',
  'store_corrupt',
  'store_too_new',
  'vault_locked',
])

/** Sends a qwenctl error in the client's dialect. Any other error is a bug, and reveals no more than that. */
export function sendError(response: ClientResponse, error: unknown): void {
  const known = convertToPublic(error, 'the proxy failed on this request')
  if (!response.isAnswered && !response.isGone) response.refusal = known
  const { code, status } = known
  const { retryAfterSeconds } = known.details
  const headers = ['content-type', 'application/json', 'x-qwenctl-error', code]
  if (typeof retryAfterSeconds === 'number') headers.push('retry-after', String(retryAfterSeconds))
  if (code === 'unsupported_encoding') headers.push('accept-encoding', ACCEPTED_CODINGS) // RFC 9110, 15.5.16
  // Clients would otherwise retry at once, or wait for a time that is not the pool's.
  if (typeof retryAfterSeconds === 'number' || final.has(code)) headers.push('x-should-retry', 'false')
  response.send(status, headers, errorBody(response.errorShape, describeError(known, response.id)))
}

function describeError({ code, status, message, hint, details }: QwenctlError, requestId: string): WireError {
  const { retryAfterSeconds: seconds, returnsAt, shown } = details
  const described: WireError = {
    status,
    code,
    message: hint === null ? message : `${message}; ${hint}`,
    type: errorKinds[code].type,
    requestId,
  }
  if (typeof shown === 'object' && shown !== null) described.details = shown
  if (typeof seconds === 'number') {
    const at = typeof returnsAt === 'number' ? returnsAt : turnClock() + seconds * 1000
    described.returns = { seconds, at }
  }
  return described
}
