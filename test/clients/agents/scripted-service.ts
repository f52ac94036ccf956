// A service on this machine with a model that plays the task. It refuses what its kind of service refuses, and fails as the
// situation says.

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'
import { chatEvents, chatFault, readChat, wholeChat } from './strict-chat.ts'
import { geminiFault, generatedEvents, readGemini, wholeGenerated } from './strict-gemini.ts'
import { messageEvents, messagesRequestFault, readMessages, wholeMessage } from './strict-messages.ts'
import { readResponses, responseEvents, responsesFault, wholeResponse } from './strict-responses.ts'
import { continueTask, findShell, type Conversation, type Reply } from './task.ts'

type Json = Record<string, unknown>
type Headers = Record<string, string | undefined>

/** A wire format of a service. */
interface ServiceFormat {
  path: RegExp
  /** The path of an account's base URL. */
  base: string
  provider: string
  fault: (body: Json, headers: Headers) => string | null
  read: (body: Json) => Conversation
  whole: (reply: Reply, id: string, model: string) => Json
  events: (reply: Reply, id: string, body: Json) => string[]
  error: (status: number, message: string) => Json
  /** The body of a 404 at an unknown path. */
  missing: Json
}

const types: Readonly<Record<number, string>> = {
  400: 'invalid_request_error',
  404: 'not_found_error',
  429: 'rate_limit_error',
}

function chatError(status: number, message: string): Json {
  const code = status === 429 ? 'rate_limit_exceeded' : null
  return { error: { message, type: types[status], param: null, code } }
}

export const serviceFormats = {
  chat: {
    path: /^\/v1\/chat\/completions$/,
    base: '/v1',
    provider: 'custom',
    fault: chatFault,
    read: readChat,
    whole: wholeChat,
    events: chatEvents,
    error: chatError,
    missing: { detail: 'Not Found' },
  },
  messages: {
    path: /^\/v1\/messages$/,
    base: '',
    provider: 'anthropic',
    fault: messagesRequestFault,
    read: readMessages,
    whole: wholeMessage,
    events: messageEvents,
    error: (status, message) => ({ type: 'error', error: { type: types[status], message } }),
    missing: { type: 'error', error: { type: 'not_found_error', message: 'Not found' } },
  },
  responses: {
    path: /^\/v1\/responses$/,
    base: '/v1',
    provider: 'custom',
    fault: responsesFault,
    read: readResponses,
    whole: wholeResponse,
    events: responseEvents,
    error: chatError,
    missing: {
      error: { message: 'Invalid URL (POST)', type: 'invalid_request_error', param: null, code: null },
    },
  },
  gemini: {
    path: /^\/v1beta\/models\/[^/]+:(?:generateContent|streamGenerateContent)$/,
    base: '/v1beta',
    provider: 'custom',
    fault: geminiFault,
    read: readGemini,
    whole: wholeGenerated,
    events: generatedEvents,
    error: (status, message) => ({
      error: { code: status, message, status: status === 429 ? 'RESOURCE_EXHAUSTED' : 'INVALID_ARGUMENT' },
    }),
    missing: { error: { code: 404, message: 'Not Found', status: 'NOT_FOUND' } },
  },
} as const satisfies Record<string, ServiceFormat>

export type ServiceKind = keyof typeof serviceFormats

export interface Failures {
  /** Answers to requests of the task before the account is out for an hour; missing: never. */
  answers?: number
  /** The number of the answer that breaks off, from 1; missing: none. */
  cut?: number
}

/** Anthropic keeps no thread for requests with thinking, and says so (https://platform.claude.com/docs, 2026-11). */
const THREAD_ERROR = {
  type: 'error',
  error: {
    type: 'invalid_request_error',
    message: 'thinking is not supported with thread',
    details: { error_code: 'thread_unsupported_request', unsupported: ['thinking'] },
  },
}

/** How long an account is out, in seconds. */
const OUT_SECONDS = 3600

export class ScriptedService {
  readonly kind: ServiceKind
  /** Faults of requests, each with what the service said. */
  readonly refusals: string[] = []
  /** Requests about the task, refused ones included. */
  asked = 0
  /** Answers to requests about the task. */
  answered = 0
  /** Everything that came, as text: headers and bodies. */
  readonly journal: string[] = []
  origin = ''
  readonly #format: ServiceFormat
  readonly #failures: Failures

  constructor(kind: ServiceKind, failures: Failures) {
    this.kind = kind
    this.#format = serviceFormats[kind]
    this.#failures = failures
  }

  get provider(): string {
    return this.#format.provider
  }

  get baseUrl(): string {
    return this.origin + this.#format.base
  }

  async take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = []
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk)
    const text = Buffer.concat(chunks).toString('utf8')
    const path = (request.url ?? '').replace(/\?.*$/, '')
    this.journal.push(`${request.method} ${request.url} ${request.rawHeaders.join(' ')} ${text}`)
    if (/\/models$/.test(path))
      return send(response, 200, { object: 'list', data: [{ id: 'm1', object: 'model' }] })
    if (!this.#format.path.test(path)) return send(response, 404, this.#format.missing)
    this.#answer(path, JSON.parse(text) as Json, { headers: request.headers as Headers, response })
  }

  #answer(
    path: string,
    body: Json,
    { headers, response }: { headers: Headers; response: ServerResponse },
  ): void {
    if (body.thread !== undefined) return send(response, 400, THREAD_ERROR)
    const fault = this.#format.fault(body, headers)
    if (fault !== null) {
      this.refusals.push(fault)
      return this.#refuse(response, 400, fault)
    }
    const conversation = this.#format.read(body)
    const isTask = findShell(conversation) !== null
    if (isTask) this.asked += 1
    if (this.#failures.answers !== undefined && this.answered >= this.#failures.answers)
      return this.#refuse(response, 429, 'You have reached the limit of your plan.')
    if (isTask) this.answered += 1
    const reply = continueTask(conversation)
    const id = `${this.kind}_${this.journal.length}`
    if (body.stream !== true && !path.endsWith(':streamGenerateContent'))
      return send(response, 200, this.#format.whole(reply, id, String(body.model)))
    const events = this.#format.events(reply, id, body)
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    const isCut = isTask && this.answered === this.#failures.cut
    for (const event of isCut ? events.slice(0, Math.ceil(events.length / 2)) : events) response.write(event)
    if (isCut) response.socket?.end()
    else response.end()
  }

  #refuse(response: ServerResponse, status: number, message: string): void {
    const headers: Record<string, string> = status === 429 ? { 'retry-after': String(OUT_SECONDS) } : {}
    send(response, status, this.#format.error(status, message), headers)
  }
}

function send(
  response: ServerResponse,
  status: number,
  body: Json,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body))
}

/** Starts a service; it ends with the test. */
export async function givenService(kind: ServiceKind, failures: Failures = {}): Promise<ScriptedService> {
  const service = new ScriptedService(kind, failures)
  const server = createServer((request, response) => void service.take(request, response))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  service.origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return service
}
