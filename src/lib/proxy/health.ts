import type { Exchange } from './exchange.ts'
import type { LivePool } from './live-pool.ts'

/** Up, and no more: it needs no key, so it names nobody. */
export function health(exchange: Exchange): void {
  exchange.tries = null // asked every few seconds, and of no account
  exchange.sendJson(200, { status: 'ok' })
}

/** 200 only when some account could serve a request now. */
export function readiness(exchange: Exchange, { pool, view }: LivePool): void {
  exchange.tries = null
  const first = pool.earliestReturn({}, view)
  const isReady = first?.at !== null && first !== null && first.at <= view.now
  const availableAt = first?.at === null || first === null ? null : new Date(first.at).toISOString()
  exchange.sendJson(isReady ? 200 : 503, { status: isReady ? 'ready' : 'unavailable', availableAt })
}
