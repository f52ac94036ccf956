// An upstream as a test wants it: a real server on this machine with scripted answers. It remembers every request
// byte for byte. It fails the test when a request came that was not expected, or one that was expected did not.
// Nothing here waits for time: streams continue when the test says so.

import { createServer } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { onTestFinished } from 'vitest'

export interface SeenRequest {
  method: string
  /** With the query. */
  path: string
  headers: Record<string, string | undefined>
  rawHeaders: string[]
  body: Buffer
  /** The credential it came with, from either header; null: none. */
  key: string | null
}

export interface UpstreamCall {
  seen: SeenRequest
  res: ServerResponse
  socket: Socket
}

/** The answer to one request. */
export type Answer = (call: UpstreamCall) => void

export class FakeUpstream {
  /** Base of the OpenAI dialect. */
  readonly baseUrl: string
  readonly origin: string
  readonly requests: SeenRequest[] = []
  readonly #queues = new Map<string, Answer[]>()
  readonly #defaults = new Map<string, Answer>()
  readonly #unexpected: string[] = []
  readonly #waiting = new Set<() => void>()

  constructor(port: number) {
    this.origin = `http://127.0.0.1:${port}`
    this.baseUrl = `${this.origin}/v1`
  }

  /** Answers for the next requests that no key has answers of its own for, in this order. Each must be used. */
  next(...answers: Answer[]): void {
    this.nextFor(ANYONE, ...answers)
  }

  /** The same for requests that come with this key. */
  nextFor(key: string, ...answers: Answer[]): void {
    this.#queues.set(key, [...(this.#queues.get(key) ?? []), ...answers])
  }

  /** Any number of requests, also none, once the queue is used up. */
  always(answer: Answer, key = ANYONE): void {
    this.#defaults.set(key, answer)
  }

  /** Requests seen, of one key or of all. */
  count(key?: string): number {
    return key === undefined ? this.requests.length : this.requests.filter((seen) => seen.key === key).length
  }

  /** The keys of the requests, in order. */
  get keys(): (string | null)[] {
    return this.requests.map(({ key }) => key)
  }

  get last(): SeenRequest {
    const last = this.requests.at(-1)
    if (last === undefined) throw new Error('the upstream has seen no request')
    return last
  }

  /** Resolves once so many requests have come. */
  async arrivals(count: number): Promise<void> {
    while (this.requests.length < count) await new Promise<void>((resolve) => this.#waiting.add(resolve))
  }

  /** The differences from what was expected, in words. */
  problems(): string[] {
    const unused = [...this.#queues].filter(([, answers]) => answers.length > 0)
    return [
      ...this.#unexpected,
      ...unused.map(([key, { length }]) => `${length} answers for ${key} were never asked for`),
    ]
  }

  take(call: UpstreamCall): void {
    const { seen } = call
    this.requests.push(seen)
    for (const resolve of this.#waiting) resolve()
    this.#waiting.clear()
    const answer = this.#answerFor(seen.key)
    if (answer !== undefined) return answer(call)
    this.#unexpected.push(`unexpected ${seen.method} ${seen.path} with key ${seen.key}`)
    json(418, { error: { message: 'the test expected no such request' } })(call)
  }

  #answerFor(key: string | null): Answer | undefined {
    const own = key ?? ANYONE
    return (
      this.#queues.get(own)?.shift() ??
      this.#defaults.get(own) ??
      this.#queues.get(ANYONE)?.shift() ??
      this.#defaults.get(ANYONE)
    )
  }
}

const ANYONE = 'anyone'

export async function givenUpstream(): Promise<FakeUpstream> {
  const server = createServer((req, res) => {
    void read(req, res).then((call) => {
      if (call !== null) fake.take(call)
    })
  })
  // A reset by the proxy is what some tests are about.
  server.on('connection', (socket) => socket.on('error', () => undefined))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const fake = new FakeUpstream((server.address() as AddressInfo).port)
  onTestFinished(async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
    const problems = fake.problems()
    if (problems.length > 0) throw new Error(`the upstream: ${problems.join('; ')}`)
  })
  return fake
}

/** Null: the sender left before its request was whole. */
async function read(req: IncomingMessage, res: ServerResponse): Promise<UpstreamCall | null> {
  res.on('error', () => undefined)
  const chunks: Buffer[] = []
  try {
    for await (const chunk of req as AsyncIterable<Buffer>) chunks.push(chunk)
  } catch {
    return null
  }
  const headers = req.headers as Record<string, string | undefined>
  const key =
    headers['x-api-key'] ??
    headers['x-goog-api-key'] ??
    headers.authorization?.replace(/^Bearer /, '') ??
    null
  return {
    seen: {
      method: req.method ?? '',
      path: req.url ?? '',
      headers,
      rawHeaders: req.rawHeaders,
      body: Buffer.concat(chunks),
      key,
    },
    res,
    socket: req.socket,
  }
}

/** A port of this machine without a listener. */
export async function closedPort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}

