import type { IncomingMessage, ServerResponse } from 'node:http'
import { QwenctlError, errorKinds, isQwenctlError, messageOf } from '../errors.ts'
import type { Dialect } from '../provider/provider.ts'
import { errorBody } from './wire/wire-errors.ts'

/** What stands in the header when no account was asked; no name can be like it. */
const NO_ACCOUNT = '-'

const JOINED_BODY_BYTES = 16 << 10

/** One request of a client and the answer to it. Every answer of the proxy leaves through here. */
export class Exchange {
  readonly req: IncomingMessage
  readonly res: ServerResponse
  readonly id: string
  dialect: Dialect = 'openai'
  /** Upstream tries so far, and the account of the last one. */
  attempts = 0
  account: string | null = null
  /** The answer comes from the sandbox, and says so. */
  isSimulated = false
  /** Called once, when the client leaves before its answer is complete. */
  onGone: (() => void) | null = null
  isGone = false

  constructor(req: IncomingMessage, res: ServerResponse, id: string) {
    this.req = req
    this.res = res
    this.id = id
  }

  /** The connection has nothing more to do with this exchange; it may have ended early. */
  closed(): void {
    if (this.res.writableFinished) return
    this.isGone = true
    this.onGone?.()
  }

  /** The headers that every answer carries, after those given. Flat, as `writeHead` takes them. */
  headers(more: string[] = []): string[] {
    more.push('x-request-id', this.id, 'x-qwenctl-attempts', String(this.attempts))
    more.push('x-qwenctl-account', this.account ?? NO_ACCOUNT)
    if (this.isSimulated) more.push('x-qwenctl-simulated', 'true')
    if (this.dialect === 'anthropic') more.push('request-id', this.id)
    return more
  }

  /** A whole answer in one go. */
  send(status: number, headers: string[], body: Buffer): void {
    if (this.isGone || this.res.headersSent) return
    headers.push('content-length', String(body.length))
    this.res.writeHead(status, this.headers(headers))
    // As Latin-1, byte for byte the same, Node puts head and body into one write; as a buffer it would be two.
    if (body.length <= JOINED_BODY_BYTES) this.res.end(body.toString('latin1'), 'latin1')
    else this.res.end(body)
  }

  sendJson(status: number, value: unknown): void {
    this.send(status, ['content-type', 'application/json'], Buffer.from(JSON.stringify(value)))
  }

  /** An error of ours, in the client's dialect. What is not ours is a bug, and says no more than that. */
  sendError(error: unknown, headers: string[] = []): void {
    const known = isQwenctlError(error)
      ? error
      : new QwenctlError('internal', 'the proxy failed on this request', { cause: messageOf(error) })
    const { code, status } = known
    const message = known.hint === null ? known.message : `${known.message}; ${known.hint}`
    const body = errorBody(this.dialect, {
      status,
      code,
      message,
      type: errorKinds[code].type,
      requestId: this.id,
    })
    this.send(status, ['content-type', 'application/json', ...headers], body)
  }
}
