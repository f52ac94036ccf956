import type { Account } from '../../account/account.ts'
import { quotaGroupSubject } from '../../account/account.ts'
import { activeCooldown } from '../../quota/cooldowns.ts'
import type { OutcomeClass } from '../../quota/log/events.ts'
import { formatLimit } from '../../quota/limit.ts'
import { isFull, roomAt } from '../../quota/standing.ts'
import type { Cooldown, LedgerState, LimitState } from '../../quota/log/state.ts'
import { missingProviderFix, formatMissingProvider } from '../missing-provider.ts'
import type { AccountStatus } from '../views.ts'

export interface Standing {
  status: AccountStatus
  /** In words; null when ready. */
  reason: string | null
  /** Epoch milliseconds; null when ready, or when only the user can bring it back. */
  availableAt: number | null
}

/** A cooldown in words: what the provider did, never what we guess. */
const cooldownReasons: Record<OutcomeClass, string> = {
  ok: 'resting',
  'rate-short': 'rate limited by the provider',
  'quota-window': 'the provider says its quota is used up',
  'quota-hard': 'the provider says there is no quota or credit left',
  'auth-refresh': 'its login has to be renewed',
  'auth-dead': 'the provider refuses its credential',
  'model-unavailable': 'the provider does not serve the model to it',
  'route-missing': 'the provider does not have the endpoint',
  'request-declined': 'the provider declined a request',
  overloaded: 'the provider is overloaded',
  'bad-request': 'the provider refused a request',
  unreachable: 'the provider could not be reached',
  timeout: 'the provider did not answer in time',
  aborted: 'resting',
  lost: 'an answer broke off',
}

interface Pause {
  cooldown: Cooldown
  reason: string
}

/** How an account stands that qwenctl cannot speak for: its plugin is gone. */
export function standingWithoutProvider(account: Account): Standing {
  const reason = `${formatMissingProvider(account.provider)}; ${missingProviderFix(account)}`
  return { status: 'no-provider', reason, availableAt: null }
}

/**
 * What an account can do now, and if nothing, why and until when. The strongest reason wins:
 * disabled, needs-login, expired, exhausted, cooling, ready.
 */
export function standingOf(account: Account, state: LedgerState, now: number): Standing {
  if (!account.enabled) return { status: 'disabled', reason: 'disabled', availableAt: null }
  const pauses = pausesOf(account, state, now)
  const refused = pauses.find(({ cooldown }) => cooldown.reason === 'auth-dead')
  if (refused !== undefined) {
    const { credential, provider, name } = account
    const reason =
      credential.type === 'oauth'
        ? `its login has ended: qwenctl auth refresh ${provider}/${name} --login`
        : refused.reason
    return { status: 'needs-login', reason, availableAt: null }
  }
  if (isExpired(account, now))
    return { status: 'expired', reason: 'its login has expired', availableAt: null }

  const full = (state.subjects.get(account.id)?.limits ?? []).filter((limit) => isFull(limit, now))
  const spent = pauses.find(({ cooldown }) => isSpent(cooldown))
  if (full.length === 0 && pauses.length === 0) return { status: 'ready', reason: null, availableAt: null }
  const availableAt = latestOf([
    full.length === 0 ? now : roomAt(state.subjects.get(account.id), now),
    ...pauses.map(({ cooldown }) => cooldown.until),
  ])
  if (full.length > 0) return { status: 'exhausted', reason: usedUp(full), availableAt }
  if (spent !== undefined) return { status: 'exhausted', reason: spent.reason, availableAt }
  return { status: 'cooling', reason: (pauses[0] as Pause).reason, availableAt }
}

/** Cooldowns of the whole account or its quota group; those of one model leave the others usable. */
function pausesOf(account: Account, state: LedgerState, now: number): Pause[] {
  const pauses: Pause[] = []
  const own = activeCooldown(state, account.id, null, now)
  if (own !== null) pauses.push({ cooldown: own, reason: cooldownReasons[own.reason] })
  const group = quotaGroupSubject(account)
  const shared = group === null ? null : activeCooldown(state, group, null, now)
  if (shared !== null) {
    pauses.push({
      cooldown: shared,
      reason: `${cooldownReasons[shared.reason]} (quota group ${account.quotaGroup})`,
    })
  }
  return pauses
}

function isExpired(account: Account, now: number): boolean {
  const { credential } = account
  if (credential.type !== 'oauth' || credential.expiresAt === null || credential.renewable === true)
    return false
  return Date.parse(credential.expiresAt) <= now
}

function isSpent(cooldown: Cooldown): boolean {
  return cooldown.reason === 'quota-hard' || cooldown.reason === 'quota-window'
}

function usedUp(limits: LimitState[]): string {
  return `${limits.map(formatLimit).join(' and ')} ${limits.length === 1 ? 'is' : 'are'} used up`
}

/** An account is back when the last of what holds it has ended; one that only the user can end holds it for good. */
function latestOf(ends: (number | null)[]): number | null {
  return ends.includes(null) ? null : Math.max(...(ends as number[]))
}
