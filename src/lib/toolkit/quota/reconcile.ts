import type { Account } from '../../account/account.ts'
import { fullReference } from '../../account/account.ts'
import { readMessage } from '../../base/errors.ts'
import type { LimitRecord } from '../../quota/log/events.ts'
import type { Ledger } from '../../quota/ledger.ts'
import { parseLimit } from '../../quota/limit.ts'
import { findDefaultLimits } from '../../provider/endpoints.ts'
import type { ProviderRegistry } from '../providers/provider-registry.ts'

/**
 * Brings the limits in the ledger in line with the accounts: offline edits, and defaults that a new release changed.
 * Writes nothing if nothing differs; resolves to the ids of the changed accounts. An account with unreadable limits
 * keeps its recorded ones, and `warn` receives a message.
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
      warn(`account ${fullReference(account)} keeps the limits it had: ${readMessage(error)}`)
    }
  }
  if (changed.length > 0) await ledger.record(changed.map((change) => ({ type: 'limits', ...change })))
  return changed.map(({ account }) => account)
}

/** The limits that the ledger should have for the account; null if it has them already. */
export function limitsToRecord(
  ledger: Ledger,
  account: Account,
  providers: ProviderRegistry,
): LimitRecord[] | null {
  const wanted = wantedLimits(account, providers)
  if (wanted === null) return null
  // Learned limits are separate in the ledger and do not matter here.
  const present = ledger.state.subjects.get(account.id)?.limits ?? []
  const set = present.filter(({ source }) => source !== 'learned')
  return signature(wanted) === signature(set) ? null : wanted
}

/** Configured limits, else the provider's present defaults; null if its plugin is missing. */
function wantedLimits(account: Account, providers: ProviderRegistry): LimitRecord[] | null {
  if (account.limits !== null) return tightest(account.limits.map((text) => limitRecord(text, 'configured')))
  if (!providers.has(account.provider)) return null
  const provider = providers.get(account.provider)
  return tightest(findDefaultLimits(provider, account.baseUrl).map((text) => limitRecord(text, 'default')))
}

/** Keeps the stricter of two rows for one window; the ledger keeps no other. */
function tightest(limits: LimitRecord[]): LimitRecord[] {
  const found = new Map<string, LimitRecord>()
  for (const limit of limits) {
    const known = found.get(windowKey(limit))
    if (known === undefined || limit.max < known.max) found.set(windowKey(limit), limit)
  }
  return [...found.values()]
}

function limitRecord(text: string, source: LimitRecord['source']): LimitRecord {
  const { metric, window, max } = parseLimit(text)
  return { metric, window, max, source }
}

function windowKey(limit: Pick<LimitRecord, 'metric' | 'window'>): string {
  return `${limit.metric}/${limit.window}`
}

function signature(limits: Pick<LimitRecord, 'metric' | 'window' | 'max' | 'source'>[]): string {
  return limits
    .map((limit) => `${limit.max} ${windowKey(limit)} ${limit.source}`)
    .sort()
    .join(',')
}
