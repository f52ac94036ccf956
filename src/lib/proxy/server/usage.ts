import type { Exchange } from '../pipeline/exchange.ts'
import type { ProxyContext } from '../pipeline/proxy-context.ts'

/** `GET /v1/usage`: what is left of the client's key. Without a key nothing limits the client itself. */
export async function answerUsage({ live }: ProxyContext, exchange: Exchange): Promise<void> {
  const name = exchange.key?.key.name
  if (name === undefined) return exchange.sendJson(200, unlimited)
  // Accounts and groups are the administrator's matter.
  const { hint, status, availableAt, expiresAt, overlapsUntil, models, limits, lastUsedAt } =
    await live.showKey(name)
  exchange.sendJson(200, {
    ...{ object: 'usage', key: name, hint, status, availableAt, expiresAt, overlapsUntil },
    ...{ models, limits, lastUsedAt },
  })
}

const unlimited = {
  ...{ object: 'usage', key: null, hint: null, status: 'active', availableAt: null, expiresAt: null },
  ...{ overlapsUntil: null, models: [], limits: [], lastUsedAt: null },
}