// ---- answers ----

export function bytes(status: number, headers: Record<string, string>, body: string | Buffer): Answer {
  return ({ res }) => void res.writeHead(status, headers).end(body)
}

export function json(status: number, body: unknown, headers: Record<string, string> = {}): Answer {
  return bytes(status, { 'content-type': 'application/json', ...headers }, JSON.stringify(body))
}

/** A whole chat completion of 7 tokens in and 3 out. */
export function chat(content = 'hello'): Answer {
  return json(200, {
    id: 'chatcmpl-1',
    object: 'chat.completion',
    choices: [{ index: 0, message: { role: 'assistant', content }, finish_reason: 'stop' }],
    usage: USAGE,
  })
}

export const USAGE = { prompt_tokens: 7, completion_tokens: 3, total_tokens: 10 }

export function frame(data: unknown): string {
  return `data: ${JSON.stringify(data)}\n\n`
}

export function delta(content: string): string {
  return frame({ id: 'c1', object: 'chat.completion.chunk', choices: [{ index: 0, delta: { content } }] })
}

export const STOP = frame({
  id: 'c1',
  object: 'chat.completion.chunk',
  choices: [{ index: 0, delta: {}, finish_reason: 'stop' }],
})
export const USAGE_CHUNK = frame({
  id: 'c1',
  object: 'chat.completion.chunk',
  choices: [],
  usage: USAGE,
})
export const DONE = 'data: [DONE]\n\n'

/** A stream that is there at once and ends. */
export function events(...frames: string[]): Answer {
  return bytes(200, { 'content-type': 'text/event-stream' }, frames.join(''))
}

/** Never a byte. */
export const hang: Answer = () => undefined

export const reset: Answer = ({ socket }) => void socket.resetAndDestroy()

/** The connection ends as if the answer were over. */
export const closeEarly: Answer = ({ socket }) => void socket.end()

/** Sends exactly these bytes, then ends the connection. */
export function raw(text: string): Answer {
  return ({ socket }) => void socket.end(text, 'latin1')
}

/** A stream that the test leads by the hand. Use `answer` once. */
export class ControlledStream {
  readonly opened: Promise<UpstreamCall>
  /** The proxy has closed the connection before the stream was over. */
  readonly left: Promise<void>
  readonly answer: Answer
  #call: UpstreamCall | null = null

  constructor(headers: Record<string, string> = { 'content-type': 'text/event-stream' }) {
    const opened = Promise.withResolvers<UpstreamCall>()
    const left = Promise.withResolvers<void>()
    this.opened = opened.promise
    this.left = left.promise
    this.answer = (call) => {
      this.#call = call
      call.res.on('close', () => {
        if (!call.res.writableFinished) left.resolve()
      })
      call.res.writeHead(200, headers)
      call.res.flushHeaders()
      opened.resolve(call)
    }
  }

  get res(): ServerResponse {
    if (this.#call === null) throw new Error('nobody has asked for this stream yet')
    return this.#call.res
  }

  send(text: string | Buffer): void {
    this.res.write(text)
  }

  end(text = ''): void {
    this.res.end(text)
  }

  reset(): void {
    this.#call?.socket.resetAndDestroy()
  }
}

/** A request that is held until the test answers it. Use `answer` once. */
export class HeldRequest {
  readonly arrived: Promise<UpstreamCall>
  /** The proxy has given the request up. */
  readonly left: Promise<void>
  readonly answer: Answer
  #call: UpstreamCall | null = null

  constructor() {
    const arrived = Promise.withResolvers<UpstreamCall>()
    const left = Promise.withResolvers<void>()
    this.arrived = arrived.promise
    this.left = left.promise
    this.answer = (call) => {
      this.#call = call
      call.res.on('close', () => {
        if (!call.res.writableFinished) left.resolve()
      })
      arrived.resolve(call)
    }
  }

  release(answer: Answer): void {
    if (this.#call === null) throw new Error('nobody has sent this request yet')
    answer(this.#call)
  }
}
