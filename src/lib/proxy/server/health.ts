import { formatTime } from '../../base/iso-time.ts'
import { PROOF_HEADER } from '../../toolkit/proxies.ts'
import type { Exchange } from '../pipeline/exchange/exchange.ts'
import { earliestReturn } from '../pipeline/refuse/final-error.ts'
import type { LivePool } from '../pool/live-pool.ts'

const UP = Buffer.from('{"status":"ok"}')

/**
 * Reports only that the proxy is up. It needs no key, so it names no account. A caller that knows the proof
 * learns that this is its proxy.
 */
export function health(exchange: Exchange, proof: string | null): void {
  exchange.attemptRecords = null // polled every few seconds, and about no account
  const isKnown = proof !== null && exchange.call.headers[PROOF_HEADER] === proof
  const headers = isKnown ? [PROOF_HEADER, 'yes'] : []
  exchange.send(200, ['content-type', 'application/json', ...headers], UP)
}

/** 200 only if some account could serve a request now. */
export function readiness(exchange: Exchange, live: LivePool): void {
  const { pool, view } = live
  exchange.attemptRecords = null
  const services = new Set(pool.members.map(({ service }) => service))
  const first = earliestReturn(live, [{}, ...[...services].map((service) => ({ service }))])
  const isReady = first?.at !== null && first !== null && first.at <= view.now
  const availableAt = first?.at === null || first === null ? null : formatTime(first.at)
  exchange.sendJson(isReady ? 200 : 503, { status: isReady ? 'ready' : 'unavailable', availableAt })
}
