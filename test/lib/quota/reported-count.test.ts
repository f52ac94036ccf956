// A provider's own count replaces the ledger's: it never frees more than the provider has left, and answers that are
// on their way never take capacity away.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { sumHolds } from '../../../src/lib/quota/in-flight.ts'
import type { LedgerEvent } from '../../../src/lib/quota/log/events.ts'
import { apply, emptyState } from '../../../src/lib/quota/log/fold.ts'
import { parseEvent } from '../../../src/lib/quota/log/parse-event.ts'
import { contradicts } from '../../../src/lib/quota/reported-count.ts'
import { countUsed } from '../../../src/lib/quota/standing.ts'
import type { LimitState } from '../../../src/lib/quota/log/state.ts'

const START = Date.parse('2026-11-22T12:00:00Z')
const SECOND = 1000
const HOUR = 3_600 * SECOND
const DAY = 24 * HOUR
const ROUNDING = 1e-9

interface Call {
  id: string
  grantedAt: number
  /** The remainder that the provider had after it received this request; null: it has not. */
  left: number | null
}

/** An account, the provider's own count, and other programs with the same key. */
class World {
  readonly state = emptyState()
  readonly max: number
  readonly isOfModel: boolean
  readonly window: string
  now = START
  /** The provider's count in its own window, which ends after a day at the latest. */
  counted = 0
  #windowStart = START
  refused = 0
  readonly grants: number[] = []
  /** When the provider counted each request. */
  readonly received: number[] = []
  inFlight: Call[] = []
  #number = 0

  constructor(max: number, isOfModel: boolean, window = 'day@rolling') {
    this.max = max
    this.window = window
    this.isOfModel = isOfModel
    this.#learn(max, false)
  }

  #apply(event: { type: LedgerEvent['type'] } & Record<string, unknown>): boolean {
    return apply(this.state, parseEvent(JSON.stringify({ ...event, at: new Date(this.now).toISOString() }))!)
  }

  #learn(remaining: number, isCounted: boolean): void {
    const model = this.isOfModel ? { model: 'm' } : {}
    const counted = isCounted ? { counted: true } : {}
    const row = { metric: 'requests', window: this.window, max: this.max, remaining, from: 'x' }
    this.#apply({ type: 'learn', account: 'a', limits: [{ ...row, ...model, ...counted }] })
  }

  get limit(): LimitState {
    const subject = this.state.subjects.get('a')!
    return (this.isOfModel ? subject.modelLimits : subject.limits)[0]!
  }

  get held(): number {
    const model = this.isOfModel ? 'm' : null
    return sumHolds(this.state.subjects.get('a')!.inFlight, { metric: 'requests', model }, this.now)
  }

  get room(): number {
    return this.max - countUsed(this.limit, this.now) - this.held
  }

  grant(): void {
    const id = `r-${(this.#number += 1)}`
    if (!this.#apply({ type: 'reserve', id, account: 'a', model: 'm' })) return
    this.grants.push(this.now)
    this.inFlight.push({ id, grantedAt: this.now, left: null })
  }

  receive(at: number): void {
    const waiting = this.inFlight.filter(({ left }) => left === null)
    const call = waiting[at % waiting.length]
    if (call === undefined) return
    if (this.counted >= this.max) this.refused += 1
    else {
      this.counted += 1
      this.received.push(this.now)
    }
    call.left = Math.floor(this.max - this.counted + ROUNDING)
  }

  /** The head of an answer arrives, in any order. */
  head(at: number): void {
    const told = this.inFlight.filter(({ left }) => left !== null)
    const call = told[at % told.length]
    if (call === undefined) return
    const { now } = this
    const reported = { remaining: call.left ?? 0, ageMs: now - call.grantedAt, held: () => this.held, now }
    if (contradicts(this.limit, reported)) this.#learn(reported.remaining, true)
  }

  settle(at: number): void {
    const told = this.inFlight.filter(({ left }) => left !== null)
    const call = told[at % told.length]
    if (call === undefined) return
    this.inFlight = this.inFlight.filter((one) => one !== call)
    this.#apply({ type: 'settle', id: call.id, outcome: 'ok', model: 'm' })
  }

  /** Time passes once all requests are over: none lasts an hour. */
  wait(hours: number): void {
    while (this.inFlight.some(({ left }) => left === null)) this.receive(0)
    while (this.inFlight.length > 0) this.settle(0)
    this.now += hours * HOUR
    if (this.now - this.#windowStart >= DAY) this.endWindow()
  }

  /** Time passes with requests in flight, at a provider that counts a minute as the limit does. */
  pass(seconds: number): void {
    this.now += seconds * SECOND
    this.counted = this.window.endsWith('@refill')
      ? Math.max(0, this.counted - (seconds * this.max) / 60)
      : this.received.filter((time) => time > this.now - 60 * SECOND).length
  }

  endWindow(): void {
    this.counted = 0
    this.#windowStart = this.now
  }

  get ownInWindow(): number {
    return this.grants.filter((at) => at > this.now - DAY).length
  }
}

type Step = (world: World) => void
const at = fc.nat(9)
const steps: Record<string, fc.Arbitrary<Step>> = {
  grant: fc.constant((world: World) => world.grant()),
  /** The provider counts the request at once; its answer may take long. */
  send: fc.constant((world: World) => {
    world.grant()
    world.receive(0)
  }),
  receive: at.map((n) => (world: World) => world.receive(n)),
  head: at.map((n) => (world: World) => world.head(n)),
  settle: at.map((n) => (world: World) => world.settle(n)),
  pass: fc.integer({ min: 1, max: 90 }).map((seconds) => (world: World) => world.pass(seconds)),
  wait: fc.integer({ min: 1, max: 9 }).map((hours) => (world: World) => world.wait(hours)),
  other: fc.constant((world: World) => {
    if (world.counted < world.max) world.counted += 1
  }),
  /** The provider's window ends, with nothing on its way. */
  reset: fc.constant((world: World) => {
    world.wait(0)
    world.endWindow()
  }),
}
const walk = (...names: (keyof typeof steps)[]) =>
  fc.array(fc.oneof(...names.map((name) => steps[name]!)), { minLength: 20, maxLength: 80 })
const max = fc.integer({ min: 1, max: 12 })

test('law: answers on their way never lower the capacity of an account that is used by nothing else', () => {
  fc.assert(
    fc.property(
      max,
      fc.boolean(),
      walk('grant', 'receive', 'head', 'settle', 'wait'),
      (most, isOfModel, all) => {
        const world = new World(most, isOfModel)
        for (const step of all) {
          step(world)
          expect(world.room).toBeGreaterThanOrEqual(Math.max(0, most - world.ownInWindow))
        }
      },
    ),
  )
})

test.each(['minute@rolling', 'minute@refill'])('law: late answers change nothing at a %s', (window) => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 60 }),
      fc.boolean(),
      walk('send', 'send', 'head', 'settle', 'pass'),
      (most, isOfModel, all) => {
        const world = new World(most, isOfModel, window)
        const deaf = new World(most, isOfModel, window)
        deaf.head = () => undefined
        for (const step of all) {
          step(world)
          step(deaf)
          expect(world.room).toBe(deaf.room)
        }
      },
    ),
  )
})

