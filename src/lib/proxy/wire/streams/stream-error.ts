import { isRecord } from '../../../base/is-record.ts'
import { callsItselfError, saysFailure } from '../../../provider/failures/error-frame.ts'
import type { SseFrame } from './sse-tap.ts'

/** An error inside an event stream. */
export interface StreamError {
  /** The body in the shape of a plain error answer; undefined: not JSON. */
  body: unknown
  /** The data as received. */
  text: string
  /** The HTTP status that the frame names; null: none. */
  status: number | null
}

type FrameView = Pick<SseFrame, 'event' | 'data' | 'statusHint'>

/**
 * Returns the error that a frame reports, or null. `isFirst`: no frame came before it. Then the bare errors
 * of services (`{code, message}`, `base_resp`, `success: false`) count as errors too.
 */
export function streamErrorIn(
  frame: FrameView,
  data: unknown,
  { isFirst }: { isFirst: boolean },
): StreamError | null {
  // Gemini wraps its error in a list of one.
  const body = Array.isArray(data) && data.length === 1 ? (data[0] as unknown) : data
  const isError =
    frame.event === 'error' ||
    (frame.statusHint ?? 0) >= 400 ||
    (isRecord(body) && callsItselfError(body)) ||
    (isFirst && isBareError(body))
  if (!isError) return null
  return { body: unwrapped(body), text: frame.data ?? '', status: readStatus(frame, body) }
}

/** Stream frames name their type. A service error without one is a bare error. */
function isBareError(body: unknown): boolean {
  return isRecord(body) && !isKind(body.type) && isErrorObject(body.object) && saysFailure(body)
}

/** Chunks name their object; vLLM and Mistral name `error`. */
function isErrorObject(object: unknown): boolean {
  return object === undefined || object === 'error'
}

function isKind(type: unknown): boolean {
  return typeof type === 'string' && !/error|limit|invalid|quota|denied|exceeded/i.test(type)
}

/** `response.failed` carries the whole response, with its error inside. */
function unwrapped(body: unknown): unknown {
  return isRecord(body) && body.type === 'response.failed' && isRecord(body.response) ? body.response : body
}

/** The comment's status, else a number that some services (OpenRouter, Gemini) use as the error's code. */
function readStatus(frame: FrameView, body: unknown): number | null {
  if ((frame.statusHint ?? 0) >= 400) return frame.statusHint
  const code = isRecord(body) && isRecord(body.error) ? body.error.code : null
  return typeof code === 'number' && code >= 400 && code <= 599 ? code : null
}
