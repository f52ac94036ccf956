import type { Exchange } from '../pipeline/exchange/exchange.ts'
import type { ProxyContext } from '../pipeline/proxy-context.ts'

/** `GET /v1/usage`: the remaining quota of the client's key. A client without a key has no limits of its own. */
export async function answerUsage({ live }: ProxyContext, exchange: Exchange): Promise<void> {
  const name = exchange.key?.key.name
  if (name === undefined) return exchange.sendJson(200, unlimited)
  // Only the administrator sees accounts and groups.
  const { hint, status, availableAt, expiresAt, overlapsUntil, models, limits, lastUsedAt } =
    await live.showKey(name)
  exchange.sendJson(200, {
    object: 'usage',
    key: name,
    hint,
    status,
    availableAt,
    expiresAt,
    overlapsUntil,
    models,
    limits,
    lastUsedAt,
  })
}

const unlimited = {
  object: 'usage',
  key: null,
  hint: null,
  status: 'active',
  availableAt: null,
  expiresAt: null,
  overlapsUntil: null,
  models: [],
  limits: [],
  lastUsedAt: null,
}
