// Sends one request to a pool, and reads its answer. The pool is a proxy at a loopback address.

import { request } from 'node:http'
import type { IncomingMessage } from 'node:http'
import { QwenctlError, errorKinds } from '../../base/errors.ts'
import type { ErrorCode } from '../../base/errors.ts'

export interface Pool {
  url: string
  /** A client key that selects the accounts. */
  secret: string
}

export interface Question {
  model: string
  text: string
  /** Called with each piece of the answer as it arrives; null: the answer is requested as a whole. */
  onPiece: ((piece: string) => void) | null
  maxTokens?: number | null
  signal?: AbortSignal
}

export interface Answer {
  text: string
  /** The account in the `x-qwenctl-account` header. */
  account: string
  attempts: number
}

interface Completion {
  choices?: { message?: { content?: string | null }; delta?: { content?: string | null } }[]
  error?: { message?: string; code?: string | null; hint?: string | null }
}

/** The models that the pool lists. */
export async function listModels({ url, secret }: Pool): Promise<string[]> {
  const response = await sendToPool(`${url}/v1/models`, secret, { body: null })
  const { data } = JSON.parse(await readText(response)) as { data?: { id: string }[] }
  return (data ?? []).map(({ id }) => id)
}

/** Models that do not answer chats are not chosen by default. */
const NO_CHAT = /embed|whisper|tts|audio|image|dall-e|moderation|rerank|transcribe/i

/** The first model for chats; null: there is none. */
export function chooseChatModel(models: readonly string[]): string | null {
  return models.find((name) => !NO_CHAT.test(name)) ?? null
}

/** Throws the pool's error under its code. */
export async function ask({ url, secret }: Pool, question: Question): Promise<Answer> {
  const { model, text, onPiece, maxTokens = null } = question
  const messages = [{ role: 'user', content: text }]
  const limit = maxTokens === null ? {} : { max_tokens: maxTokens }
  const body = JSON.stringify({ model, messages, stream: onPiece !== null, ...limit })
  const response = await sendToPool(`${url}/v1/chat/completions`, secret, { ...question, body })
  const { headers, statusCode = 0 } = response
  if (statusCode !== 200) throw refusal(response, await readText(response))
  const isStream = String(headers['content-type']).includes('event-stream')
  return {
    text: isStream
      ? await streamed(response, onPiece ?? (() => undefined))
      : answerText(await readText(response)),
    account: String(headers['x-qwenctl-account']),
    attempts: Number(headers['x-qwenctl-attempts']),
  }
}

interface Sent {
  /** Null: a GET. */
  body: string | Buffer | null
  headers?: Record<string, string>
  signal?: AbortSignal
}

/** Sends a request to a pool at a loopback address. The caller reads the answer. */
export function sendToPool(
  url: string,
  secret: string,
  { body, headers, signal }: Sent,
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const asked = request(url, {
      method: body === null ? 'GET' : 'POST',
      // A separate agent, so that HTTP_PROXY in the environment does not apply to an address of this machine.
      agent: false,
      headers: {
        authorization: `Bearer ${secret}`,
        'content-type': 'application/json',
        ...headers,
      },
      ...(signal === undefined ? {} : { signal }),
    })
    asked.on('response', resolve).on('error', reject)
    asked.end(body ?? undefined)
  })
}

async function readText(response: IncomingMessage): Promise<string> {
  let text = ''
  for await (const chunk of response.setEncoding('utf8')) text += chunk as string
  return text
}

function answerText(body: string): string {
  return (JSON.parse(body) as Completion).choices?.[0]?.message?.content ?? ''
}

/**
 * The whole text of a stream of completion chunks. Throws `upstream_unavailable` with the message of an error event.
 */
async function streamed(response: IncomingMessage, onPiece: (piece: string) => void): Promise<string> {
  let text = ''
  let rest = ''
  for await (const chunk of response.setEncoding('utf8')) {
    const lines = (rest + (chunk as string)).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) {
      const piece = readPiece(line)
      if (piece !== '') onPiece(piece)
      text += piece
    }
  }
  return text
}

function readPiece(line: string): string {
  const data = /^data: ?(\{.*)$/.exec(line.trimEnd())?.[1]
  if (data === undefined) return ''
  const { choices, error } = JSON.parse(data) as Completion
  if (error !== undefined)
    throw new QwenctlError('upstream_unavailable', error.message ?? 'the answer broke off')
  return choices?.[0]?.delta?.content ?? ''
}

function refusal({ headers, statusCode }: IncomingMessage, body: string): QwenctlError {
  const { message, hint, code: theirs } = errorIn(body)
  const ours = String(headers['x-qwenctl-error'] ?? theirs)
  const code = Object.hasOwn(errorKinds, ours) ? (ours as ErrorCode) : 'upstream_unavailable'
  const shownHint = hint ?? (errorKinds[code] as { hint?: string }).hint
  // The proxy appends its hint to the message, because most clients show the message alone.
  const shown = message?.endsWith(`; ${shownHint}`) ? message.slice(0, -`; ${shownHint}`.length) : message
  return new QwenctlError(code, shown ?? `the pool answered ${statusCode}`, {
    ...(typeof hint === 'string' ? { hint } : {}),
    details: { retryAfterMs: retryAfterMs(headers['retry-after']) },
  })
}

/** Milliseconds; null: the pool does not say when an account returns. */
function retryAfterMs(header: string | undefined): number | null {
  const seconds = Number(header ?? Number.NaN)
  return Number.isFinite(seconds) ? seconds * 1000 : null
}

function errorIn(body: string): NonNullable<Completion['error']> {
  try {
    return (JSON.parse(body) as Completion).error ?? {}
  } catch {
    return {}
  }
}
