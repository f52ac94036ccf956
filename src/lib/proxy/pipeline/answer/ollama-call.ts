import type { IncomingHttpHeaders } from 'node:http'
import { turnClock } from '../../../base/turn-clock.ts'
import { toOllama } from '../../../translate/ollama/ollama-answer.ts'
import type { OllamaPlan } from '../../../translate/ollama/ollama-request.ts'
import { OllamaStream } from '../../../translate/ollama/ollama-stream.ts'
import type { BodyMemory } from '../../transport/body/body-memory.ts'
import type { BodyReader, CallListener, ClientCall, NodeExchange } from '../../transport/client-call.ts'
import type { ClientConnection } from '../../transport/client-connection.ts'
import type { PassedHeaders } from '../../wire/headers/response-headers.ts'
import { parseJson } from './held-answer.ts'

const JSON_TYPE = 'application/json; charset=utf-8'

/** A call in Ollama's API. The pipeline serves it as a chat completion, and this class translates the answer back. */
export class OllamaCall implements ClientCall {
  readonly #call: ClientCall
  readonly #beganAt = turnClock()
  #plan: OllamaPlan | null = null
  #stream: OllamaStream | null = null

  constructor(call: ClientCall) {
    this.#call = call
  }

  /** The request was read. Answers before that are errors of qwenctl. */
  serve(plan: OllamaPlan): void {
    this.#plan = plan
  }

  get method(): string {
    return this.#call.method
  }

  get url(): string {
    return this.#call.url
  }

  get rawHeaders(): readonly string[] {
    return this.#call.rawHeaders
  }

  get headers(): IncomingHttpHeaders {
    return this.#call.headers
  }

  get connection(): ClientConnection {
    return this.#call.connection
  }

  get memory(): BodyMemory {
    return this.#call.memory
  }

  get node(): NodeExchange | null {
    return this.#call.node
  }

  get listener(): CallListener | null {
    return this.#call.listener
  }

  set listener(watcher: CallListener | null) {
    this.#call.listener = watcher
  }

  get body(): Buffer | null {
    return this.#call.body
  }

  get piece(): Buffer | null {
    return this.#call.piece
  }

  get announcedBytes(): number {
    return this.#call.announcedBytes
  }

  get isRead(): boolean {
    return this.#call.isRead
  }

  readBody(reader: BodyReader): void {
    this.#call.readBody(reader)
  }

  leaveUnread(lingerMs: number): void {
    this.#call.leaveUnread(lingerMs)
  }

  get hasBegun(): boolean {
    return this.#call.hasBegun
  }

  send(status: number, headers: string[], body: Buffer, passed?: PassedHeaders): void {
    if (status < 400 && this.#plan === null) return this.#call.send(status, headers, body, passed)
    const said = parseJson(body)
    const now = turnClock()
    const told =
      this.#plan === null || status >= 400
        ? { error: messageIn(said) ?? body.toString('utf8', 0, 1000) }
        : toOllama(this.#plan, said, { beganAt: this.#beganAt, firstAt: now, now })
    const text = Buffer.from(JSON.stringify(told))
    const kept = withoutBodyHeaders([...(passed?.list ?? []), ...headers])
    kept.push('content-type', JSON_TYPE, 'content-length', String(text.length))
    this.#call.send(status, kept, text)
  }

  begin(status: number, headers: string[]): void {
    if (this.#plan !== null) this.#stream = new OllamaStream(this.#plan, this.#beganAt, turnClock)
    const kept = withoutBodyHeaders(headers)
    kept.push('content-type', 'application/x-ndjson')
    this.#call.begin(status, kept)
  }

  write(bytes: Buffer): boolean {
    const lines = this.#stream?.push(bytes) ?? ''
    return lines === '' || this.#call.write(Buffer.from(lines))
  }

  whenDrained(then: () => void): void {
    this.#call.whenDrained(then)
  }

  end(): void {
    const lines = this.#stream?.end() ?? ''
    if (lines !== '') this.#call.write(Buffer.from(lines))
    this.#call.end()
  }

  cutOff(): void {
    this.#call.cutOff()
  }

  isLast(): void {
    this.#call.isLast()
  }
}

function withoutBodyHeaders(headers: readonly string[]): string[] {
  return headers.filter((_, index) => !/^content-/i.test(headers[index - (index % 2)]!))
}

function messageIn(said: unknown): string | null {
  const error = (said as { error?: { message?: unknown } } | null | undefined)?.error
  return typeof error?.message === 'string' ? error.message : null
}
