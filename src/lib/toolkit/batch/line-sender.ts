import type { ErrorCode } from '../../base/errors.ts'
import type { ClientDialect, Usage } from '../../provider/provider.ts'

/** A line of a batch as a request to the pool. */
export interface LineRequest {
  /** As in the line: `/v1/chat/completions`. */
  path: string
  dialect: ClientDialect
  /** Only accounts of this group may serve it; null: any account. */
  group: string | null
  body: Buffer
}

/** The answer of the pool to one line. */
export interface LineAnswer {
  /** The HTTP status; 0: the answer broke off. */
  status: number
  /** The code of qwenctl's own refusal; null: an upstream answered. */
  code: ErrorCode | null
  message: string | null
  hint: string | null
  /** When the first account returns, in epoch milliseconds; null: unknown. */
  returnsAt: number | null
  body: Buffer
  /** `provider/name` of the last account asked; null: none was. */
  account: string | null
  requestId: string
  usage: Usage
}

/** Sends one line through the pool. An abort abandons the request and its answer. */
export type LineSender = (request: LineRequest, signal: AbortSignal) => Promise<LineAnswer>
