import { QwenctlError } from '../../base/errors.ts'
import type { Exchange } from '../pipeline/exchange/exchange.ts'

/** Throws `method_not_allowed` for any other method. The answer then lists these. */
export function allowMethods(exchange: Exchange, ...methods: string[]): void {
  const { method } = exchange.call
  if (methods.includes(method)) return
  exchange.allow = methods.join(', ')
  throw new QwenctlError('method_not_allowed', `${method} is not for this path`, {
    hint: `use ${methods.join(' or ')}`,
  })
}

/** A WebSocket would pass by every count. A service that gets the request as a plain GET answers nonsense. */
export function refuseUpgrade(exchange: Exchange): void {
  const { method, headers } = exchange.call
  if (method === 'GET' && headers.upgrade?.toLowerCase() === 'websocket')
    throw new QwenctlError('upgrade_refused', 'the proxy has no WebSockets; send the request over HTTP')
}

/**
 * Refuses all methods but POST. Codex tries a WebSocket first, and continues over HTTP at once after 426 alone
 * (https://github.com/openai/codex, codex-rs/core/src/client.rs, 2026-11).
 */
export function refuseMethod(exchange: Exchange): void {
  refuseUpgrade(exchange)
  allowMethods(exchange, 'POST')
}
