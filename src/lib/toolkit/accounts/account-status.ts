import type { Account } from '../../account/account.ts'
import { quotaGroupSubject } from '../../account/account.ts'
import { activeCooldown } from '../../quota/cooldowns.ts'
import { cooldownWords } from '../../quota/cooldown-words.ts'
import { formatLimit } from '../../quota/limit.ts'
import { isFull, roomAt } from '../../quota/standing.ts'
import type { Cooldown, LedgerState, LimitState, SubjectState } from '../../quota/log/state.ts'
import type { AccountTrouble } from '../../rotation/cooldowns/account-trouble.ts'
import {
  describeClosedLimit,
  describeLostCredential,
  describeRefusedCredential,
  describeTrouble,
} from '../../rotation/cooldowns/account-trouble.ts'
import { findUnusable } from '../../rotation/cooldowns/unusable-credential.ts'
import { missingProviderFix, formatMissingProvider } from '../providers/missing-provider.ts'
import type { AccountStatus } from '../views.ts'

export interface Standing {
  status: AccountStatus
  /** The reason for people; null when ready. */
  reason: string | null
  /** Epoch milliseconds; null when ready, or when only the user can bring it back. */
  availableAt: number | null
  /** The command that brings it back; null: none is needed, or time alone brings it back. */
  fix: string | null
}

interface Pause {
  cooldown: Cooldown
  reason: string
}

/** The standing of an account with a missing plugin. */
export function standingWithoutProvider(account: Account): Standing {
  const words = formatMissingProvider(account.provider)
  return waiting('no-provider', { words, fix: missingProviderFix(account) })
}

/**
 * The account's current state; if it cannot serve, why and until when. The strongest reason wins: disabled, a refused
 * credential, expired, no credit, exhausted, unreachable, cooling, ready.
 */
export function findStanding(account: Account, state: LedgerState, now: number): Standing {
  if (!account.enabled) return waiting('disabled', describeTrouble('disabled', account))
  const lost = describeLostCredential(account)
  if (lost !== null) return waiting(isLostLogin(account) ? 'needs-login' : 'no-key', lost)
  const refused = findRefusal(state.subjects.get(account.id), now)
  if (refused !== null) {
    return waiting(
      refusedStatus(account, refused.evidence),
      describeRefusedCredential(account, refused.evidence),
    )
  }
  if (isExpired(account, now)) return waiting('expired', describeTrouble('login-expired', account))
  const pauses = listPauses(account, state, now)
  const unpaid = pauses.find(({ cooldown }) => cooldown.reason === 'quota-hard')
  if (unpaid !== undefined)
    return waiting('no-credit', describeTrouble('no-credit', account, { words: unpaid.reason }))
  return passingStanding(account, pauses, state, now)
}

const READY: Readonly<Standing> = { status: 'ready', reason: null, availableAt: null, fix: null }

/** States that end with time, or with the next attempt that gets through. */
function passingStanding(account: Account, pauses: Pause[], state: LedgerState, now: number): Standing {
  const subject = state.subjects.get(account.id)
  const full = subject === undefined ? [] : subject.limits.filter((limit) => isFull(limit, now))
  // As usual, also for each of many accounts, and after each attempt.
  if (full.length === 0 && pauses.length === 0 && subject?.unreached === undefined) return READY
  const closed = full.find(({ max, until }) => max <= 0 && until === null)
  if (closed !== undefined)
    return waiting('exhausted', describeClosedLimit(account, formatLimit(closed), usedUp(full)))
  const spent = pauses.find(({ cooldown }) => cooldown.reason === 'quota-window')
  const availableAt = findLatest([
    full.length === 0 ? now : roomAt(subject, now),
    ...pauses.map(({ cooldown }) => cooldown.until),
  ])
  const fix = availableAt === null ? describeTrouble('held', account).fix : null
  if (full.length > 0) return { status: 'exhausted', reason: usedUp(full), availableAt, fix }
  if (spent !== undefined) return { status: 'exhausted', reason: spent.reason, availableAt, fix }
  if (subject?.unreached !== undefined)
    return waiting(
      'unreachable',
      describeTrouble('unreachable', account, { words: subject.unreached.reason }),
    )
  const [pause] = pauses
  if (pause === undefined) return READY
  return { status: 'cooling', reason: pause.reason, availableAt, fix }
}

function waiting(status: AccountStatus, { words, fix }: Pick<AccountTrouble, 'words' | 'fix'>): Standing {
  return { status, reason: words, availableAt: null, fix }
}

/** The status of an account with a credential that its provider refuses, or that cannot be used at all. */
function refusedStatus({ credential }: Account, evidence: string | null): AccountStatus {
  switch (findUnusable(evidence)?.kind) {
    case 'plugin':
      return 'plugin-failed'
    case 'closed-egress':
      return 'unreachable'
    case 'closed-key':
      return 'no-key'
    case 'closed-login':
    case undefined:
      return credential.type === 'oauth' ? 'needs-login' : 'key-refused'
  }
}

function isLostLogin({ credential }: Account): boolean {
  return credential.type === 'none' && credential.lost === 'oauth'
}

/** The refusal of its credential, which holds until an attempt with it succeeds: its end is only when to test it. */
function findRefusal(subject: SubjectState | undefined, now: number): Cooldown | null {
  const whole = subject?.cooldowns.get('*')
  if (whole?.reason !== 'auth-dead') return null
  return whole.guessed === true || whole.until === null || whole.until > now ? whole : null
}

/** Cooldowns of the whole account or its quota group. A cooldown of one model leaves the others usable. */
function listPauses(account: Account, state: LedgerState, now: number): Pause[] {
  const pauses: Pause[] = []
  const own = activeCooldown(state, account.id, null, now)
  if (own !== null) pauses.push({ cooldown: own, reason: cooldownWords[own.reason] })
  const group = quotaGroupSubject(account)
  const shared = group === null ? null : activeCooldown(state, group, null, now)
  if (shared !== null) {
    pauses.push({
      cooldown: shared,
      reason: `${cooldownWords[shared.reason]} (quota group ${account.quotaGroup})`,
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

function usedUp(limits: LimitState[]): string {
  return `${limits.map(formatLimit).join(' and ')} ${limits.length === 1 ? 'is' : 'are'} used up`
}

/** An account returns when its last cooldown ends; null: only the user can end one of them. */
function findLatest(ends: (number | null)[]): number | null {
  return ends.includes(null) ? null : Math.max(...(ends as number[]))
}
