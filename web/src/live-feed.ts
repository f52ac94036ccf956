import { readJson } from './api/read-json.ts'
import type { AccountQuotaView, LogLine } from './api/types.ts'
import type { ServerEvent } from './api/sse-parser.ts'
import type { Action } from './state/action.ts'

/** The most events that enter the state at once: more cannot be seen. */
const GATHER_MS = 100

export interface FeedTargets {
  dispatch: (action: Action) => void
  /** The data may be outdated: load everything again. */
  onStale: () => void
  /** The documents changed. */
  onAccounts: () => void
  /** The quotas of some accounts changed, and are in the state. */
  onQuota: () => void
}

/** Turns events of the server into actions on the state; a burst of requests becomes one action. */
export class LiveFeed {
  readonly #targets: FeedTargets
  #lines: LogLine[] = []

  constructor(targets: FeedTargets) {
    this.#targets = targets
  }

  take({ event, data }: ServerEvent): void {
    switch (event) {
      case 'hello':
        return this.#hello(readJson(data) as { now?: string; resumed?: boolean })
      case 'quota':
        return this.#quota(readJson(data) as { now?: string; accounts: AccountQuotaView[] })
      case 'accounts':
        return this.#targets.onAccounts()
      case 'request':
      case 'rotation':
      case 'cooldown':
      case 'trouble':
        return this.#log({ ...(readJson(data) as LogLine), kind: event })
      default: // a newer server may send more
    }
  }

  #hello({ now }: { now?: string; resumed?: boolean }): void {
    this.#clock(now)
    // Even a resumed stream lacks the quota changes in between.
    this.#targets.onStale()
  }

  #quota({ now, accounts }: { now?: string; accounts: AccountQuotaView[] }): void {
    this.#clock(now)
    this.#targets.dispatch({ type: 'quota', accounts })
    this.#targets.onQuota()
  }

  #clock(now: string | undefined): void {
    if (now === undefined) return
    this.#targets.dispatch({ type: 'clock', offsetMs: Date.parse(now) - Date.now() })
  }

  #log(line: LogLine): void {
    this.#lines.push(line)
    if (this.#lines.length > 1) return // the timer runs
    setTimeout(() => {
      const lines = this.#lines
      this.#lines = []
      this.#targets.dispatch({ type: 'log', lines })
    }, GATHER_MS)
  }
}
