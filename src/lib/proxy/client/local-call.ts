import type { IncomingHttpHeaders } from 'node:http'
import type { PassedHeaders } from '../wire/headers/response-headers.ts'
import { freshMemory } from '../transport/body/body-memory.ts'
import type { BodyReader, CallListener, ClientCall } from '../transport/client-call.ts'
import type { ClientConnection } from '../transport/client-connection.ts'

/** A request of this process: it passes through the pipeline like any other, without a socket. */
export class LocalCall implements ClientCall {
  readonly method = 'POST'
  readonly url: string
  readonly rawHeaders: readonly string[]
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
  readonly memory = freshMemory
  readonly node = null
  readonly piece = null
  readonly announcedBytes: number
  readonly isRead = true
  listener: CallListener | null = null
  hasBegun = false
  /** Status of the answer; 0: there is none yet. */
  status = 0
  /** The answer broke off, or the caller left. */
  isCut = false
  readonly #pieces: Buffer[] = []
  #isOver = false

  constructor(url: string, headers: Readonly<Record<string, string>>, body: Buffer) {
    this.url = url
    this.headers = headers
    this.rawHeaders = Object.entries(headers).flat()
    this.body = body
    this.announcedBytes = body.length
  }

  /** Only the server reads it, and it never sees a local call as a connection. */
  get connection(): ClientConnection {
    throw new Error('a local call has no connection')
  }

  /** The body of the answer so far. */
  get answer(): Buffer {
    return Buffer.concat(this.#pieces)
  }

  readBody(reader: BodyReader): void {
    reader(this.body)
    reader(null)
  }

  leaveUnread(): void {
    // The whole request is here.
  }

  send(status: number, _headers: string[], body: Buffer, _passed?: PassedHeaders): void {
    if (this.#isOver) return
    this.begin(status)
    this.write(body)
    this.end()
  }

  begin(status: number): void {
    this.status = status
    this.hasBegun = true
  }

  /** Copies: the bytes may lie in a buffer that the next answer reuses. */
  write(bytes: Buffer): boolean {
    if (!this.#isOver) this.#pieces.push(Buffer.from(bytes))
    return true
  }

  whenDrained(then: () => void): void {
    then()
  }

  end(): void {
    this.#close(true)
  }

  cutOff(): void {
    this.#close(false)
  }

  isLast(): void {
    // There is no connection to close.
  }

  #close(isWhole: boolean): void {
    if (this.#isOver) return
    this.#isOver = true
    this.isCut = !isWhole
    this.listener?.onCallEnded(isWhole)
  }
}
