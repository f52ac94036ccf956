import type { ProxySettings } from '../../../lib/proxy/start-proxy.ts'
import { ownVersion } from '../../../lib/toolkit/own-version.ts'
import type { ProxyView } from '../../../lib/toolkit/proxies.ts'
import { announceProxy, type Announcement } from '../../../lib/toolkit/shared-proxies.ts'
import type { Toolkit } from '../../../lib/toolkit/toolkit.ts'
import type { Serving } from './serving.ts'

/** The settings of selection, for `quota explain` in other processes. */
interface Rotation {
  affinity: boolean
  reserve: string
}

/**
 * The entry of this proxy for other processes of the home, and for other machines of a shared store. It stays true
 * while settings and workers change.
 */
export class ProxyEntry {
  readonly #toolkit: Toolkit
  readonly #settings: ProxySettings
  readonly #transport: string
  readonly #startedAt = new Date().toISOString()
  #strategy: string
  #rotation: Rotation
  #serving: Serving | null = null
  #registration: ReturnType<Toolkit['proxies']['register']> | null = null
  /** Shows the proxy to the other machines of a shared store. */
  #announcement: Announcement | null = null

  constructor(
    toolkit: Toolkit,
    { settings, transport, rotation }: { settings: ProxySettings; transport: string; rotation: Rotation },
  ) {
    this.#toolkit = toolkit
    this.#settings = settings
    this.#transport = transport
    this.#strategy = settings.strategy
    this.#rotation = rotation
  }

  static async open(toolkit: Toolkit, settings: ProxySettings): Promise<ProxyEntry> {
    const { chooseTransport } = await import('../../../lib/proxy/transport/choose-transport.ts')
    const transport = chooseTransport(settings.transport).transport.name
    return new ProxyEntry(toolkit, { settings, transport, rotation: await readRotation(toolkit) })
  }

  /** Announces the proxy, until `remove` or the end of the process. */
  register(serving: Serving, proof: string): void {
    this.#serving = serving
    this.#registration = this.#toolkit.proxies.register(this.view(), proof)
    this.#announcement = announceProxy(this.#toolkit.home, () => this.view())
    process.on('exit', () => this.remove())
  }

  /** The configuration changed. */
  async change(strategy: string): Promise<void> {
    this.#strategy = strategy
    this.#rotation = await readRotation(this.#toolkit).catch(() => this.#rotation)
    this.update()
  }

  /** Writes the present state. The proxy serves even if that fails, and the next change tries again. */
  update(): void {
    try {
      this.#registration?.update(this.view())
    } catch {
      // The disk is full, or the folder is gone: other processes see the earlier state.
    }
  }

  /** The proxy accepts no new requests. */
  drain(): void {
    this.#announcement?.drain()
  }

  /** The other machines see the proxy no longer. */
  async withdraw(): Promise<void> {
    await this.#announcement?.stop()
  }

  /** The processes of this home see the proxy no longer. */
  remove(): void {
    this.#registration?.remove()
  }

  view(): ProxyView {
    const { url, port, accounts, pids } = this.#running
    const { host, user } = this.#settings
    return {
      pid: process.pid,
      url,
      host,
      port,
      accounts,
      strategy: this.#strategy,
      startedAt: this.#startedAt,
      workers: pids(),
      version: ownVersion(),
      transport: this.#transport,
      args: listStartFlags(process.argv.slice(2)),
      user,
      ...this.#rotation,
    }
  }

  /** The present state, for the page and the API. */
  async describe() {
    const { url, pids, inFlight } = this.#running
    return {
      url,
      pid: process.pid,
      startedAt: this.#startedAt,
      strategy: this.#strategy,
      workers: pids().length,
      inFlight: await inFlight(),
    }
  }

  get #running(): Serving {
    if (this.#serving === null) throw new Error('the proxy does not serve yet')
    return this.#serving
  }
}

async function readRotation({ settings }: Toolkit): Promise<Rotation> {
  return {
    affinity: Boolean(await settings.get('proxy.affinity')),
    reserve: String(await settings.get('proxy.reserve')),
  }
}

/** The flags that `proxy restart` repeats: all except those that say how to run. */
function listStartFlags(words: string[]): string[] {
  return words.slice(2).filter((word) => word !== '--json' && word !== '--detach' && word !== '-d')
}
