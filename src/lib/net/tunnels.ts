import type { LookupFunction, Socket } from 'node:net'
import type { SecureContext } from 'node:tls'
import { EgressError, TunnelFailure } from './egress-error.ts'
import type { EgressProxy } from './egress-proxy.ts'
import { tunnelThroughHttp } from './http-tunnel.ts'
import { tunnelThroughSocks } from './socks-tunnel.ts'
import type { TunnelEnd } from './tunnel-means.ts'

/** The time source of tunnels; tests pass their own. */
export interface TunnelClock {
  /** Milliseconds that only move forward. */
  now(): number
  /** Calls `tick` about every so many ms; returns a function that stops the calls. */
  every(ms: number, tick: () => void): () => void
}

export interface TunnelsOptions {
  secureContext?: SecureContext | undefined
  lookup?: LookupFunction | undefined
  clock?: TunnelClock | undefined
}

/** How long a failed proxy is skipped: while another of the list may serve, and when none may. */
const downMs = 15_000
const allDownMs = 1_000
const tickMs = 50

interface Down {
  /** The time of its failure, or of the last attempt since. */
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

/** Opens tunnels through ordered lists of proxies, and remembers failed proxies for a while. */
export class Tunnels {
  readonly #options: TunnelsOptions
  readonly #clock: TunnelClock
  readonly #down = new Map<string, Down>()

  constructor(options: TunnelsOptions = {}) {
    this.#options = options
    this.#clock = options.clock ?? systemClock
  }

  /**
   * Opens a socket to `end` through the first proxy that gives a tunnel, and never in another way. Without a
   * tunnel, rejects with `EgressError` that gives the reason for each proxy. Each attempt has an equal share of the
   * remaining time, the last all of it.
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

  /**
   * The proxies to try, in order. A failed proxy is retried by one request at a time: other requests do not wait
   * for it.
   */
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
      // From here on, the owner of the socket listens for errors; until then, an error must not end the process.
      return socket.on('error', () => undefined)
    } catch (error) {
      if (late.signal.aborted) throw new TunnelFailure(`no answer within ${Math.round(timeoutMs)} ms`, true)
      throw error
    } finally {
      stop()
    }
  }
}
