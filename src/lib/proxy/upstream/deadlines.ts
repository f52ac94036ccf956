import { turnUptime } from '../../base/turn-clock.ts'

/** The clock of the pool. Tests bring their own. */
export interface PoolClock {
  /** Milliseconds that only move forward. */
  now(): number
  /**
   * Calls `tick` about every `ms` milliseconds without keeping the process alive. Returns a function that
   * stops it.
   */
  every(ms: number, tick: () => void): () => void
}

export const systemClock: PoolClock = {
  now: turnUptime,
  every(ms, tick) {
    const timer = setInterval(tick, ms)
    timer.unref()
    return () => clearInterval(timer)
  },
}

export interface Timeouts {
  connectTimeoutMs: number
  headersTimeoutMs: number
  idleTimeoutMs: number
}

export const tickMs = 250

/**
 * Deadlines for every call without a timer for any: one coarse tick compares them all. They count from the
 * last tick or call, so each has one tick of grace added. A time-out is never early, and late by at most two
 * ticks.
 */
export class Deadlines {
  /** The time of the last tick or call. */
  now: number
  readonly #timeouts: Timeouts
  readonly #clock: PoolClock
  readonly #onTick: () => boolean
  #stopTicking: (() => void) | null = null

  /** `onTick` returns whether there is still something to watch. */
  constructor(timeouts: Timeouts, clock: PoolClock, onTick: () => boolean) {
    this.#timeouts = timeouts
    this.#clock = clock
    this.#onTick = onTick
    this.now = clock.now()
  }

  /** Brings `now` up to date and makes sure that the tick runs. */
  watch(): void {
    this.now = this.#clock.now()
    this.#stopTicking ??= this.#clock.every(tickMs, () => this.#tick())
  }

  stop(): void {
    this.#stopTicking?.()
    this.#stopTicking = null
  }

  connect(): number {
    return this.now + this.#timeouts.connectTimeoutMs + tickMs
  }

  head(): number {
    return this.now + this.#timeouts.headersTimeoutMs + tickMs
  }

  body(): number {
    return this.now + this.#timeouts.idleTimeoutMs + tickMs
  }

  #tick(): void {
    this.now = this.#clock.now()
    if (!this.#onTick()) this.stop()
  }
}
