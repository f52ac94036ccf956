// Laws of windows beside a naive model, in both directions: what the model refuses is refused, what it has free is granted.

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { LedgerEvent } from '../../../src/lib/quota/log/events.ts'
import { apply, emptyState } from '../../../src/lib/quota/log/fold.ts'
import { parseLimit, parseWindow } from '../../../src/lib/quota/limit.ts'
import { roomAt, standing } from '../../../src/lib/quota/standing.ts'
import type { LedgerState, WindowUsage } from '../../../src/lib/quota/log/state.ts'
import { advance, charge, emptyUsage, giveBack } from '../../../src/lib/quota/window.ts'

const BASE = Date.parse('2026-11-22T22:00:00Z')
const HOUR = 3_600_000
const DAY = 24 * HOUR
const iso = (time: number) => new Date(time).toISOString()

interface Grant {
  id: string
  at: number
}

/** The contents of a window at `now`, of everything granted and not given back, in order. */
type Model = (grants: Grant[], now: number) => Grant[]

const sameDay = (zoneMs: number): Model => {
  const dayNumber = (at: number) => Math.floor((at + zoneMs) / DAY)
  return (grants, now) => grants.filter(({ at }) => dayNumber(at) === dayNumber(now))
}
const last =
  (lengthMs: number): Model =>
  (grants, now) =>
    grants.filter(({ at }) => at > now - lengthMs)
/** 1970-01-05 was a Monday. */
const sameWeek: Model = (grants, now) => {
  const weekNumber = (at: number) => Math.floor((at - 4 * DAY) / (7 * DAY))
  return grants.filter(({ at }) => weekNumber(at) === weekNumber(now))
}
const sameMonth: Model = (grants, now) =>
  grants.filter(({ at }) => iso(at).slice(0, 7) === iso(now).slice(0, 7))

const models: Record<string, Model> = {
  '3/minute': last(60_000),
  '4/5h': last(5 * HOUR),
  '3/day': sameDay(0),
  '5/day@rolling': last(DAY),
  '3/day@Asia/Kolkata': sameDay(5.5 * HOUR),
  '6/week': sameWeek,
  '9/month': sameMonth,
}

function givenLimit(...texts: string[]): LedgerState {
  const state = emptyState()
  const limits = texts.map((text) => {
    const { metric, window, max } = parseLimit(text)
    return { metric, window, max, source: 'configured' as const }
  })
  apply(state, { type: 'limits', account: 'a', at: iso(BASE), limits })
  return state
}

const reserve = (id: string, at: number): LedgerEvent => ({ type: 'reserve', id, account: 'a', at: iso(at) })
const refund = (id: string, at: number): LedgerEvent => ({
  type: 'settle',
  id,
  at: iso(at),
  outcome: 'unreachable',
  refunded: true,
})
const usedIn = (state: LedgerState, now = state.now) =>
  standing(state.subjects.get('a')!.limits[0]!, now).used

const steps = fc.array(
  fc.record({
    wait: fc.oneof(fc.nat(2000), fc.nat(90_000), fc.nat(2 * HOUR), fc.nat(20 * HOUR)),
    act: fc.constantFrom('reserve', 'reserve', 'reserve', 'refund', 'spend', 'reset'),
    pick: fc.nat(),
  }),
  { maxLength: 80 },
)

test.each(Object.entries(models))(
  '%s grants exactly what a list of requests allows, with refunds at any later time',
  (text, holds) => {
    const { max } = parseLimit(text)
    fc.assert(
      fc.property(steps, (acts) => {
        const state = givenLimit(text)
        let grants: Grant[] = []
        let open: string[] = []
        let now = BASE
        acts.forEach(({ wait, act, pick }, index) => {
          now += wait
          const id = open[pick % Math.max(1, open.length)]
          if (act === 'reserve') {
            const isFree = holds(grants, now).length < max
            expect(apply(state, reserve(`w-${index}`, now))).toBe(isFree)
            if (isFree) grants.push({ id: `w-${index}`, at: now })
            if (isFree) open.push(`w-${index}`)
          } else if (act === 'reset') {
            apply(state, { type: 'reset', account: 'a', at: iso(now) })
            grants = []
          } else if (id !== undefined) {
            // A reservation that is open for two days is forgotten, and stays charged.
            const isKnown = state.open.get(id) !== undefined
            const settled = apply(
              state,
              act === 'refund' ? refund(id, now) : { type: 'settle', id, at: iso(now), outcome: 'ok' },
            )
            if (settled && act === 'refund') grants = grants.filter((grant) => grant.id !== id)
            expect(settled || !isKnown || now - BASE > 2 * DAY).toBe(true)
            open = open.filter((other) => other !== id)
          }
          expect(usedIn(state, now)).toBe(holds(grants, now).length)
        })
      }),
    )
  },
)

test('a first-use window begins with the first request that finds none running, and grants all of it', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(3 * HOUR), { maxLength: 60 }), (waits) => {
      const state = givenLimit('3/5h@first-use')
      let end = -Infinity
      let count = 0
      let now = BASE
      waits.forEach((wait, index) => {
        now += wait
        if (now >= end) [end, count] = [now + 5 * HOUR, 0]
        expect(apply(state, reserve(`w-${index}`, now))).toBe(count < 3)
        count = Math.min(3, count + 1)
      })
    }),
  )
})

