import type { Exchange } from './exchange.ts'

/** A streaming request that waits for its upstream. */
export interface WaitingStream {
  readonly exchange: Exchange
  /**
   * `no-status`: a first sign would decide the status of the answer. `status`: the upstream has answered 200.
   * `closed`: no sign fits in now.
   */
  readonly patience: 'no-status' | 'status' | 'closed'
}

/**
 * A first sign makes the answer a 200: a later error is then an event in it. SDKs throw on such an event, but retry
 * only by status. So the first sign comes late, but within the ten seconds that proxies and agents allow.
 * After a 200 of the upstream the status is known, so the sign may come earlier.
 */
const SIGN_AFTER_MS = { 'no-status': 8_000, status: 4_000, closed: Infinity } as const
const TICK_MS = 1_000

/** Sends a sign of life to streaming clients that have heard nothing for a while. */
export class Heartbeats {
  readonly #clock: () => number
  readonly #waiting = new Set<WaitingStream>()
  #timer: NodeJS.Timeout | null = null

  /** `clock`: epoch milliseconds. */
  constructor(clock: () => number) {
    this.#clock = clock
  }

  watch(stream: WaitingStream): void {
    this.#waiting.add(stream)
    this.#timer ??= setInterval(() => this.beat(), TICK_MS).unref()
  }

  unwatch(stream: WaitingStream): void {
    this.#waiting.delete(stream)
  }

  /** Sends the signs that are due now. */
  beat(): void {
    const now = this.#clock()
    for (const { exchange, patience } of this.#waiting)
      if (now - exchange.heardAt >= SIGN_AFTER_MS[patience]) exchange.keepOpen()
    if (this.#waiting.size > 0 || this.#timer === null) return
    clearInterval(this.#timer)
    this.#timer = null
  }
}
