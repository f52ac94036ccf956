// An upstream with faults: most requests succeed, and the others fail in ways that real upstreams do. For each
// account it counts the requests that it read completely; qwenctl's own count must match.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { drawn } from './chance.ts'

/** The relative frequency of each fault. */
export const faults = {
  none: 620,
  slow: 60,
  'server error': 50,
  'rate limit': 30,
  'bad request': 40,
  'connection lost at once': 50,
  'reset before the head': 10,
  'reset half-way': 50,
  'closed early': 40,
  'web page': 25,
  'error as an event': 25,
  silence: 10,
} as const
export type Fault = keyof typeof faults

export interface FaultyUpstream {
  /** The base URL of one account; accounts differ by their path. */
  baseUrl(account: string): string
  /** Requests read to their end, by account. */
  readonly seen: ReadonlyMap<string, number>
  /** The number of times that each fault occurred. */
  readonly dealt: ReadonlyMap<Fault, number>
  stop(): Promise<void>
}

export async function startFaultyUpstream(random: () => number): Promise<FaultyUpstream> {
  const seen = new Map<string, number>()
  const dealt = new Map<Fault, number>()
  const server = createServer((req, res) => {
    req.on('error', () => undefined)
    res.on('error', () => undefined)
    let body = ''
    req.on('data', (chunk: Buffer) => (body += chunk.toString('latin1')))
    req.on('end', () => {
      const fault = drawn(faults, random())
      dealt.set(fault, (dealt.get(fault) ?? 0) + 1)
      // The client sees an idle connection that closed as the request arrived, so it sends the request again.
      // Counted once.
      if (fault === 'connection lost at once') return void req.socket.resetAndDestroy()
      const account = req.url?.split('/')[1] ?? ''
      seen.set(account, (seen.get(account) ?? 0) + 1)
      answer(fault, { req, res, isStream: body.includes('"stream":true') })
    })
  })
  server.keepAliveTimeout = 600_000 // a connection closed during a request would blur the count
  server.on('connection', (socket) => socket.on('error', () => undefined))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    baseUrl: (account) => `http://127.0.0.1:${port}/${account}/v1`,
    seen,
    dealt,
    stop: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

interface Call {
  req: IncomingMessage
  res: ServerResponse
  isStream: boolean
}

const frame = (data: object) =>
  `data: ${JSON.stringify({ id: 'c1', object: 'chat.completion.chunk', ...data })}\n\n`
const words = (content: string) => frame({ choices: [{ index: 0, delta: { content } }] })
const usage = { prompt_tokens: 20, completion_tokens: 10, total_tokens: 30 }
const stream = [
  ...Array.from({ length: 10 }, (_, index) => words(`word ${index} `)),
  frame({ choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] }),
  frame({ choices: [], usage }),
  'data: [DONE]\n\n',
]
const whole = JSON.stringify({
  id: 'c1',
  object: 'chat.completion',
  choices: [
    { index: 0, message: { role: 'assistant', content: 'words '.repeat(200) }, finish_reason: 'stop' },
  ],
  usage,
})
const SLOW_MS = 30
/** Later than the client's detection of a stale connection. */
const LATE_MS = 1200

function answer(fault: Exclude<Fault, 'connection lost at once'>, call: Call): void {
  const { req, res } = call
  switch (fault) {
    case 'none':
      return complete(call)
    case 'slow':
      return void setTimeout(() => complete(call), SLOW_MS)
    case 'server error':
      return refuse(res, 500, { error: { message: 'internal error', type: 'server_error', code: null } })
    case 'rate limit':
      res.setHeader('retry-after', '1')
      return refuse(res, 429, {
        error: { message: 'slow down', type: 'requests', code: 'rate_limit_exceeded' },
      })
    case 'bad request':
      return refuse(res, 400, {
        error: { message: 'no such thing', type: 'invalid_request_error', code: null },
      })
    case 'reset before the head':
      return void setTimeout(() => req.socket.resetAndDestroy(), LATE_MS)
    case 'reset half-way':
      begin(call)
      return void setTimeout(() => req.socket.resetAndDestroy(), SLOW_MS)
    case 'closed early':
      begin(call)
      return void setTimeout(() => req.socket.end(), SLOW_MS)
    case 'web page':
      res.writeHead(200, { 'content-type': 'text/html' })
      return void res.end('<html><body>Please wait</body></html>')
    case 'error as an event':
      res.writeHead(200, { 'content-type': 'text/event-stream' })
      return void res.end(`data: ${JSON.stringify({ error: { message: 'overloaded', code: 503 } })}\n\n`)
    case 'silence':
      return // until the proxy gives up
  }
}

function complete({ res, isStream }: Call): void {
  if (!isStream) {
    res.writeHead(200, { 'content-type': 'application/json', 'content-length': whole.length })
    return void res.end(whole)
  }
  res.writeHead(200, { 'content-type': 'text/event-stream' })
  for (const each of stream) res.write(each)
  res.end()
}

/** The first half of a response. */
function begin({ res, isStream }: Call): void {
  if (isStream) {
    res.writeHead(200, { 'content-type': 'text/event-stream' })
    for (const each of stream.slice(0, 5)) res.write(each)
    return
  }
  res.writeHead(200, { 'content-type': 'application/json', 'content-length': whole.length })
  res.write(whole.slice(0, 500))
}

function refuse(res: ServerResponse, status: number, body: object): void {
  res.writeHead(status, { 'content-type': 'application/json' })
  res.end(JSON.stringify(body))
}
