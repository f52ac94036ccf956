import { readJson } from './api/read-json.ts'
import type { AccountQuotaView, LogLine } from './api/types.ts'
import type { ServerEvent } from './api/sse-parser.ts'
import type { Action } from './state/action.ts'

/** More events than one can see are put into the state at once. */
const GATHER_MS = 100

export interface FeedTargets {
  dispatch: (action: Action) => void
  /** What is shown may be old: read everything again. */
  onStale: () => void
  /** The documents changed. */
  onAccounts: () => void
  /** The quotas of some accounts changed, and are in the state. */
  onQuota: () => void
}

/** Turns the server's events into what happens to the state; a burst of requests becomes one change of it. */
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
      default: // a newer server may say more
    }
  }

  #hello({ now }: { now?: string; resumed?: boolean }): void {
    this.#clock(now)
    // Even a resumed line says nothing of quotas that changed in between.
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
