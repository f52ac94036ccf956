import { QwenctlError } from '../../base/errors.ts'
import { RecentMap } from '../../rotation/pool/recent-map.ts'

/** Wrong keys from one address within a minute; beyond this the address must wait until the minute ends. */
const MOST_FAILURES = 20
const WINDOW_MS = 60_000
const MOST_ADDRESSES = 1024

interface Failures {
  count: number
  until: number
}

/** Counts wrong keys and tokens by their source address; correct ones are never counted or delayed. */
export class FailedAttempts {
  readonly #clock: () => number
  readonly #message: string
  readonly #byAddress = new RecentMap<string, Failures>(MOST_ADDRESSES)

  /** `clock`: epoch milliseconds. */
  constructor(clock: () => number, message: string) {
    this.#clock = clock
    this.#message = message
  }

  /** Counts a failure. Throws `too_many_failures` for an address with too many. */
  count(address: string): void {
    const now = this.#clock()
    const before = this.#byAddress.get(address)
    const failures =
      before === undefined || before.until <= now ? { count: 0, until: now + WINDOW_MS } : before
    failures.count += 1
    this.#byAddress.set(address, failures)
    if (failures.count <= MOST_FAILURES) return
    throw new QwenctlError('too_many_failures', this.#message, {
      details: { retryAfterSeconds: Math.ceil((failures.until - now) / 1000) },
    })
  }
}
