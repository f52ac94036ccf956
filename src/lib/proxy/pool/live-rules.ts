import type { Account } from '../../account/account.ts'
import type { Ledger } from '../../quota/ledger.ts'
import { PriceBook } from '../../quota/prices/price-book.ts'
import { priceTable } from '../../quota/prices/shipped-prices.ts'
import { CapRoom } from '../../rotation/cap-room.ts'
import type { Caps } from '../../rotation/caps.ts'
import { CAPS_SUBJECT, findAccountCaps, hasCaps, noCaps } from '../../rotation/caps.ts'
import type { Aliases } from '../../rotation/models/aliases.ts'
import { noAliases } from '../../rotation/models/aliases.ts'
import { recordLimits } from '../../toolkit/keys/record-limits.ts'
import type { Toolkit } from '../../toolkit/toolkit.ts'
import type { LiveView } from './live-view.ts'
import { readPoolRules } from './pool-rules.ts'
import type { RequestQueue } from './request-queue.ts'

export interface LiveRulesOptions {
  toolkit: Pick<Toolkit, 'settings' | 'isInFlight'>
  ledger: Ledger
  /** Receives the headroom and the room that caps leave. */
  view: LiveView
  /** Receives the bounds of waiting. */
  queue: RequestQueue
  /** Reports something that the user can fix. */
  onFault: (message: string) => void
}

/** The rules of the configuration, as they are in force now: aliases, prices, caps, headroom and waiting. */
export class LiveRules {
  /** The user's own names for models. */
  aliases: Aliases = noAliases
  /** Prices of requests, for providers that report none. */
  prices = new PriceBook(new Map(), priceTable)
  readonly #options: LiveRulesOptions
  #caps: Caps = noCaps
  #accounts: readonly Account[] = []

  constructor(options: LiveRulesOptions) {
    this.#options = options
  }

  /** Reads the configuration again. Throws `invalid_value` for a malformed rule: all rules stay as they were. */
  async read(): Promise<void> {
    const { toolkit, ledger, view, queue, onFault } = this.#options
    const { settings } = toolkit
    const { aliases, prices, caps, keep, waitMs, maxWaitMs, waitQueue } = await readPoolRules(settings)
    for (const words of await settings.unknown()) onFault(`${words} (in ${settings.path})`)
    await recordLimits(ledger, { id: CAPS_SUBJECT, limits: caps.rate })
    this.aliases = aliases
    this.prices = prices
    view.keep = keep
    Object.assign(queue, { waitMs, maxWaitMs, most: waitQueue })
    this.#caps = caps
    this.#applyCaps()
  }

  /** Applies the caps to these accounts from now on. */
  capAccounts(accounts: readonly Account[]): void {
    this.#accounts = accounts
    this.#applyCaps()
  }

  #applyCaps(): void {
    const { toolkit, view, onFault } = this.#options
    const { byId, unknown } = findAccountCaps(this.#caps, this.#accounts)
    const parts = { ofAccount: byId, isAlive: toolkit.isInFlight }
    view.caps = hasCaps(this.#caps) ? new CapRoom(this.#caps, parts) : null
    for (const reference of unknown)
      onFault(`caps.accounts.${reference} caps nothing: it names no account of this proxy`)
  }
}
