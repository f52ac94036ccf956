import { createServer } from 'node:http'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Ask, SimulatedRoute } from './simulated.ts'
import { simulatedChat } from './simulated-chat.ts'
import { simulatedEmbedding } from './simulated-embedding.ts'
import { simulatedMessage, simulatedTokenCount } from './simulated-message.ts'
import { simulatedResponse } from './simulated-response.ts'

/** The address of the simulated upstream; `close` ends it. */
export interface SandboxUpstream {
  /** Base URL of both dialects. */
  url: string
  /** Requests answered, by key. A test or the demo compares our own counts with these. */
  readonly served: ReadonlyMap<string, number>
  /** Refuses the key from now on, as a provider does after its revocation. */
  revoke(key: string): void
  close(): Promise<void>
}

const MOST_BODY_BYTES = 8 << 20

/** A service inside qwenctl that answers like a model provider, for trials and tests. Loopback only. */
export async function startSandboxUpstream(): Promise<SandboxUpstream> {
  const served = new Map<string, number>()
  const revoked = new Set<string>()
  const server = createServer((req, res) => {
    answer(req, res, { served, revoked }).catch(() => res.destroy())
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen({ host: '127.0.0.1', port: 0, exclusive: true }, resolve) // of this process, even a worker
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

const routes: ReadonlyMap<string, SimulatedRoute> = new Map([
  ['/v1/chat/completions', simulatedChat],
  ['/v1/responses', simulatedResponse],
  ['/v1/embeddings', simulatedEmbedding],
  ['/v1/messages', simulatedMessage],
  ['/v1/messages/count_tokens', simulatedTokenCount],
])

async function answer(
  req: IncomingMessage,
  res: ServerResponse,
  { served, revoked }: { served: Map<string, number>; revoked: Set<string> },
): Promise<void> {
  const path = (req.url ?? '').replace(/\?.*$/s, '')
  const isAnthropic = path.startsWith('/v1/messages')
  const key = String(req.headers['x-api-key'] ?? req.headers.authorization?.replace(/^Bearer /, '') ?? '')
  const text = await readBody(req)
  if (revoked.has(key)) return refuse(res, isAnthropic, 401, 'the simulated key was revoked')
  const route = routes.get(path)
  if (route === undefined) return refuse(res, isAnthropic, 404, `${path} is not simulated`)
  const ask = parse(text)
  if (ask === null)
    return refuse(res, isAnthropic, 400, 'the simulated upstream needs a JSON body with a model')
  if (route !== simulatedTokenCount) served.set(key, (served.get(key) ?? 0) + 1) // token counts use up no request
  res.setHeader('x-qwenctl-simulated', 'true')
  if (ask.stream && route.frames !== null) stream(res, route.frames(ask))
  else json(res, 200, route.whole(ask))
}

function stream(res: ServerResponse, frames: Iterable<string>): void {
  res.writeHead(200, { 'content-type': 'text/event-stream' })
  for (const frame of frames) res.write(frame)
  res.end()
}

async function readBody(req: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of req as AsyncIterable<Buffer>) {
    length += chunk.length
    if (length <= MOST_BODY_BYTES) chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

function parse(text: string): Ask | null {
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
      wantsUsage: body.stream_options?.include_usage === true,
      inputTokens: Math.ceil(text.length / 4), // the usual rule of thumb: four characters a token
    }
  } catch {
    return null // not JSON
  }
}

function refuse(res: ServerResponse, isAnthropic: boolean, status: number, message: string): void {
  const type = status === 401 ? 'authentication_error' : 'invalid_request_error'
  const code = status === 401 ? 'invalid_api_key' : status === 404 ? 'not_found' : 'invalid_request'
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
