import type { Outcome } from '../../provider/provider.ts'
import type { LedgerState, SubjectState } from '../../quota/log/state.ts'
import { coolingSubject, patienceFor } from './cooling.ts'
import type { Member } from '../pool/member.ts'
import { RecentMap } from '../pool/recent-map.ts'

const MOST_STREAKS = 4096
const SECOND = 1000

/**
 * Counts failures in a row. The ledger counts those of accounts. A success settles an account, so the ledger cannot
 * know when a quota group or a provider works again. Those failures are counted here, in memory. A success ends the
 * count, and so does the end of the cooldown in the ledger: by a person, or by a success in another process.
 */
export class Strikes {
  readonly #streaks = new RecentMap<string, { count: number; until: number }>(MOST_STREAKS)

  /** Counts this failure, and returns how many came before it. A burst of failures at one time counts once. */
  before(
    outcome: Pick<Outcome, 'class' | 'scope'>,
    attempt: { member: Member; model: string | null; state: LedgerState; now: number },
  ) {
    const { member, model, state, now } = attempt
    const subject = coolingSubject(outcome, member)
    if (subject === null) return 0
    if (subject === member.subjects.account) return countStrikes(outcome, state.subjects.get(subject), model)
    const key = buildKey(subject, model)
    const known = this.#streaks.get(key)
    const isOver =
      known === undefined || (known.count > patienceFor(outcome) && !hasCooldown(state, subject, model))
    const streak = isOver ? { count: 0, until: 0 } : known
    if (now >= streak.until) {
      streak.count += 1
      streak.until = now + SECOND * 2 ** Math.min(5, Math.max(0, streak.count - 2))
      this.#streaks.set(key, streak)
    }
    return streak.count - 1
  }

  /** Records an answer: everything that the member shares with others works for this model. */
  succeeded({ subjects }: Member, model: string | null): void {
    if (this.#streaks.isEmpty) return // as usual: every answer comes through here
    this.#streaks.delete(buildKey(subjects.provider, model))
    if (subjects.quotaGroup !== null) this.#streaks.delete(buildKey(subjects.quotaGroup, model))
  }
}

/** A cooldown stays in the ledger after its time, until it is cleared. */
function hasCooldown({ subjects }: LedgerState, subject: string, model: string | null): boolean {
  const cooldowns = subjects.get(subject)?.cooldowns
  return cooldowns !== undefined && (cooldowns.has('*') || (model !== null && cooldowns.has(model)))
}

/** A guess has its own count: success with other models says nothing about this one. */
function countStrikes(
  outcome: Pick<Outcome, 'class'>,
  account: SubjectState | undefined,
  model: string | null,
): number {
  if (account === undefined) return 0
  // Age does not matter: until an attempt succeeds, the next refusal of the credential is one more in a row.
  if (outcome.class === 'auth-dead') {
    const whole = account.cooldowns.get('*')
    return whole?.reason === outcome.class ? (whole.strikes ?? 0) : 0
  }
  const last = (model === null ? undefined : account.cooldowns.get(model)) ?? account.cooldowns.get('*')
  return last?.guessed === true ? (last.strikes ?? 0) : account.strikes
}

function buildKey(subject: string, model: string | null): string {
  return `${subject}\n${model ?? ''}`
}
