import { formatTime } from '../../base/iso-time.ts'
import { printable } from '../format/text-width.ts'
import { formatDuration } from '../../base/durations.ts'
import type { Standing } from '../../toolkit/accounts/account-status.ts'

/** The reported part of a refusal. `returns`: the first account to return, and its time, if the pool is out. */
interface Refused {
  code: string
  message: string
  returns: { member: { account: Named }; at: number } | null
}

/** The reported part of an account. */
interface Named {
  id: string
  provider: string
  name: string
}

/** The reported part of an attempt. */
interface Asked<Account> {
  account: Account
  outcome: string
}

/** A wait up to this is shown as a duration; a longer one by the time of its end. */
const SHORT_MS = 10 * 60_000
const DAY_MS = 86_400_000

/**
 * Detects, attempt by attempt, when an account takes over from one that is out, and when that one returns. Each
 * change is reported once, regardless of the number of requests under way.
 */
export class Turnover<Account extends Named> {
  readonly #standingOf: (account: Account) => Standing
  /** The accounts known to be out, and their return times. */
  readonly #out = new Map<string, number | null>()
  #before: Account | null = null
  /** The last reported refusal, until an account that can serve has answered. */
  #refused: string | null = null

  /** `standingOf` returns the current standing of an account. */
  constructor(standingOf: (account: Account) => Standing) {
    this.#standingOf = standingOf
  }

  /** The messages about this attempt. `now`: epoch milliseconds. */
  note({ account, outcome }: Asked<Account>, now: number): string[] {
    const before = this.#before
    this.#before = account
    // Requests under way end after the pool is out. Such an answer brings nothing back.
    if (outcome === 'ok' && this.#standingOf(account).status === 'ready') this.#refused = null
    const words: string[] = []
    if (before !== null && before.id !== account.id) {
      const why = this.#leaving(before, now)
      if (why !== null)
        words.push(`${nameBeside(before, account)} ${why}; ${nameBeside(account, before)} takes over`)
    }
    if (outcome === 'ok' && this.#isBack(account)) words.push(`${account.name} is back`)
    return words
  }

  /** The reason why no account could answer; null: reported already. */
  refused({ code, message, returns }: Refused, now: number): string | null {
    const key = returns === null ? `${code} ${message}` : `${code} ${returns.member.account.id} ${returns.at}`
    if (key === this.#refused) return null
    this.#refused = key
    if (returns === null) return printable(message)
    return `every account is out; ${returns.member.account.name} is back first, ${formatWhen(returns.at, now)}`
  }

  /** Null: it can serve, or is known to be out. */
  #leaving(account: Account, now: number): string | null {
    const standing = this.#standingOf(account)
    if (standing.status === 'ready') return null
    if (this.#out.has(account.id) && this.#out.get(account.id) === standing.availableAt) return null
    this.#out.set(account.id, standing.availableAt)
    return formatStanding(standing, now)
  }

  /** The last answers of an account that is out arrive after it is: they do not bring it back. */
  #isBack(account: Account): boolean {
    if (!this.#out.has(account.id) || this.#standingOf(account).status !== 'ready') return false
    return this.#out.delete(account.id)
  }
}

function formatStanding({ status, reason, availableAt }: Standing, now: number): string {
  const until = availableAt === null ? '' : ` ${formatUntil(availableAt, now)}`
  if (status === 'exhausted') return `is used up${until}`
  return `is in cooldown${until}: ${reason ?? 'no reason is known'}`
}

/** `for 45 s`, `until 00:00 UTC`, `until 2026-12-01 00:00 UTC`. Epoch milliseconds. */
export function formatUntil(at: number, now: number): string {
  return isSoon(at, now) ? `for ${formatDuration(at - now)}` : `until ${formatClock(at, now)}`
}

function formatWhen(at: number, now: number): string {
  return isSoon(at, now) ? `in ${formatDuration(at - now)}` : `at ${formatClock(at, now)}`
}

function isSoon(at: number, now: number): boolean {
  return at - now < SHORT_MS
}

/** Rounded up, so that a client never returns too early. */
function formatClock(at: number, now: number): string {
  const time = formatTime(Math.ceil(at / 60_000) * 60_000)
  const day = at - now < DAY_MS ? '' : `${time.slice(0, 10)} `
  return `${day}${time.slice(11, 16)} UTC`
}

/** The name alone, as long as that tells the two apart. */
function nameBeside(account: Named, other: Named): string {
  return account.name === other.name ? `${account.provider}/${account.name}` : account.name
}
