import { isQwenctlError, readMessage } from '../base/errors.ts'
import type { Observer } from '../observe/observer.ts'
import type { ProxyContext } from './pipeline/proxy-context.ts'
import { NOTHING } from './proxy-observer.ts'
import type { ProxySettings } from './proxy-settings.ts'
import type { ProxyServer } from './server/server.ts'

/** The parts that take new settings while they run. */
export interface Adjustable {
  context: ProxyContext
  server: ProxyServer
  observer: Observer
}

export interface LiveSettingsEvents {
  /** Receives the settings that are now in force. */
  onSettings?: ((settings: ProxySettings) => void) | undefined
  /** Receives messages about problems that users should know of. */
  onTrouble: (message: string) => void
}

/** Applies configuration changes to a running proxy, without effect on requests in progress. */
export class LiveSettings {
  readonly #parts: Adjustable
  readonly #read: () => Promise<ProxySettings>
  readonly #events: LiveSettingsEvents
  #now: ProxySettings
  /** Settings from the start, which cannot change. */
  readonly #fixed: Record<string, unknown>
  /** Values reported for fixed settings: each value once. */
  #said = new Map<string, string>()
  #reading: Promise<void> = Promise.resolve()

  /**
   * `first`: the settings in force; `read`: the settings that should be, with what flags and variables fix.
   */
  constructor(
    parts: Adjustable,
    first: ProxySettings,
    read: () => Promise<ProxySettings>,
    events: LiveSettingsEvents,
  ) {
    this.#parts = parts
    this.#now = first
    this.#fixed = first.fixed ?? {}
    this.#read = read
    this.#events = events
  }

  /** The configuration has changed. Readings run one at a time, so that the newest ends last. */
  changed(): void {
    this.#reading = this.#reading.then(async () => {
      try {
        await this.#parts.context.live.rules.read()
        await this.#use(await this.#read())
      } catch (error) {
        const hint = isQwenctlError(error) && error.hint !== null ? ` (${error.hint})` : ''
        this.#events.onTrouble(`the configuration stays as it was: ${readMessage(error)}${hint}`)
      }
    })
  }

  async #use(next: ProxySettings): Promise<void> {
    const before = this.#now
    this.#sayFixed(next.fixed ?? {})
    if (isSame(before, next)) return
    const { context, server, observer } = this.#parts
    const { live, lists, upstreams } = context
    context.maxBodyBytes = next.maxBodyMb * 1_048_576
    context.refusesUnknownFields = next.refusesUnknownFields === true
    upstreams.setTimeouts(next)
    if (next.fetchModels !== before.fetchModels) lists.run(live, next.fetchModels)
    if (next.strategy !== before.strategy || next.affinity !== before.affinity) live.rotateBy(next)
    if (next.clientIdleTimeoutMs !== before.clientIdleTimeoutMs)
      server.setClientIdle(next.clientIdleTimeoutMs)
    if (!isSame(next.allowHosts, before.allowHosts)) server.allowHosts(next.allowHosts ?? [])
    await observer.adjust(next.observe ?? NOTHING)
    this.#now = next
    this.#events.onSettings?.(next)
  }

  #sayFixed(next: Record<string, unknown>): void {
    for (const [key, value] of Object.entries(next)) {
      const [was, is] = [JSON.stringify(this.#fixed[key]), JSON.stringify(value)]
      const said = this.#said.get(key) ?? was
      this.#said.set(key, is)
      if (is === said || is === was) continue
      this.#events.onTrouble(
        `${key} is ${is} now, which holds from the next start on; this proxy continues with ${was}`,
      )
    }
  }
}

/** The caller builds both the same way, with keys in the same order. */
function isSame(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
}
