// Realistic clients: most wait for their response, some leave in the middle, all keep their connections.
import { Agent, request } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import { drawn } from './chance.ts'

/** The result of a request from its client's view. */
export const ends = ['answered', 'refused', 'cut', 'left', 'hung'] as const
export type End = (typeof ends)[number]

export interface ClientsOptions {
  port: number
  atOnce: number
  /** Epoch milliseconds; no request begins later. */
  until: number
  random: () => number
}

const kinds = { whole: 50, stream: 40, leaves: 10 } as const
/** The pause between two requests of one client. */
const PAUSE_MS = 15
/** The longest time for a request: all time-outs of the proxy are far shorter. */
const HUNG_MS = 60_000

/** Sends until the time is over; returns the number of requests by result. */
export async function sendUntil(options: ClientsOptions): Promise<Map<End, number>> {
  const counts = new Map<End, number>()
  const agent = new Agent({ keepAlive: true, maxSockets: options.atOnce })
  const client = async () => {
    while (Date.now() < options.until) {
      const end = await send(options, agent)
      counts.set(end, (counts.get(end) ?? 0) + 1)
      await delay(options.random() * 2 * PAUSE_MS)
    }
  }
  await Promise.all(Array.from({ length: options.atOnce }, client))
  agent.destroy()
  return counts
}

function send({ port, random }: ClientsOptions, agent: Agent): Promise<End> {
  const kind = drawn(kinds, random())
  const isStream = kind === 'stream' || random() < 0.4
  const body = JSON.stringify({
    model: `m${Math.floor(random() * 3)}`,
    messages: [
      { role: 'user', content: `question ${Math.floor(random() * 1e6)} ${'words '.repeat(random() * 300)}` },
    ],
    ...(isStream ? { stream: true } : {}),
  })
  return new Promise((resolve) => {
    const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }
    const options = { host: '127.0.0.1', port, path: '/v1/chat/completions', method: 'POST', headers, agent }
    const hung = setTimeout(() => over('hung'), HUNG_MS)
    const over = (end: End) => {
      clearTimeout(hung)
      if (end === 'hung' || end === 'left') sent.destroy()
      resolve(end)
    }
    const sent = request(options, (response) => {
      const status = response.statusCode ?? 0
      let text = ''
      response.on('data', (chunk: Buffer) => {
        text = (text + chunk.toString('latin1')).slice(-200)
        if (kind === 'leaves') over('left')
      })
      response.on('end', () => over(classifyEnd(status, text, isStream)))
      response.on('error', () => over('cut'))
    })
    sent.on('error', () => over('cut'))
    sent.end(body)
    if (kind === 'leaves' && random() < 0.5) setTimeout(() => over('left'), random() * 20)
  })
}

/** An interrupted stream ends with an error event and no `[DONE]`. */
function classifyEnd(status: number, text: string, isStream: boolean): End {
  if (status !== 200) return 'refused'
  return isStream && !text.endsWith('data: [DONE]\n\n') ? 'cut' : 'answered'
}
