import { readMessage } from '../../base/errors.ts'
import { quotaGroupSubject, type Account } from '../../account/account.ts'
import { durationMs } from '../../quota/amounts.ts'
import type { Ledger } from '../../quota/ledger.ts'
import type { OutcomeClass } from '../../quota/log/events.ts'
import type { Toolkit } from '../toolkit.ts'
import { findPlan } from './find-plan.ts'
import { readPlans } from './plans-file.ts'

export interface PlanWatchParts {
  toolkit: Pick<Toolkit, 'accounts' | 'providers' | 'settings' | 'quotas' | 'home'>
  ledger: Pick<Ledger, 'state' | 'now' | 'refresh'>
  /** Only accounts of this user; null: all. */
  user: string | null
  onTrouble: (message: string) => void
}

/** How often the watch compares times. It sends nothing unless an account is due. */
const LOOK_MS = 5000
/** A limit is counted at the provider this long after its answer. */
const AFTER_LIMIT_MS = 10_000
/** No account is asked more often, nor sooner after the start of the proxy. */
const SHORTEST_INTERVAL_MS = 60_000

const ofLimits: ReadonlySet<OutcomeClass> = new Set(['rate-short', 'quota-window', 'quota-hard'])

/**
 * Asks providers for their own counts while a proxy serves: once in `plans.every`, and after an answer that a limit
 * is reached. An interval of 0 turns it off.
 */
export class PlanWatch {
  readonly #parts: PlanWatchParts
  readonly #askedAt = new Map<string, number>()
  readonly #troubles = new Set<string>()
  #timer: NodeJS.Timeout | null = null
  #looking: Promise<void> = Promise.resolve()
  #isEnded = false
  /** The time of the first look; null: there was none. */
  #startedAt: number | null = null

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
    this.#startedAt ??= now
    const askable = (await this.#listAskable()).filter((account) => user === null || account.user === user)
    if (askable.length === 0) return []
    const plans = readPlans(toolkit.home.plansFile)
    const interval = Math.max(every, SHORTEST_INTERVAL_MS)
    const ids = askable
      .filter((account) => this.#isDue(account, plans[account.id]?.at, { interval, now }))
      .map(({ id }) => id)
    if (ids.length === 0) return []
    for (const id of ids) this.#askedAt.set(id, now)
    const { failures } = await toolkit.quotas.refresh(ids)
    for (const failure of failures) this.#report(failure)
    return ids
  }

  /** Only accounts with counts to ask for: a look at ten thousand others would hold up the requests of the proxy. */
  async #listAskable(): Promise<Account[]> {
    const { accounts, providers } = this.#parts.toolkit
    const registry = await providers()
    // Accounts share few addresses, and URLs are slow to read.
    const known = new Map<string, boolean>()
    return (await accounts.records()).filter((account) => {
      if (!account.enabled || account.credential.type !== 'api-key') return false
      const place = `${account.provider} ${account.baseUrl ?? ''} ${account.anthropicBaseUrl ?? ''}`
      const hasPlan = known.get(place) ?? findPlan(account, registry) !== null
      known.set(place, hasPlan)
      return hasPlan
    })
  }

  /** `storedAt`: the last answer, which another process of this home may have stored. */
  #isDue(
    account: Account,
    storedAt: string | undefined,
    { interval, now }: { interval: number; now: number },
  ): boolean {
    const stored = Date.parse(storedAt ?? '')
    const askedAt = Math.max(this.#askedAt.get(account.id) ?? 0, stored <= now ? stored : 0)
    if (now - askedAt < SHORTEST_INTERVAL_MS) return false
    const limited = this.#limitSince(account)
    if (limited > askedAt) return now - limited >= AFTER_LIMIT_MS
    return now - askedAt >= interval && now - (this.#startedAt ?? now) >= SHORTEST_INTERVAL_MS
  }

  /** Reports a lasting failure once. */
  #report(failure: string): void {
    if (!this.#troubles.has(failure)) this.#parts.onTrouble(failure)
    this.#troubles.add(failure)
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
      this.#report(`plans: ${readMessage(error)}`)
    }
  }
}
