import { readMessage } from '../../base/errors.ts'
import { quotaGroupSubject, type Account } from '../../account/account.ts'
import { durationMs } from '../../quota/amounts.ts'
import type { Ledger } from '../../quota/ledger.ts'
import type { OutcomeClass } from '../../quota/log/events.ts'
import type { Toolkit } from '../toolkit.ts'
import { readPlans } from './plans-file.ts'

export interface PlanWatchParts {
  toolkit: Pick<Toolkit, 'accounts' | 'settings' | 'quotas' | 'home'>
  ledger: Pick<Ledger, 'state' | 'now' | 'refresh'>
  /** Only accounts of this user; null: all. */
  user: string | null
  onTrouble: (message: string) => void
}

/** How often the watch compares times. It sends nothing unless an account is due. */
const LOOK_MS = 5000
/** After a limit was reached, a plan is asked again at most this often. */
const AFTER_LIMIT_MS = 60_000
const SHORTEST_INTERVAL_MS = 60_000

const ofLimits: ReadonlySet<OutcomeClass> = new Set(['rate-short', 'quota-window', 'quota-hard'])

/**
 * Asks providers for their own counts while a proxy serves: once in `plans.every`, and after an answer that a limit
 * is reached. An interval of 0 turns it off.
 */
export class PlanWatch {
  readonly #parts: PlanWatchParts
  readonly #askedAt = new Map<string, number>()
  readonly #troubles = new Map<string, string>()
  #timer: NodeJS.Timeout | null = null
  #looking: Promise<void> = Promise.resolve()
  #isEnded = false

  constructor(parts: PlanWatchParts) {
    this.#parts = parts
  }

  start(): void {
    this.#timer = setInterval(() => {
      this.#looking = this.#looking.then(() => this.#lookSafely())
    }, LOOK_MS).unref()
  }

  async stop(): Promise<void> {
    this.#isEnded = true
    if (this.#timer !== null) clearInterval(this.#timer)
    await this.#looking
  }

  /** Asks for every account that is due, and returns their ids. */
  async look(): Promise<string[]> {
    const { toolkit, ledger, user } = this.#parts
    const every = durationMs(String(await toolkit.settings.get('plans.every'))) ?? 0
    if (every === 0) return []
    ledger.refresh()
    const now = ledger.now()
    const plans = readPlans(toolkit.home.plansFile)
    const due = (await toolkit.accounts.records()).filter((account) => {
      if (!account.enabled || account.credential.type !== 'api-key') return false
      if (user !== null && account.user !== user) return false
      // Another process of this home may have asked.
      const stored = Date.parse(plans[account.id]?.at ?? '')
      const askedAt = Math.max(this.#askedAt.get(account.id) ?? 0, stored <= now ? stored : 0)
      const wait =
        this.#limitSince(account) > askedAt ? AFTER_LIMIT_MS : Math.max(every, SHORTEST_INTERVAL_MS)
      return now - askedAt >= wait
    })
    for (const { id } of due) this.#askedAt.set(id, now)
    await Promise.all(due.map((account) => this.#ask(account)))
    return due.map(({ id }) => id)
  }

  async #ask({ id }: Account): Promise<void> {
    const { failures } = await this.#parts.toolkit.quotas.refresh([id])
    // A lasting failure is reported once.
    const trouble = failures.join('; ')
    if (trouble !== '' && trouble !== this.#troubles.get(id)) this.#parts.onTrouble(trouble)
    this.#troubles.set(id, trouble)
  }

  /** The start of the newest cooldown by a limit, in epoch milliseconds; 0: none. */
  #limitSince(account: Account): number {
    const subjects = [account.id, quotaGroupSubject(account)].filter((subject) => subject !== null)
    const cooldowns = subjects.flatMap((subject) => [
      ...(this.#parts.ledger.state.subjects.get(subject)?.cooldowns.values() ?? []),
    ])
    return Math.max(0, ...cooldowns.filter(({ reason }) => ofLimits.has(reason)).map(({ since }) => since))
  }

  async #lookSafely(): Promise<void> {
    if (this.#isEnded) return
    try {
      await this.look()
    } catch (error) {
      const trouble = readMessage(error)
      if (trouble !== this.#troubles.get('')) this.#parts.onTrouble(`plans: ${trouble}`)
      this.#troubles.set('', trouble)
    }
  }
}
