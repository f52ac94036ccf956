// Several processes with wrong clocks on one machine: the ledger's time beside the true one.

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { LedgerEvent } from '../../../../src/lib/quota/log/events.ts'
import { apply, emptyState } from '../../../../src/lib/quota/log/fold.ts'
import { parseLimit } from '../../../../src/lib/quota/limit.ts'
import { roomAt, standing } from '../../../../src/lib/quota/standing.ts'
import type { LedgerState } from '../../../../src/lib/quota/log/state.ts'
import { LedgerClock } from '../../../../src/lib/store/ledger/ledger-clock.ts'
import type { MachineClock } from '../../../../src/lib/store/ledger/machine-clock.ts'

const HOUR = 3_600_000
const DAY = 24 * HOUR
const YEAR = 365 * DAY
const START = Date.parse('2026-11-22T20:00:00Z')
const BOOTED = START - 5 * HOUR

const iso = (time: number) => new Date(time).toISOString()

/** A machine with a true time; its processes see it with an error of their own. */
class World {
  now = START
  /** Whether the machine's own clock can be seen, and is right. */
  readonly isKnown: boolean
  readonly state: LedgerState = emptyState()
  #count = 0

  constructor(isKnown: boolean, ...limits: string[]) {
    this.isKnown = isKnown
    const records = limits.map((text) => {
      const { metric, window, max } = parseLimit(text)
      return { metric, window, max, source: 'configured' as const }
    })
    apply(this.state, { type: 'limits', account: 'a', at: iso(this.now), limits: records })
  }

  process(errorMs: number, name = `p${errorMs}`): Process {
    return new Process(this, errorMs, name)
  }

  id(): string {
    return `r-${(this.#count += 1)}`
  }
}

class Process {
  errorMs: number
  isAlive = true
  readonly #world: World
  readonly #clock: LedgerClock

  constructor(world: World, errorMs: number, name: string) {
    this.#world = world
    this.errorMs = errorMs
    const wall = () => world.now + this.errorMs
    const machine: MachineClock = {
      wall,
      steady: () => world.now - BOOTED,
      read: () => ({
        boot: 'one',
        uptime: world.now - BOOTED,
        time: world.isKnown ? Math.floor(world.now / 1000) * 1000 : null,
      }),
    }
    this.#clock = new LedgerClock({ clock: wall, machine, writer: name, isAlive: () => true })
  }

