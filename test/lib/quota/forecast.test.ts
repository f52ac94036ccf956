import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { makeForecast } from '../../../src/lib/quota/forecast.ts'
import { apply, emptyState } from '../../../src/lib/quota/log/fold.ts'
import { parseLimit } from '../../../src/lib/quota/limit.ts'
import type { SubjectState, Trail } from '../../../src/lib/quota/log/state.ts'
import { listBuckets, packBuckets } from '../../../src/lib/quota/log/trail.ts'
import { standing } from '../../../src/lib/quota/standing.ts'

const NOON = Date.parse('2026-11-22T12:00:00Z')
const MINUTE = 60_000
const HOUR = 60 * MINUTE
const iso = (time: number) => new Date(time).toISOString()

/** An account that was asked so often at each of these times. */
function given(limit: string, times: { at: number; times?: number; tokens?: number }[]): SubjectState {
  const state = emptyState()
  const limits = [{ ...parseLimit(limit), source: 'configured' as const }]
  apply(state, { type: 'limits', account: 'a', at: iso(times[0]?.at ?? NOON), limits })
  let number = 0
  for (const { at, times: count = 1, tokens = 0 } of times) {
    for (let index = 0; index < count; index += 1) {
      const id = `w-${(number += 1)}`
      apply(state, { type: 'reserve', id, account: 'a', at: iso(at) })
      apply(state, { type: 'settle', id, at: iso(at), outcome: 'ok', inputTokens: tokens })
    }
  }
  return state.subjects.get('a')!
}

const every = (step: number, from: number, to: number, times = 1) =>
  Array.from({ length: Math.floor((to - from) / step) }, (_, index) => ({ at: from + index * step, times }))

const forecast = ({ limits: [limit], trail }: SubjectState, now = NOON) => makeForecast(limit!, trail, now)

describe('a forecast', () => {
  test('when use is steady, tells when it runs out, and how sure that is', () => {
    const told = forecast(given('200/day', every(MINUTE, NOON - HOUR, NOON)))!
    expect(told.perHour).toBeCloseTo(60, 0)
    expect(Math.abs(told.exhaustsAt! - (NOON + 140 * MINUTE))).toBeLessThan(5 * MINUTE)
    expect(told.earliest).toBeLessThan(told.exhaustsAt!)
    expect(told.latest).toBeGreaterThan(told.exhaustsAt!)
  })

  test('when use comes in bursts, is less sure than when it is steady', () => {
    const spread = (subject: SubjectState) => {
      const told = forecast(subject)!
      return (told.latest ?? Infinity) - told.earliest!
    }
    const bursts = [
      { at: NOON - HOUR + MINUTE, times: 2 },
      { at: NOON - 30 * MINUTE, times: 58 },
    ]
    const steady = spread(given('200/day', every(MINUTE, NOON - HOUR, NOON)))
    expect(spread(given('200/day', bursts))).toBeGreaterThan(2 * steady)
  })

  test('when use was heavy before the span that counts, the pace is that of the span', () => {
    const DAY = 24 * HOUR
    const old = { at: NOON - 2.5 * DAY, times: 500 }
    const recent = every(HOUR, NOON - 20 * HOUR, NOON)
    expect(forecast(given('2000/7d', [old, ...recent]))?.perHour).toBeCloseTo(1, 0)
  })

  test('when the limit resets first, tells the pace and no time', () => {
    const told = forecast(given('5000/day', every(MINUTE, NOON - HOUR, NOON)))
    expect(told).toMatchObject({ exhaustsAt: null, earliest: null, latest: null })
    expect(told?.perHour).toBeCloseTo(60, 0)
  })

  test('when there was no use lately, or next to none, nothing is known', () => {
    expect(forecast(given('20/day', every(MINUTE, NOON - 3 * HOUR, NOON - 2 * HOUR)))).toBeNull()
    expect(forecast(given('20/day', [{ at: NOON - MINUTE, times: 2 }]))).toBeNull()
    expect(forecast(given('20/day', []))).toBeNull()
  })

  test('when use began minutes ago and most is left, nothing is known; an hour later, or with little left, it is', () => {
    const begun = every(MINUTE, NOON - 10 * MINUTE, NOON)
    expect(forecast(given('100/day', begun))).toBeNull()
    expect(forecast(given('100/day@rolling', begun))).toBeNull()
    expect(forecast(given('100/day', every(6 * MINUTE, NOON - 55 * MINUTE, NOON)))).not.toBeNull()
    expect(forecast(given('18/day', begun))?.exhaustsAt).toBeLessThan(NOON + HOUR)
    expect(forecast(given('100/30m', begun))?.perHour).toBeCloseTo(60, 0)
  })

  test('when use began minutes ago after a long pause, nothing is known', () => {
    const morning = [{ at: NOON - 5 * HOUR, times: 20 }, ...every(MINUTE, NOON - 5 * MINUTE, NOON)]
    expect(forecast(given('100/day', morning))).toBeNull()
  })

  test('when every attempt was given back, nothing is known', () => {
    const state = emptyState()
    const limits = [{ ...parseLimit('100/day'), source: 'configured' as const }]
    apply(state, { type: 'limits', account: 'a', at: iso(NOON - HOUR), limits })
    for (let n = 0; n < 6; n += 1) {
      const at = iso(NOON - 10 * MINUTE + n * MINUTE)
      apply(state, { type: 'reserve', id: `r-${n}`, account: 'a', at })
      apply(state, { type: 'settle', id: `r-${n}`, at, outcome: 'overloaded', refunded: 'long-windows' })
    }
    expect(forecast(state.subjects.get('a')!)).toBeNull()
  })

  test('when all is used, there is nothing to tell', () => {
    expect(forecast(given('30/day', every(MINUTE, NOON - 30 * MINUTE, NOON)))).toBeNull()
  })

  test('when a window rolls, what leaves it makes room', () => {
    const steady = every(MINUTE, NOON - 5 * HOUR, NOON)
    expect(forecast(given('310/5h', steady))?.exhaustsAt).toBeNull()
    const faster = [...every(MINUTE, NOON - 5 * HOUR, NOON - HOUR), ...every(MINUTE / 4, NOON - HOUR, NOON)]
    const told = forecast(given('600/5h', faster))!
    // 480 are used, 240 an hour come and 60 an hour leave: 120 are gone after 40 minutes.
    expect(Math.abs(told.exhaustsAt! - (NOON + 40 * MINUTE))).toBeLessThan(3 * MINUTE)
  })

  test('when a window begins at the first use and does not run, nothing is known', () => {
    const subject = given('90/5h@first-use', every(MINUTE, NOON - HOUR, NOON - 30 * MINUTE))
    expect(forecast(subject)?.perHour).toBeGreaterThan(0)
    expect(forecast(subject, NOON + 6 * HOUR)).toBeNull()
  })

  test('when the window is a month, the pace is that of days and not of the last hour', () => {
    const days = Array.from({ length: 6 }, (_, index) => ({ at: NOON - (6 - index) * 24 * HOUR, times: 24 }))
    const told = forecast(given('3000/month', [...days, { at: NOON - MINUTE, times: 60 }]))!
    expect(told.perHour).toBeLessThan(3)
  })
})

