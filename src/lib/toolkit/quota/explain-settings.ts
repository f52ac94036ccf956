import { QwenctlError } from '../../base/errors.ts'
import { percent } from '../../quota/amounts.ts'
import type { StrategyName } from '../../rotation/strategies/strategies.ts'
import { isStrategyName, strategyNames } from '../../rotation/strategies/strategies.ts'
import type { Proxies } from '../proxies.ts'
import type { Settings } from '../settings/settings.ts'
import type { ExplainQuery } from '../views.ts'

/** The settings of a proxy's selection, besides the accounts and the ledger. */
export interface RotationSettings {
  /** Only this user's accounts serve at the running proxy; null: accounts of all users. */
  proxyUser: string | null
  /** The user that the request is for: only this user's accounts may serve; null: accounts of all users. */
  user: string | null
  strategy: StrategyName
  affinity: boolean
  /** The headroom: whole percent of every limit that is left to other uses. */
  reserve: number
}

/** From the query, else from the running proxy, else from the settings. Throws `invalid_value`. */
export async function rotationSettings(
  query: ExplainQuery,
  settings: Settings,
  proxies: Pick<Proxies, 'list'>,
): Promise<RotationSettings> {
  const serves = (user: string | null | undefined) =>
    query.user === undefined || typeof user !== 'string' || user === query.user
  const running = proxies.list()
  // The proxy of exactly this user, or of all users, comes before others that could serve the request.
  const isExact = (user: string | null = null) => user === (query.user ?? null)
  const proxy = running.find(({ user }) => isExact(user)) ?? running.find(({ user }) => serves(user)) ?? null
  const set = async (key: string) => String(await settings.get(key))
  return {
    proxyUser: proxy?.user ?? null,
    user: query.user ?? proxy?.user ?? null,
    strategy: parseStrategy(query.strategy ?? proxy?.strategy ?? (await set('proxy.strategy'))),
    affinity: proxy?.affinity ?? Boolean(await settings.get('proxy.affinity')),
    reserve: parseHeadroom(query.reserve ?? proxy?.reserve ?? (await set('proxy.reserve'))),
  }
}

function parseStrategy(text: string): StrategyName {
  if (isStrategyName(text)) return text
  throw new QwenctlError('invalid_value', `"${text}" is not a strategy`, {
    hint: `one of ${strategyNames.join(', ')}`,
  })
}

function parseHeadroom(text: string): number {
  const found = percent(text)
  if (found !== null) return found
  throw new QwenctlError('invalid_value', `"${text}" is not a whole percentage below 100`, {
    hint: 'write it as 20%',
  })
}