  reserve(): boolean {
    const { state } = this.#world
    const event = this.#clock.check(state)
    if (event !== null) apply(state, event)
    const at = iso(this.#clock.reading())
    return apply(state, { type: 'reserve', id: this.#world.id(), account: 'a', at } satisfies LedgerEvent)
  }

  /** A person resets the counters from this process. */
  reset(): void {
    const { state } = this.#world
    const setting = this.#clock.setByPerson(state)
    if (setting !== null) apply(state, setting)
    const event = this.#clock.check(state)
    if (event !== null) apply(state, event)
    apply(state, { type: 'reset', account: 'a', at: iso(this.#clock.now(state)) })
  }

  /** Milliseconds until there is room, as a `retry-after` would say. */
  waitMs(): number {
    const { state } = this.#world
    const event = this.#clock.check(state)
    if (event !== null) apply(state, event)
    const now = this.#clock.now(state)
    return roomAt(state.subjects.get('a'), now) - now
  }
}

const errors = fc.constantFrom(0, 0, HOUR, -HOUR, 2 * YEAR, -3 * DAY, 25 * HOUR, 7 * 60_000)
const acts = fc.array(
  fc.record({
    wait: fc.oneof(fc.nat(5000), fc.nat(10 * 60_000), fc.nat(2 * HOUR)),
    who: fc.nat(3),
    /** The process's clock steps to this error. */
    step: fc.option(errors, { freq: 6 }),
  }),
  { maxLength: 80 },
)

type Model = (grants: readonly number[], now: number) => number
const last =
  (lengthMs: number): Model =>
  (grants, now) =>
    grants.filter((at) => at > now - lengthMs).length
const firstUse =
  (lengthMs: number): Model =>
  (grants, now) => {
    let start = -Infinity
    let count = 0
    for (const at of grants) {
      if (at >= start + lengthMs) [start, count] = [at, 0]
      count += 1
    }
    return now >= start + lengthMs ? 0 : count
  }
const day: Model = (grants, now) =>
  grants.filter((at) => Math.floor(at / DAY) === Math.floor(now / DAY)).length

test.each([
  ['4/5h', last(5 * HOUR), true],
  ['4/5h', last(5 * HOUR), false],
  ['3/minute', last(60_000), false],
  ['4/5h@first-use', firstUse(5 * HOUR), true],
  ['4/5h@first-use', firstUse(5 * HOUR), false],
  ['5/day', day, true],
])('%s grants exactly what true time allows, whatever the clocks show', (text, count, isKnown) => {
  const { max } = parseLimit(text)
  fc.assert(
    fc.property(fc.array(errors, { minLength: 4, maxLength: 4 }), acts, (first, steps) => {
      const world = new World(isKnown, text)
      const processes = first.map((error, index) => world.process(error, `p${index}`))
      const right = world.process(0, 'right')
      if (isKnown) right.waitMs() // one process with the machine's clock was there
      const grants: number[] = []
      for (const { wait, who, step } of steps) {
        world.now += wait
        const one = processes[who]!
        if (step !== null) one.errorMs = step
        const isFree = count(grants, world.now) < max
        expect(one.reserve()).toBe(isFree)
        if (isFree) grants.push(world.now)
      }
    }),
    { numRuns: 200 },
  )
})

describe('a clock that is ahead', () => {
  test.each([HOUR, 2 * YEAR])(
    'by %d ms, when it began the ledger, is set right by the first right one',
    (ahead) => {
      const world = new World(true, '3/day', '2/10s')
      const wrong = world.process(ahead)
      expect([wrong.reserve(), wrong.reserve(), wrong.reserve()]).toEqual([true, true, false])
      const right = world.process(0, 'right')
      world.now += 4000
      expect(right.waitMs()).toBe(6000)
      world.now += 6000
      expect([right.reserve(), right.reserve()]).toEqual([true, false])
      expect(wrong.reserve()).toBe(false)
      const { limits } = world.state.subjects.get('a')!
      expect(standing(limits[0]!, world.now)).toMatchObject({ used: 3, resetsAt: Date.parse('2026-11-23') })
      world.now = Date.parse('2026-11-23T00:00:00Z')
      expect([wrong.reserve(), right.reserve()]).toEqual([true, true])
    },
  )

  test('when nothing confirms a clock, gives way to the earlier one that is also in use', () => {
    const world = new World(false, '3/day')
    const wrong = world.process(HOUR)
    expect([1, 2, 3, 4].map(() => wrong.reserve())).toEqual([true, true, true, false])
    const right = world.process(0, 'right')
    expect(right.reserve()).toBe(false)
    world.now = Date.parse('2026-11-22T23:59:59Z')
    expect([wrong.reserve(), right.reserve()]).toEqual([false, false])
    world.now += 1000
    expect([wrong.reserve(), right.reserve()]).toEqual([true, true])
  })
})

test.each([HOUR, -HOUR, -3 * DAY])(
  'a clock that steps by %d ms at a reset by hand leaves the known time as it is',
  (step) => {
    const world = new World(true, '2/10s')
    const [right, wrong] = [world.process(0, 'right'), world.process(0, 'wrong')]
    expect([right.reserve(), wrong.reserve()]).toEqual([true, true])
    wrong.errorMs = step
    wrong.reset()
    // Another process wrote this event before it read the reset.
    apply(world.state, { type: 'clear', subject: 'b', at: iso(world.now) })
    expect([wrong.reserve(), right.reserve(), right.reserve()]).toEqual([true, true, false])
    expect(world.state.reference?.confirmed).toBe(true)
    expect(world.state.now).toBe(world.now)
    world.now += 9_999
    expect([wrong.reserve(), right.reserve()]).toEqual([false, false])
    world.now += 1
    expect([right.reserve(), wrong.reserve(), right.reserve()]).toEqual([true, true, false])
  },
)

test('where the system tells nothing but the clock, a reset by hand brings the ledger back to it', () => {
  const state = emptyState()
  apply(state, { type: 'clear', subject: 'a', at: iso(START + 2 * YEAR) })
  const clock = new LedgerClock({ clock: () => START, machine: null, writer: 'w' })
  expect(clock.now(state)).toBe(START + 2 * YEAR)
  apply(state, clock.setByPerson(state)!)
  expect(clock.now(state)).toBe(START)
  expect(clock.setByPerson(state)).toBeNull()
})