test.each(['minute@rolling', 'minute@refill'])(
  'an answer of 72 seconds after a burst charges nothing to a %s that has passed',
  (window) => {
    const world = new World(50, false, window)
    for (let n = 0; n < 40; n += 1) world.grant()
    for (let n = 0; n < 40; n += 1) world.receive(0)
    for (let n = 0; n < 40; n += 1) world.settle(0)
    world.pass(8)
    world.grant()
    world.receive(0)
    world.pass(72)
    world.head(0)
    expect(world.room).toBeGreaterThanOrEqual(49)
  },
)

test('reservations of a killed process keep no correction from working once no answer of theirs can come', () => {
  const world = new World(1000, true, 'day@refill')
  for (let n = 0; n < 30; n += 1) world.grant()
  world.inFlight = []
  world.now += 2 * HOUR
  world.counted = 899
  world.grant()
  world.receive(0)
  world.head(0)
  world.settle(0)
  expect(world.room).toBe(100)
})

test('law: a window of the provider that ended early frees no more than it has left', () => {
  fc.assert(
    fc.property(
      max,
      fc.boolean(),
      walk('grant', 'receive', 'head', 'settle', 'wait', 'reset'),
      (most, isOfModel, all) => {
        const world = new World(most, isOfModel)
        for (const step of all) step(world)
        expect(world.refused).toBe(0)
      },
    ),
  )
})

test('law: after an answer without others in flight, the room is at most what the provider has left', () => {
  fc.assert(
    fc.property(
      max,
      fc.boolean(),
      walk('grant', 'receive', 'head', 'settle', 'wait', 'reset', 'other'),
      (most, isOfModel, all) => {
        const world = new World(most, isOfModel)
        for (const step of all) step(world)
        world.wait(0)
        world.grant()
        world.receive(0)
        const [call] = world.inFlight
        if (call === undefined || call.left === 0) return
        world.head(0)
        const left = call.left ?? 0
        expect(world.room).toBeLessThanOrEqual(left + Math.floor(left / 10))
      },
    ),
  )
})

test('a day that the provider ended at midnight is free again, except for the request that says so', () => {
  const world = new World(10, true)
  for (let n = 0; n < 9; n += 1) world.grant()
  world.wait(5)
  expect(world.room).toBe(1)
  world.endWindow()
  world.grant()
  world.receive(0)
  world.head(0)
  world.settle(0)
  expect(world.room).toBe(8)
})

test('what other programs used is believed at once', () => {
  const world = new World(10, true)
  world.counted = 7
  world.grant()
  world.receive(0)
  world.head(0)
  world.settle(0)
  expect(world.room).toBe(2)
})
