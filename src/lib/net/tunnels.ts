import type { LookupFunction, Socket } from 'node:net'
import type { SecureContext } from 'node:tls'
import { EgressError, TunnelFailure } from './egress-error.ts'
import type { EgressProxy } from './egress-proxy.ts'
import { tunnelThroughHttp } from './http-tunnel.ts'
import { tunnelThroughSocks } from './socks-tunnel.ts'
import type { TunnelEnd } from './tunnel-means.ts'

/** Time as tunnels see it. Tests bring their own. */
export interface TunnelClock {
  /** Milliseconds that only move forward. */
  now(): number
  /** Calls `tick` about every so many ms; returns what ends it. */
  every(ms: number, tick: () => void): () => void
}

export interface TunnelsOptions {
  secureContext?: SecureContext | undefined
  lookup?: LookupFunction | undefined
  clock?: TunnelClock | undefined
}

/** How long a proxy that failed is passed over while another of the list may serve, and where none may. */
const downMs = 15_000
const allDownMs = 1_000
const tickMs = 50

interface Down {
  /** When it failed, or was asked again last. */
  at: number
  reason: string
}

const systemClock: TunnelClock = {
  now: () => performance.now(),
  every(ms, tick) {
    const timer = setInterval(tick, ms)
    return () => clearInterval(timer)
  },
}

/** Opens tunnels through ordered lists of proxies, and remembers for a while which of them are down. */
export class Tunnels {
  readonly #options: TunnelsOptions
  readonly #clock: TunnelClock
  readonly #down = new Map<string, Down>()

  constructor(options: TunnelsOptions = {}) {
    this.#options = options
    this.#clock = options.clock ?? systemClock
  }

  /**
   * A socket to `end` through the first proxy that opens a way. Never another way: where none does, rejects with
   * `EgressError` that says of each why. Each one tried has an equal share of the time that is left, the last all of it.
   */
  async open(
    via: readonly EgressProxy[],
    end: TunnelEnd,
    { timeoutMs, signal }: { timeoutMs: number; signal: AbortSignal },
  ): Promise<Socket> {
    const startedAt = this.#clock.now()
    const failures: string[] = []
    const candidates = this.#candidates(via, startedAt, failures)
    for (const [index, proxy] of candidates.entries()) {
      const leftMs = timeoutMs - (this.#clock.now() - startedAt)
      const shareMs = Math.max(1, leftMs / (candidates.length - index))
      try {
        const socket = await this.#through(proxy, end, { timeoutMs: shareMs, signal })
        this.#down.delete(proxy.url)
        return socket
      } catch (error) {
        signal.throwIfAborted()
        if (!(error instanceof TunnelFailure)) throw error
        if (error.isDown) this.#down.set(proxy.url, { at: this.#clock.now(), reason: error.message })
        failures.push(`${proxy.shown}: ${error.message}`)
      }
    }
    throw new EgressError(failures)
  }

  /** Those to be tried, in order. One that was down is asked again by one request at a time: others do not wait for it. */
  #candidates(via: readonly EgressProxy[], now: number, failures: string[]): EgressProxy[] {
    const passedOverMs = via.some(({ url }) => !this.#down.has(url)) ? downMs : allDownMs
    return via.filter(({ url, shown }) => {
      const down = this.#down.get(url)
      if (down === undefined) return true
      const isTimeToAsk = now - down.at >= passedOverMs
      if (isTimeToAsk) down.at = now
      else failures.push(`${shown}: ${down.reason}, a moment ago`)
      return isTimeToAsk
    })
  }

  async #through(
    proxy: EgressProxy,
    end: TunnelEnd,
    { timeoutMs, signal }: { timeoutMs: number; signal: AbortSignal },
  ): Promise<Socket> {
    const late = new AbortController()
    const until = this.#clock.now() + timeoutMs
    const stop = this.#clock.every(tickMs, () => {
      if (this.#clock.now() >= until) late.abort()
    })
    const { secureContext, lookup } = this.#options
    const means = { signal: AbortSignal.any([signal, late.signal]), timeoutMs, secureContext, lookup }
    const isSocks = proxy.kind === 'socks5' || proxy.kind === 'socks5h'
    try {
      const socket = await (isSocks ? tunnelThroughSocks : tunnelThroughHttp)(proxy, end, means)
      // From here on whoever has the socket hears of its end; until they listen, nobody must have to.
      return socket.on('error', () => undefined)
    } catch (error) {
      if (late.signal.aborted) throw new TunnelFailure(`no answer within ${Math.round(timeoutMs)} ms`, true)
      throw error
    } finally {
      stop()
    }
  }
}
