import { createServer } from 'node:http'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** Where the simulated upstream listens; `close` ends it. */
export interface SandboxUpstream {
  /** Base of both dialects. */
  url: string
  /** Requests it answered, by key: what a test or the demo compares our own counts with. */
  readonly served: ReadonlyMap<string, number>
  /** From now on the key is refused, as a provider does after somebody revoked it. */
  revoke(key: string): void
  close(): Promise<void>
}

const WORDS = 'This reply is simulated by the qwenctl sandbox; no model has read your message.'.split(' ')
const MOST_BODY_BYTES = 8 << 20

/** A service inside qwenctl that answers like a model provider, for trying and testing without one. Loopback only. */
export async function startSandboxUpstream(): Promise<SandboxUpstream> {
  const served = new Map<string, number>()
  const revoked = new Set<string>()
  const server = createServer((req, res) => {
    answer(req, res, { served, revoked }).catch(() => res.destroy())
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', resolve)
  })
  server.unref()
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}/v1`,
    served,
    revoke: (key) => void revoked.add(key),
    close: () => closed(server),
  }
}

function closed(server: Server): Promise<void> {
  server.closeAllConnections()
  return new Promise((resolve) => server.close(() => resolve()))
}

interface Ask {
  model: string
  stream: boolean
  isAnthropic: boolean
  wantsUsage: boolean
  inputTokens: number
}

async function answer(
  req: IncomingMessage,
  res: ServerResponse,
  { served, revoked }: { served: Map<string, number>; revoked: Set<string> },
): Promise<void> {
  const isAnthropic = req.url?.startsWith('/v1/messages') === true
  const key = String(req.headers['x-api-key'] ?? req.headers.authorization?.replace(/^Bearer /, '') ?? '')
  const text = await bodyOf(req)
  if (revoked.has(key)) return refuse(res, isAnthropic, 401, 'the simulated key was revoked')
  const ask = parse(text, isAnthropic)
  if (ask === null)
    return refuse(res, isAnthropic, 400, 'the simulated upstream needs a JSON body with a model')
  served.set(key, (served.get(key) ?? 0) + 1)
  res.setHeader('x-qwenctl-simulated', 'true')
  if (ask.stream) stream(res, ask)
  else json(res, 200, isAnthropic ? wholeMessage(ask) : wholeCompletion(ask))
}

async function bodyOf(req: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of req as AsyncIterable<Buffer>) {
    length += chunk.length
    if (length <= MOST_BODY_BYTES) chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

function parse(text: string, isAnthropic: boolean): Ask | null {
  try {
    const body = JSON.parse(text) as {
      model?: unknown
      stream?: unknown
      stream_options?: { include_usage?: unknown }
    }
    if (typeof body?.model !== 'string') return null
    return {
      model: body.model,
      stream: body.stream === true,
      isAnthropic,
      wantsUsage: body.stream_options?.include_usage === true,
      inputTokens: Math.ceil(text.length / 4), // the usual rule of thumb: four characters a token
    }
  } catch {
    return null // not JSON
  }
}

function wholeCompletion({ model, inputTokens }: Ask): object {
  return {
    id: 'chatcmpl-sandbox',
    object: 'chat.completion',
    created: Math.floor(Date.now() / 1000),
    model,
    choices: [{ index: 0, message: { role: 'assistant', content: WORDS.join(' ') }, finish_reason: 'stop' }],
    usage: {
      prompt_tokens: inputTokens,
      completion_tokens: WORDS.length,
      total_tokens: inputTokens + WORDS.length,
    },
  }
}

function wholeMessage({ model, inputTokens }: Ask): object {
  return {
    id: 'msg_sandbox',
    type: 'message',
    role: 'assistant',
    model,
    content: [{ type: 'text', text: WORDS.join(' ') }],
    stop_reason: 'end_turn',
    stop_sequence: null,
    usage: { input_tokens: inputTokens, output_tokens: WORDS.length },
  }
}

function stream(res: ServerResponse, ask: Ask): void {
  res.writeHead(200, { 'content-type': 'text/event-stream' })
  for (const frame of ask.isAnthropic ? messageFrames(ask) : completionFrames(ask)) res.write(frame)
  res.end()
}

function* completionFrames({ model, wantsUsage, inputTokens }: Ask): Generator<string> {
  const base = {
    id: 'chatcmpl-sandbox',
    object: 'chat.completion.chunk',
    created: Math.floor(Date.now() / 1000),
    model,
  }
  const chunk = (delta: object, finish_reason: string | null) =>
    `data: ${JSON.stringify({ ...base, choices: [{ index: 0, delta, finish_reason }] })}\n\n`
  yield chunk({ role: 'assistant', content: '' }, null)
  for (const word of WORDS) yield chunk({ content: `${word} ` }, null)
  yield chunk({}, 'stop')
  const usage = {
    prompt_tokens: inputTokens,
    completion_tokens: WORDS.length,
    total_tokens: inputTokens + WORDS.length,
  }
  if (wantsUsage) yield `data: ${JSON.stringify({ ...base, choices: [], usage })}\n\n`
  yield 'data: [DONE]\n\n'
}

function* messageFrames(ask: Ask): Generator<string> {
  const event = (type: string, data: object) =>
    `event: ${type}\ndata: ${JSON.stringify({ type, ...data })}\n\n`
  const usage = { input_tokens: ask.inputTokens, output_tokens: 0 }
  yield event('message_start', { message: { ...wholeMessage(ask), content: [], stop_reason: null, usage } })
  yield event('content_block_start', { index: 0, content_block: { type: 'text', text: '' } })
  for (const word of WORDS)
    yield event('content_block_delta', { index: 0, delta: { type: 'text_delta', text: `${word} ` } })
  yield event('content_block_stop', { index: 0 })
  const delta = { stop_reason: 'end_turn', stop_sequence: null }
  yield event('message_delta', { delta, usage: { output_tokens: WORDS.length } })
  yield event('message_stop', {})
}

function refuse(res: ServerResponse, isAnthropic: boolean, status: number, message: string): void {
  const type = status === 401 ? 'authentication_error' : 'invalid_request_error'
  const code = status === 401 ? 'invalid_api_key' : 'invalid_request'
  json(
    res,
    status,
    isAnthropic
      ? { type: 'error', error: { type, message } }
      : { error: { message, type, param: null, code } },
  )
}

function json(res: ServerResponse, status: number, value: object): void {
  const body = JSON.stringify(value)
  res.writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) })
  res.end(body)
}
