import type { Account } from '../account/account.ts'
import { fullReference } from '../account/account.ts'
import { messageOf } from '../errors.ts'
import type { LimitRecord } from '../quota/events.ts'
import type { Ledger } from '../quota/ledger.ts'
import { parseLimit } from '../quota/limit.ts'
import { defaultLimitsOf } from '../provider/endpoints.ts'
import type { ProviderRegistry } from './toolkit.ts'

/**
 * Brings the limits in the ledger in line with the accounts: what was edited while nobody looked, and defaults that
 * a new release changed. Writes nothing when nothing differs; resolves to the ids of the accounts it changed. An account
 * whose limits cannot be read keeps those it has, and `warn` is told.
 */
export async function reconcileLimits(
  ledger: Ledger,
  accounts: Account[],
  providers: ProviderRegistry,
  warn: (message: string) => void,
): Promise<string[]> {
  const changed: { account: string; limits: LimitRecord[] }[] = []
  for (const account of accounts) {
    try {
      const limits = limitsToRecord(ledger, account, providers)
      if (limits !== null) changed.push({ account: account.id, limits })
    } catch (error) {
      warn(`account ${fullReference(account)} keeps the limits it had: ${messageOf(error)}`)
    }
  }
  if (changed.length > 0) await ledger.record(changed.map((change) => ({ type: 'limits', ...change })))
  return changed.map(({ account }) => account)
}

/** The account's limits as they should be in the ledger; null when that is how they are there. */
export function limitsToRecord(
  ledger: Ledger,
  account: Account,
  providers: ProviderRegistry,
): LimitRecord[] | null {
  const wanted = wantedLimits(account, providers)
  if (wanted === null) return null
  const present = ledger.state.subjects.get(account.id)?.limits ?? []
  const merged = withLearned(wanted, present)
  return signature(merged) === signature(present) ? null : merged
}

/** Configured limits, else the provider's present defaults; null when its plugin is not there to be asked. */
function wantedLimits(account: Account, providers: ProviderRegistry): LimitRecord[] | null {
  if (account.limits !== null) return account.limits.map((text) => limitRecord(text, 'configured'))
  if (!providers.has(account.provider)) return null
  const provider = providers.get(account.provider)
  return defaultLimitsOf(provider, account.baseUrl).map((text) => limitRecord(text, 'default'))
}

/**
 * What a provider told us tightens and never loosens: a learned limit replaces the wanted one of its window only
 * where it allows less, and stays where nothing else is said of its window.
 */
function withLearned(wanted: LimitRecord[], present: LimitRecord[]): LimitRecord[] {
  const learned = present.filter(({ source }) => source === 'learned').map(pick)
  const tightest = new Map<string, LimitRecord>()
  for (const limit of [...wanted, ...learned]) {
    const known = tightest.get(windowKey(limit))
    if (known === undefined || limit.max < known.max) tightest.set(windowKey(limit), limit)
  }
  return [...tightest.values()]
}

function limitRecord(text: string, source: LimitRecord['source']): LimitRecord {
  return pick({ ...parseLimit(text), source })
}

function pick({ metric, window, max, source }: LimitRecord): LimitRecord {
  return { metric, window, max, source }
}

function windowKey(limit: Pick<LimitRecord, 'metric' | 'window'>): string {
  return `${limit.metric}/${limit.window}`
}

function signature(limits: LimitRecord[]): string {
  return limits
    .map((limit) => `${limit.max} ${windowKey(limit)} ${limit.source}`)
    .sort()
    .join(',')
}