describe('a late refund', () => {
  test('when its rolling window has passed, gives nothing back: what counts belongs to others', () => {
    const state = givenLimit('3/2s')
    apply(state, reserve('late', BASE))
    for (const id of ['a', 'b', 'c']) expect(apply(state, reserve(id, BASE + 2500))).toBe(true)
    apply(state, refund('late', BASE + 2600))
    expect(apply(state, reserve('d', BASE + 2700))).toBe(false)
  })

  test('when its day has passed, leaves the new day as it is', () => {
    const state = givenLimit('2/day')
    apply(state, reserve('late', BASE + 2 * HOUR - 60_000))
    apply(state, reserve('new', BASE + 2 * HOUR))
    apply(state, refund('late', BASE + 2 * HOUR + 60_000))
    expect(usedIn(state)).toBe(1)
  })

  test('when a key counted the request too, gives it back to the key', () => {
    const state = givenLimit('9/day')
    const { metric, window } = parseLimit('2/day')
    const limits = [{ metric, window, max: 2, source: 'configured' as const }]
    apply(state, { type: 'limits', account: 'key', at: iso(BASE), limits })
    apply(state, { type: 'reserve', id: 'r', account: 'a', also: ['key'], at: iso(BASE) })
    apply(state, refund('r', BASE + 1))
    const left = ['a', 'key'].map((id) => standing(state.subjects.get(id)!.limits[0]!, BASE + 1).used)
    expect(left).toEqual([0, 0])
  })
})

test('a bucket grants its size at once, then evenly, and says to the millisecond when it has room again', () => {
  const steps = fc.array(fc.integer({ min: 0, max: 40_000 }), { minLength: 20, maxLength: 80 })
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 7 }), steps, (max, waits) => {
      const state = givenLimit(`${max}/minute@refill`)
      const perUnit = 60_000 / max
      const granted: number[] = []
      let free = max
      let at = BASE
      let since = BASE
      const reserve = (time: number) =>
        apply(state, { type: 'reserve', id: `w-${granted.length}-${time}`, account: 'a', at: iso(time) })
      for (const wait of waits) {
        at += wait
        const back = Math.floor((at - since) / perUnit + 1e-9)
        since = free + back >= max ? at : since + back * perUnit
        free = Math.min(max, free + back)
        const room = roomAt(state.subjects.get('a'), at)
        expect(room <= at).toBe(free > 0)
        if (free === 0) {
          expect(Math.abs(room - (since + perUnit))).toBeLessThanOrEqual(1)
          expect(reserve(at)).toBe(false)
          continue
        }
        expect(reserve(at)).toBe(true)
        if (free === max) since = at
        free -= 1
        granted.push(at)
      }
      for (const [first, from] of granted.entries())
        for (const [more, to] of granted.slice(first).entries())
          expect(more + 1).toBeLessThanOrEqual(max + Math.floor((to - from) / perUnit + 1e-6) + 1)
    }),
    { numRuns: 200 },
  )
})

test('a bucket gives back a refunded request, and has no dollars', () => {
  const state = givenLimit('2/hour@refill')
  const reserve = (id: string) => apply(state, { type: 'reserve', id, account: 'a', at: iso(BASE) })
  expect([reserve('w-1'), reserve('w-2'), reserve('w-3')]).toEqual([true, true, false])
  apply(state, { type: 'settle', id: 'w-1', at: iso(BASE), outcome: 'aborted', refunded: true })
  expect(standing(state.subjects.get('a')!.limits[0]!, BASE)).toEqual({
    used: 1,
    remaining: 1,
    resetsAt: BASE + HOUR / 2,
  })
  expect(() => parseLimit('5usd/day@refill')).toThrow('dollars do not refill')
})

test('with merged charges a rolling window counts every amount, late at most, and a refund takes its own', () => {
  const clock = parseWindow('5h')
  const amounts = fc.array(fc.record({ wait: fc.nat(4), amount: fc.integer({ min: 1, max: 9 }) }), {
    minLength: 5000,
    maxLength: 5500,
  })
  fc.assert(
    fc.property(amounts, fc.nat(), fc.nat(5 * HOUR), (charges, pick, wait) => {
      const usage = emptyUsage(clock) as Extract<WindowUsage, { kind: 'rolling' }>
      const list: { at: number; amount: number }[] = []
      let now = BASE
      for (const { wait: pause, amount } of charges) {
        now += pause
        advance(usage, clock, now)
        charge({ usage, clock, max: 1e9 }, amount, now)
        list.push({ at: now, amount })
      }
      const sum = () => list.reduce((total, { amount }) => total + amount, 0)
      expect(usage.used).toBe(sum())
      const own = list[pick % list.length]!
      giveBack(usage, clock, own, now)
      own.amount = 0
      expect(usage.used).toBe(sum())
      now += wait
      advance(usage, clock, now)
      const left = list
        .filter(({ at }) => at > now - 5 * HOUR)
        .reduce((total, { amount }) => total + amount, 0)
      expect(usage.used).toBeGreaterThanOrEqual(left)
      advance(usage, clock, now + 5 * HOUR)
      expect(usage.used).toBe(0)
    }),
    { numRuns: 20 },
  )
})
