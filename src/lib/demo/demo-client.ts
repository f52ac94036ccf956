import { Agent, request } from 'node:http'
import type { IncomingMessage } from 'node:http'

/** A response as the demo's program receives it. */
export interface DemoReply {
  status: number
  /** The account that answered, as the proxy names it; null: no account. */
  account: string | null
  attempts: number
  isStreamed: boolean
  /** The stream reached its end, or the body is complete. */
  isComplete: boolean
  /** Seconds; null if the response has no value. */
  retryAfter: number | null
  /** The error message; null on success. */
  message: string | null
}

/** An ordinary program: it knows one URL and no account. */
export class DemoClient {
  readonly #url: string
  readonly #signal: AbortSignal
  // A separate agent: requests to this machine must not use the environment's HTTP proxy.
  readonly #agent = new Agent({ keepAlive: true })

  constructor(url: string, signal: AbortSignal) {
    this.#url = url
    this.#signal = signal
  }

  async ask(content: string, options: { isStreamed: boolean }): Promise<DemoReply> {
    const body = { model: 'sandbox-small', stream: options.isStreamed, messages: [{ role: 'user', content }] }
    const { message, text } = await this.#post(JSON.stringify(body))
    const header = (name: string) => message.headers[name] as string | undefined
    const status = message.statusCode ?? 0
    return {
      status,
      account: status === 200 ? (header('x-qwenctl-account') ?? null) : null,
      attempts: Number(header('x-qwenctl-attempts') ?? 0),
      isStreamed: options.isStreamed,
      isComplete: options.isStreamed ? text.trimEnd().endsWith('data: [DONE]') : isJson(text),
      retryAfter: header('retry-after') === undefined ? null : Number(header('retry-after')),
      message: status === 200 ? null : errorIn(text),
    }
  }

  close(): void {
    this.#agent.destroy()
  }

  #post(body: string): Promise<{ message: IncomingMessage; text: string }> {
    return new Promise((resolve, reject) => {
      const headers = { 'content-type': 'application/json', authorization: 'Bearer any' }
      const asked = request(`${this.#url}/v1/chat/completions`, {
        method: 'POST',
        agent: this.#agent,
        signal: this.#signal,
        headers,
      })
      asked.on('error', reject)
      asked.on('response', (message) => {
        let text = ''
        message.setEncoding('utf8').on('data', (part: string) => (text += part))
        message.on('end', () => resolve({ message, text }))
        message.on('error', reject)
      })
      asked.end(body)
    })
  }
}

function isJson(text: string): boolean {
  try {
    return typeof JSON.parse(text) === 'object'
  } catch {
    return false // the stream was cut
  }
}

function errorIn(text: string): string {
  try {
    return (JSON.parse(text) as { error: { message: string } }).error.message
  } catch {
    return text.slice(0, 200) // not an error of qwenctl
  }
}
