import type { Outcome } from '../../provider/provider.ts'
import { STRIKE_MEMORY_MS } from '../../quota/log/cool.ts'
import type { LedgerState, SubjectState } from '../../quota/log/state.ts'
import { coolingSubject } from './cooling.ts'
import type { Member } from '../pool/member.ts'
import { RecentMap } from '../pool/recent-map.ts'

const MOST_STREAKS = 4096
const SECOND = 1000

interface Streak {
  count: number
  /** A failure before this time belongs to the last one. */
  until: number
  /** The time of the last failure. */
  last: number
  /** The ledger has shown a cooldown of these failures. The cooldown of a burst is not there at once. */
  hasCooled: boolean
}

/**
 * Counts failures in a row. The ledger counts those of accounts. A success settles an account, so the ledger cannot
 * know when a quota group or a provider works again. Those failures are counted here, in memory. A success ends the
 * count, and so does the end of the cooldown in the ledger: by a person, or by a success in another process.
 * As in the ledger, a count ends ten minutes after its last failure or its cooldown.
 */
export class Strikes {
  readonly #streaks = new RecentMap<string, Streak>(MOST_STREAKS)

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
    const cooledUntil = findCooldownEnd(state, subject, model)
    const streak =
      known === undefined || isOver(known, cooledUntil, now)
        ? { count: 0, until: 0, last: now, hasCooled: false }
        : known
    streak.last = now
    if (cooledUntil !== null) streak.hasCooled = true
    if (now >= streak.until) {
      streak.count += 1
      streak.until = now + SECOND * 2 ** Math.min(5, Math.max(0, streak.count - 2))
      this.#streaks.set(key, streak)
    }
    return streak.count - 1
  }

  /** The ledger shows the cooldown that this failure caused. */
  cooled(outcome: Pick<Outcome, 'class' | 'scope'>, member: Member, model: string | null): void {
    const subject = coolingSubject(outcome, member)
    const streak = subject === null ? undefined : this.#streaks.get(buildKey(subject, model))
    if (streak !== undefined) streak.hasCooled = true
  }

  /** Records an answer: everything that the member shares with others works for this model. */
  succeeded({ subjects }: Member, model: string | null): void {
    if (this.#streaks.isEmpty) return // as usual: every answer comes through here
    this.#streaks.delete(buildKey(subjects.provider, model))
    if (subjects.quotaGroup !== null) this.#streaks.delete(buildKey(subjects.quotaGroup, model))
  }
}

function isOver({ last, hasCooled }: Streak, cooledUntil: number | null, now: number): boolean {
  if (cooledUntil === null) return hasCooled || now - last >= STRIKE_MEMORY_MS
  return now - Math.max(last, cooledUntil) >= STRIKE_MEMORY_MS
}

/**
 * The end of the later cooldown: epoch milliseconds, or Infinity. A cooldown stays in the ledger after its time, until
 * it is cleared. Null: there is none.
 */
function findCooldownEnd({ subjects }: LedgerState, subject: string, model: string | null): number | null {
  const cooldowns = subjects.get(subject)?.cooldowns
  const whole = cooldowns?.get('*')
  const own = model === null ? undefined : cooldowns?.get(model)
  if (whole === undefined && own === undefined) return null
  return Math.max(...[whole, own].flatMap((each) => (each === undefined ? [] : [each.until ?? Infinity])))
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
