import type { ErrorCode } from '../../../base/errors.ts'
import { QwenctlError } from '../../../base/errors.ts'
import type { LineAnswer } from '../line-sender.ts'
import { isSuccess } from '../results/result-line.ts'

/** The meaning of an answer for its batch. */
export type Judgement =
  /** The line has its answer, or its own error. */
  | { kind: 'result'; isSuccess: boolean }
  /** No account is available. The line got no answer, and waits until then (epoch milliseconds). */
  | { kind: 'wait'; until: number; reason: string }
  /** The services failed. The line is sent again after a pause. */
  | { kind: 'again' }
  /** No line can be answered until a person changes something. */
  | { kind: 'stop'; error: QwenctlError }

/** Without a stated time, the batch asks again after this. */
const UNSTATED_MS = 30_000
const REQUEST_TIMEOUT = 408
const TOO_EARLY = 425
const TOO_MANY = 429
const FIRST_SERVER_ERROR = 500

/** Refusals by the whole pool: the next line would get the same one. */
const STOPS: ReadonlySet<ErrorCode> = new Set([
  ...(['needs_action', 'no_accounts', 'store_unwritable', 'store_corrupt', 'store_locked'] as const),
  ...(['store_too_new', 'vault_locked', 'shutting_down', 'invalid_api_key', 'needs_login'] as const),
])

export function judgeAnswer(answer: LineAnswer, now: number): Judgement {
  const { status, code } = answer
  if (isSuccess(answer)) return { kind: 'result', isSuccess: true }
  if (code === 'quota_exhausted' || status === TOO_MANY) {
    const until = Math.max(answer.returnsAt ?? now + UNSTATED_MS, now + 1)
    return { kind: 'wait', until, reason: answer.message ?? 'the accounts are rate limited' }
  }
  if (code !== null && STOPS.has(code)) {
    const message = answer.message ?? `the pool refused (${code})`
    const hint = answer.hint === null ? {} : { hint: answer.hint }
    return { kind: 'stop', error: new QwenctlError(code, message, hint) }
  }
  const isPassing = status === 0 || status === REQUEST_TIMEOUT || status === TOO_EARLY
  if (isPassing || status >= FIRST_SERVER_ERROR) return { kind: 'again' }
  return { kind: 'result', isSuccess: false }
}
