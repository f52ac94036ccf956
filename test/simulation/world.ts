import { setImmediate as nextTurn } from 'node:timers/promises'
import { seeded } from '../../bench/support/chance.ts'
import type { EventLoop, Timer } from '../../src/lib/store/ledger/event-loop.ts'

/** When the simulated machines started, in epoch milliseconds. */
export const START = Date.parse('2026-11-22T23:58:00Z')

interface Planned {
  at: number
  /** Decides between actions of the same millisecond: the scheduler is part of the seed. */
  rank: number
  /** Null: an action of the world itself. */
  owner: SimulatedProcess | null
  action: (() => void) | null
}

/**
 * The true time, and everything that will happen. One seed decides each choice, so a run repeats exactly. Actions run
 * one after the other; promises settle between two of them.
 */
export class World {
  now = START
  steps = 0
  readonly chance: () => number
  #planned: Planned[] = []
  #running: SimulatedProcess[] = []

  constructor(seed: number) {
    this.chance = seeded(seed)
  }

  /** A whole number in [from, to]. */
  between(from: number, to: number): number {
    return from + Math.floor(this.chance() * (to - from + 1))
  }

  isLikely(probability: number): boolean {
    return this.chance() < probability
  }

  pick<One>(choices: readonly One[]): One {
    return choices[Math.floor(this.chance() * choices.length)]!
  }

  at(time: number, action: () => void, owner: SimulatedProcess | null = null): Timer {
    const planned: Planned = { at: Math.max(time, this.now), rank: this.chance(), owner, action }
    this.#add(planned)
    return { cancel: () => void (planned.action = null) }
  }

  after(ms: number, action: () => void): Timer {
    return this.at(this.now + ms, action)
  }

  /** Runs everything up to a time. */
  async runUntil(end: number): Promise<void> {
    for (let next = this.#first(); next !== null && next.at <= end; next = this.#first()) {
      this.#take()
      this.now = Math.max(this.now, next.at)
      this.#run(next)
      await nextTurn() // all promises settle
    }
    this.now = Math.max(this.now, end)
  }

  /** Runs until the promise settles. Throws if that takes more than `ms`. */
  async settled<R>(promise: Promise<R>, ms: number, what: string): Promise<R> {
    let isDone = false
    promise.then(
      () => (isDone = true),
      () => (isDone = true),
    )
    const end = this.now + ms
    await nextTurn()
    while (!isDone && this.now < end) await this.runUntil(Math.min(end, this.now + 20))
    if (!isDone) throw new Error(`${what} takes more than ${ms} ms`)
    return promise
  }

  /**
   * Runs a due action of another process inside an action, as a kernel may between two system calls. Its promises
   * settle later.
   */
  interleave(running: SimulatedProcess): void {
    if (this.#running.length > 2) return
    const index = this.#planned.findIndex(
      ({ at, owner, action }) =>
        at <= this.now &&
        action !== null &&
        owner !== null &&
        owner !== running &&
        !this.#running.includes(owner),
    )
    if (index < 0) return
    const [planned] = this.#planned.splice(index, 1)
    this.#planned.sort((one, other) => other.at - one.at || other.rank - one.rank)
    this.#run(planned!)
  }

  #run({ owner, action, at }: Planned): void {
    if (action === null || (owner !== null && !owner.isAlive)) return
    if (owner === null) {
      action()
      return
    }
    if (owner.stalledUntil > this.now) {
      this.at(Math.max(owner.stalledUntil, at), action, owner)
      return
    }
    this.steps += 1
    this.#running.push(owner)
    try {
      action()
    } finally {
      this.#running.pop()
    }
  }

  /** The list is sorted backwards: the next action is its last. */
  #add(planned: Planned): void {
    const list = this.#planned
    let [low, high] = [0, list.length]
    while (low < high) {
      const middle = (low + high) >>> 1
      const there = list[middle]!
      if (there.at > planned.at || (there.at === planned.at && there.rank > planned.rank)) low = middle + 1
      else high = middle
    }
    list.splice(low, 0, planned)
  }

  #first(): Planned | null {
    return this.#planned.at(-1) ?? null
  }

  #take(): void {
    this.#planned.pop()
  }
}

/** A process of a simulated machine. It ends by a kill; nothing of it runs afterwards. */
export class SimulatedProcess {
  readonly name: string
  readonly loop: EventLoop
  isAlive = true
  /** Stopped until then, as by SIGSTOP or a busy machine. */
  stalledUntil = 0
  readonly #world: World

  constructor(world: World, name: string) {
    this.#world = world
    this.name = name
    const began = world.now - 1000
    this.loop = {
      steady: () => world.now - began,
      soon: (action) => void world.at(world.now, action, this),
      later: (ms, action) => world.at(world.now + ms, action, this),
    }
  }

  plan(ms: number, action: () => void): void {
    this.#world.at(this.#world.now + ms, action, this)
  }

  kill(): void {
    this.isAlive = false
  }
}