// ---- laws ----

const use = fc.array(fc.record({ minute: fc.nat({ max: 59 }), times: fc.integer({ min: 1, max: 5 }) }), {
  minLength: 1,
  maxLength: 30,
})
const limits = fc.constantFrom(
  '400/day',
  '300/5h',
  '500/day@rolling',
  '350/5h@first-use',
  '600/day@Asia/Tokyo',
)

const requestsAt = (uses: { minute: number; times: number }[]) =>
  uses
    .map(({ minute, times }) => ({ at: NOON - HOUR + minute * MINUTE + 1, times }))
    .sort((one, other) => one.at - other.at)

function faster(trail: Trail, factor: number): Trail {
  const scaled = (buckets: Trail['minutes']) =>
    packBuckets(
      listBuckets(buckets).map((bucket) => ({
        ...bucket,
        requests: bucket.requests * factor,
        inputTokens: bucket.inputTokens * factor,
      })),
    )
  return { minutes: scaled(trail.minutes), hours: scaled(trail.hours), days: scaled(trail.days) }
}

test('a forecast lies between its bounds, never before now and never behind the reset', () => {
  let forecasts = 0
  fc.assert(
    fc.property(limits, use, (text, uses) => {
      const subject = given(text, requestsAt(uses))
      const told = forecast(subject)
      if (told === null) return
      forecasts += 1
      const limit = subject.limits[0]!
      const { resetsAt } = standing(limit, NOON)
      const last = limit.usage.kind === 'fixed' ? resetsAt! : NOON + 24 * HOUR
      for (const at of [told.earliest, told.exhaustsAt, told.latest]) {
        if (at === null) continue
        expect(at).toBeGreaterThanOrEqual(NOON)
        expect(at).toBeLessThan(last)
      }
      const [earliest, likely, latest] = [told.earliest, told.exhaustsAt, told.latest].map(
        (at) => at ?? Infinity,
      )
      expect(earliest).toBeLessThanOrEqual(likely!)
      expect(likely).toBeLessThanOrEqual(latest!)
    }),
  )
  expect(forecasts).toBeGreaterThan(20)
})

test('the faster the pace, the sooner it runs out', () => {
  let forecasts = 0
  fc.assert(
    fc.property(limits, use, fc.integer({ min: 1, max: 20 }), (text, uses, factor) => {
      const {
        limits: [limit],
        trail,
      } = given(text, requestsAt(uses))
      const [slow, fast] = [
        makeForecast(limit!, trail, NOON),
        makeForecast(limit!, faster(trail, factor), NOON),
      ]
      if (slow === null) return
      forecasts += 1
      expect(fast!.exhaustsAt ?? Infinity).toBeLessThanOrEqual(slow.exhaustsAt ?? Infinity)
      expect(fast!.earliest ?? Infinity).toBeLessThanOrEqual(slow.earliest ?? Infinity)
      expect(fast!.latest ?? Infinity).toBeLessThanOrEqual(slow.latest ?? Infinity)
    }),
  )
  expect(forecasts).toBeGreaterThan(20)
})

test('with every token a thousand, times are the same', () => {
  fc.assert(
    fc.property(use, (uses) => {
      const of = (scale: number) =>
        forecast(
          given(
            `${9000 * scale}tokens/day`,
            requestsAt(uses).map((request) => ({ ...request, tokens: 10 * scale })),
          ),
        )
      const [one, thousand] = [of(1), of(1000)]
      const near = (a: number | null | undefined, b: number | null | undefined) =>
        a == null || b == null ? expect(a).toBe(b) : expect(Math.abs(a - b)).toBeLessThanOrEqual(1)
      near(thousand?.exhaustsAt, one?.exhaustsAt)
      near(thousand?.earliest, one?.earliest)
      near(thousand?.latest, one?.latest)
    }),
  )
})
