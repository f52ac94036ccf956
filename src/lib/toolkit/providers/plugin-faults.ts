import { formatCount } from '../../base/text/count-noun.ts'
import type { PluginFault } from '../../provider/plugins/plugin-calls.ts'
import { describeFault } from '../../provider/plugins/plugin-calls.ts'

const HOUR = 3_600_000
/** The number of distinct faults; beyond it the oldest is forgotten, and may be reported again. */
const MOST_KINDS = 1000

interface Kind {
  saidAt: number
  /** Occurrences since the last report. */
  since: number
}

/**
 * Reports each fault of a plugin's code once, and again each hour while it lasts: it may occur with every request.
 */
export class PluginFaults {
  readonly #clock: () => number
  readonly #unwatched: (message: string) => void
  readonly #watchers = new Set<(message: string) => void>()
  readonly #kinds = new Map<string, Kind>()

  /** `unwatched` receives the lines without a watcher. */
  constructor(clock: () => number, unwatched: (message: string) => void) {
    this.#clock = clock
    this.#unwatched = unwatched
  }

  watch(onFault: (message: string) => void): () => void {
    this.#watchers.add(onFault)
    return () => this.#watchers.delete(onFault)
  }

  note(fault: PluginFault): void {
    const key = [fault.plugin, fault.provider, fault.account, fault.part].join('\n')
    const now = this.#clock()
    const kind = this.#kinds.get(key)
    if (kind !== undefined && now < kind.saidAt + HOUR) {
      kind.since += 1
      return
    }
    if (kind === undefined && this.#kinds.size >= MOST_KINDS) this.#forgetOldest()
    this.#kinds.delete(key)
    this.#kinds.set(key, { saidAt: now, since: 0 })
    const more =
      kind === undefined || kind.since === 0
        ? ''
        : ` (${formatCount(kind.since, 'more time')} since it was said)`
    this.#say(describeFault(fault) + more)
  }

  #forgetOldest(): void {
    const oldest = this.#kinds.keys().next()
    if (oldest.done !== true) this.#kinds.delete(oldest.value)
  }

  #say(message: string): void {
    if (this.#watchers.size === 0) this.#unwatched(message)
    for (const watcher of this.#watchers) watcher(message)
  }
}
