import { readFile } from 'node:fs/promises'
import { Agent, request } from 'node:http'
import type { Subject } from './subjects.ts'
import type { Upstream } from './upstream.ts'
import type { Workload } from './workload.ts'

const REQUESTS = 5000
const AT_ONCE = 32

export interface Exactness {
  /** Counts of requests: sent and answered by the clients, seen by the upstream, and counted by qwenctl. */
  sent: number
  seen: number
  counted: number
}

/**
 * Sends requests that all run to their end, which a timed load generator cannot guarantee. Null for a subject that
 * counts nothing.
 */
export async function checkExactness(
  subject: Subject,
  upstream: Upstream,
  workload: Workload,
): Promise<Exactness | null> {
  if (subject.counted === null) return null
  const before = { seen: await upstream.seen(), counted: await subject.counted() }
  const body = await readFile(workload.chatBody)
  const agent = new Agent({ keepAlive: true, maxSockets: AT_ONCE })
  let left = REQUESTS
  const work = async () => {
    while (left-- > 0) await send(subject.port, body, agent)
  }
  await Promise.all(Array.from({ length: AT_ONCE }, work))
  agent.destroy()
  const after = { seen: await upstream.seen(), counted: await subject.counted() }
  return {
    sent: REQUESTS,
    seen: (after.seen ?? 0) - (before.seen ?? 0),
    counted: after.counted - before.counted,
  }
}

function send(port: number, body: Buffer, agent: Agent): Promise<void> {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json', 'content-length': body.length }
    const options = { host: '127.0.0.1', port, path: '/v1/chat/completions', method: 'POST', headers, agent }
    const sent = request(options, (response) => {
      response.resume()
      response.once('end', () => {
        if (response.statusCode === 200) resolve()
        else reject(new Error(`a request of the exactness check got ${response.statusCode}`))
      })
    })
    sent.once('error', reject)
    sent.end(body)
  })
}
