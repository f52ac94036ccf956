// A login server that answers what the test says, for the manners of servers that no conforming one has.

import { createServer } from 'node:http'
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'

export interface SeenForm {
  path: string
  headers: IncomingHttpHeaders
  form: Record<string, string>
}

/** A status with JSON, a text (sent as HTML), or `cut`: the connection breaks. */
export type Said = [number, object | string] | 'cut'

export class LoginServer {
  readonly origin: string
  readonly seen: SeenForm[] = []
  readonly #answers: Record<string, Said[]> = {}

  constructor(port: number) {
    this.origin = `http://127.0.0.1:${port}`
  }

  get deviceEndpoint(): string {
    return `${this.origin}/device`
  }

  get tokenEndpoint(): string {
    return `${this.origin}/token`
  }

  /** Answers of this path in their order; the last one repeats. */
  says(path: string, ...answers: Said[]): this {
    this.#answers[path] = answers
    return this
  }

  /** A login that begins, with a token endpoint that then says this. */
  begins(more: object, ...answers: Said[]): this {
    return this.says('/device', [200, { ...CODE, ...more }]).says('/token', ...answers)
  }

  answerTo(path: string): Said {
    const answers = this.#answers[path] ?? []
    return (answers.length > 1 ? answers.shift() : answers[0]) ?? [404, { error: 'not_here' }]
  }

  grants(): string[] {
    return this.seen.flatMap(({ form }) => form['grant_type'] ?? [])
  }
}

export const DEVICE_CODE = 'planted-device-code-9f8e7d6c5b4a'
export const ACCESS_TOKEN = 'planted-access-token-0a1b2c3d4e5f'
export const REFRESH_TOKEN = 'planted-refresh-token-5f4e3d2c1b0a'

const CODE = {
  device_code: DEVICE_CODE,
  user_code: 'WDJB-MJHT',
  verification_uri: 'https://login.example/device',
  verification_uri_complete: 'https://login.example/device?user_code=WDJB-MJHT',
  expires_in: 900,
}
export const TOKENS = {
  access_token: ACCESS_TOKEN,
  refresh_token: REFRESH_TOKEN,
  token_type: 'Bearer',
  expires_in: 3600,
}
export const PENDING: Said = [400, { error: 'authorization_pending' }]

export async function givenLoginServer(): Promise<LoginServer> {
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const chunks: Buffer[] = []
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk)
    const form = Object.fromEntries(new URLSearchParams(Buffer.concat(chunks).toString('utf8')))
    const path = request.url ?? ''
    login.seen.push({ path, headers: request.headers, form })
    const said = login.answerTo(path)
    if (said === 'cut') return void request.socket.destroy()
    const [status, body] = said
    const isText = typeof body === 'string'
    response.writeHead(status, { 'content-type': isText ? 'text/html' : 'application/json' })
    response.end(isText ? body : JSON.stringify(body))
  }
  const server = createServer((request, response) => void answer(request, response))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const login = new LoginServer((server.address() as AddressInfo).port)
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return login
}
