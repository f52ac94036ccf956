// Shared ground of the tests of this folder: upstreams with scripted bytes and a clock that the test moves. A call is
// a promise of all its events.

import { createServer, type AddressInfo, type Socket } from 'node:net'
import { onTestFinished } from 'vitest'
import type { PoolClock } from '../../../../src/lib/proxy/upstream/deadlines.ts'
import type { UpstreamHead } from '../../../../src/lib/proxy/transport/upstream-head.ts'
import type { UpstreamCall, UpstreamRequest } from '../../../../src/lib/proxy/transport/upstream-call.ts'
import type { UpstreamError } from '../../../../src/lib/proxy/transport/upstream-error.ts'
import type { UpstreamOrigin } from '../../../../src/lib/proxy/transport/upstream-origin.ts'
import { UpstreamPool, type UpstreamPoolOptions } from '../../../../src/lib/proxy/upstream/upstream-pool.ts'

export interface Arrival {
  socket: Socket
  /** Head and body, Latin-1. */
  text: string
  /** The request's place on its connection, and the connection's among all, both from 0. */
  onConnection: number
  connection: number
}

export interface ScriptedUpstream {
  origin: string
  arrivals: Arrival[]
  connections: number
  open: Set<Socket>
}

/** Calls `answer` with every whole request that arrives; bytes written there are all that is ever sent. */
export async function scriptedUpstream(
  answer: (arrival: Arrival) => void,
  host = '127.0.0.1',
): Promise<ScriptedUpstream> {
  const upstream: ScriptedUpstream = { origin: '', arrivals: [], connections: 0, open: new Set() }
  const server = createServer({ noDelay: true }, (socket) => {
    const connection = upstream.connections++
    upstream.open.add(socket)
    socket.on('error', () => socket.destroy())
    socket.on('close', () => upstream.open.delete(socket))
    let onConnection = 0
    let text = ''
    socket.on('data', (bytes) => {
      text += bytes.toString('latin1')
      if (!isWhole(text)) return
      const arrival = { socket, text, onConnection: onConnection++, connection }
      text = ''
      upstream.arrivals.push(arrival)
      answer(arrival)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, host, resolve))
  const { port } = server.address() as AddressInfo
  upstream.origin = `http://${host.includes(':') ? `[${host}]` : host}:${port}`
  onTestFinished(() => {
    for (const socket of upstream.open) socket.destroy()
    server.close()
  })
  return upstream
}

function isWhole(text: string): boolean {
  const end = text.indexOf('\r\n\r\n')
  if (end < 0) return false
  const length = /\r\ncontent-length: (\d+)/i.exec(text.slice(0, end))
  return text.length - end - 4 >= Number(length?.[1] ?? 0)
}

export function givenPool(options: UpstreamPoolOptions = {}): UpstreamPool {
  const pool = new UpstreamPool(options)
  onTestFinished(() => pool.close())
  return pool
}

export interface Answer {
  head: UpstreamHead | null
  /** Latin-1. */
  body: string
  error: UpstreamError | null
}

export interface WatchedCall extends Answer {
  call: UpstreamCall
  headArrived: Promise<void>
  ended: Promise<Answer>
  /** Every callback, by name. */
  events: string[]
}

export const get: UpstreamRequest = { method: 'GET', path: '/', headers: [], body: null }

export function post(body: string | Buffer): UpstreamRequest {
  return { method: 'POST', path: '/', headers: [], body: Buffer.from(body as string) }
}

export function start(
  pool: UpstreamPool,
  origin: UpstreamOrigin | string,
  request: UpstreamRequest = get,
): WatchedCall {
  const arrived = Promise.withResolvers<void>()
  const ended = Promise.withResolvers<Answer>()
  const watched = { head: null, body: '', error: null, events: [] } as unknown as WatchedCall
  const note = (event: string) => watched.events.push(event)
  watched.headArrived = arrived.promise
  watched.ended = ended.promise
  watched.call = pool.call(origin, request, {
    onHead(head) {
      note('head')
      watched.head = head
      arrived.resolve()
    },
    onData(chunk) {
      note('data')
      watched.body += chunk.toString('latin1')
    },
    onEnd() {
      note('end')
      ended.resolve(watched)
    },
    onError(error) {
      note('error')
      watched.error = error
      ended.resolve(watched)
    },
  })
  return watched
}

export function ask(pool: UpstreamPool, origin: string, request: UpstreamRequest = get): Promise<Answer> {
  return start(pool, origin, request).ended
}

/** Waits for what another end of a socket does, a turn of the event loop at a time. */
export async function until(condition: () => boolean): Promise<void> {
  const giveUpAt = performance.now() + 20_000
  while (!condition()) {
    if (performance.now() > giveUpAt) throw new Error(`never came true: ${String(condition)}`)
    await new Promise((resolve) => setTimeout(resolve, 1))
  }
}

export class ManualClock implements PoolClock {
  #now = 1_000
  #ticks = new Set<() => void>()

  get isTicking(): boolean {
    return this.#ticks.size > 0
  }

  now(): number {
    return this.#now
  }

  every(_ms: number, tick: () => void): () => void {
    this.#ticks.add(tick)
    return () => this.#ticks.delete(tick)
  }

  advance(ms: number): void {
    this.#now += ms
    for (const tick of [...this.#ticks]) tick()
  }
}
