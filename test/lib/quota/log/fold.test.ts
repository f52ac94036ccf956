import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { listCharges } from '../../../../src/lib/quota/charges.ts'
import type { StateJson } from '../../../../src/lib/quota/log/checkpoint/checkpoint.ts'
import { stateFromJson, stateToJson } from '../../../../src/lib/quota/log/checkpoint/checkpoint.ts'
import type { LedgerEvent, LimitRecord } from '../../../../src/lib/quota/log/events.ts'
import { apply, emptyState } from '../../../../src/lib/quota/log/fold.ts'
import { parseLimit } from '../../../../src/lib/quota/limit.ts'
import { parseEvent } from '../../../../src/lib/quota/log/parse-event.ts'
import { countReserved, roomAt, standing } from '../../../../src/lib/quota/standing.ts'
import type { LedgerState } from '../../../../src/lib/quota/log/state.ts'
import { findTotals } from '../../../../src/lib/quota/log/totals.ts'

const BASE = Date.parse('2026-11-22T22:00:00Z')
const HOUR = 3_600_000
const iso = (time: number) => new Date(time).toISOString()

let number = 0
const reserve = (account: string, at: number, id = `w-${(number += 1)}`): LedgerEvent => ({
  type: 'reserve',
  id,
  account,
  at: iso(at),
})
const limits = (account: string, at: number, ...texts: string[]): LedgerEvent => ({
  type: 'limits',
  account,
  at: iso(at),
  limits: texts.map(makeRecord),
})

function makeRecord(text: string): LimitRecord {
  const { metric, window, max } = parseLimit(text)
  return { metric, window, max, source: 'configured' }
}

function folded(...events: LedgerEvent[]): LedgerState {
  const state = emptyState()
  for (const event of events) apply(state, event)
  return state
}

function used(state: LedgerState, account: string, index = 0, now = state.now): number {
  const limit = state.subjects.get(account)?.limits[index]
  return limit === undefined ? Number.NaN : standing(limit, now).used
}

describe('a reservation', () => {
  test('when the account is below its limit, is granted; at the limit it is void and counts nothing', () => {
    const state = folded(limits('a', BASE, '2/day'))
    expect([1, 2, 3].map(() => apply(state, reserve('a', BASE)))).toEqual([true, true, false])
    expect(used(state, 'a')).toBe(2)
    expect(findTotals(state, '2026-11-22', 'a').requests).toBe(2)
  })

  test('when one of two subjects is full, charges neither', () => {
    const state = folded(limits('a', BASE, '5/day'), limits('key', BASE, '1/day'))
    const both = (id: string): LedgerEvent => ({
      type: 'reserve',
      id,
      account: 'a',
      also: ['key'],
      at: iso(BASE),
    })
    expect([apply(state, both('x-1')), apply(state, both('x-2'))]).toEqual([true, false])
    expect([used(state, 'a'), used(state, 'key')]).toEqual([1, 1])
  })

  test('when its id was granted before, counts once', () => {
    const state = folded(limits('a', BASE, '5/day'), reserve('a', BASE, 'same'))
    expect(apply(state, reserve('a', BASE, 'same'))).toBe(false)
    expect(used(state, 'a')).toBe(1)
  })

  test('when the day turns, has the new day to itself', () => {
    const state = folded(limits('a', BASE, '1/day'), reserve('a', BASE))
    expect(apply(state, reserve('a', BASE + 3 * HOUR))).toBe(true)
    expect(used(state, 'a')).toBe(1)
  })

  test('when the clock steps back, stays in the newest window', () => {
    const state = folded(limits('a', BASE, '1/day'), reserve('a', BASE + 3 * HOUR))
    expect(apply(state, reserve('a', BASE))).toBe(false)
    expect(state.now).toBe(BASE + 3 * HOUR)
  })

  test('when the limit counts from first use, the window begins at the request and ends its length later', () => {
    const state = folded(limits('a', BASE, '1/5h@first-use'), reserve('a', BASE + HOUR))
    expect(apply(state, reserve('a', BASE + 6 * HOUR - 1))).toBe(false)
    expect(roomAt(state.subjects.get('a'), state.now)).toBe(BASE + 6 * HOUR)
    expect(apply(state, reserve('a', BASE + 7 * HOUR))).toBe(true)
    expect(roomAt(state.subjects.get('a'), state.now)).toBe(BASE + 12 * HOUR)
  })
})

describe('a settlement', () => {
  const settle = (id: string, at: number, more = {}): LedgerEvent => ({
    type: 'settle',
    id,
    at: iso(at),
    outcome: 'ok',
    ...more,
  })

  test('when the request crossed midnight, its tokens belong to the day it ended', () => {
    const state = folded(limits('a', BASE, '9/day', '100tokens/day'), reserve('a', BASE, 'late'))
    apply(state, settle('late', BASE + 3 * HOUR, { inputTokens: 7, outputTokens: 3 }))
    expect(findTotals(state, '2026-11-22', 'a')).toMatchObject({ requests: 1, inputTokens: 0, succeeded: 0 })
    expect(findTotals(state, '2026-11-23', 'a')).toMatchObject({ requests: 0, inputTokens: 7, succeeded: 1 })
    expect([used(state, 'a', 0), used(state, 'a', 1)]).toEqual([0, 10])
  })

  test('when it comes twice, counts once', () => {
    const state = folded(limits('a', BASE, '100tokens/day'), reserve('a', BASE, 'r'))
    const event = settle('r', BASE, { inputTokens: 5 })
    expect([apply(state, event), apply(state, event)]).toEqual([true, false])
    expect(used(state, 'a')).toBe(5)
  })

  test('when it refunds, the request is given back in the window it was charged to', () => {
    const state = folded(limits('a', BASE, '2/day', '2/hour'), reserve('a', BASE, 'r'), reserve('a', BASE))
    apply(state, settle('r', BASE + 1000, { outcome: 'unreachable', refunded: true }))
    expect([used(state, 'a', 0), used(state, 'a', 1)]).toEqual([1, 1])
    expect(findTotals(state, '2026-11-22', 'a')).toMatchObject({ requests: 1, failed: 0 })
    apply(state, limits('a', BASE + 2000, '2/day', '2/hour', '9/week'))
    expect(used(state, 'a', 2)).toBe(1)
  })

  test('when it refunds a request from before a reset, nothing is given back twice', () => {
    const state = folded(limits('a', BASE, '3/day'), reserve('a', BASE, 'r'))
    apply(state, { type: 'reset', account: 'a', at: iso(BASE) })
    apply(state, reserve('a', BASE))
    apply(state, settle('r', BASE, { outcome: 'unreachable', refunded: true }))
    expect(used(state, 'a')).toBe(1)
  })

  test('when a cost is not known, the total stays unknown, not 0', () => {
    const state = folded(reserve('a', BASE, 'r'), settle('r', BASE, { inputTokens: 1 }))
    expect(findTotals(state, '2026-11-22', 'a').costUsd).toBeNull()
  })
})

describe('in flight', () => {
  test('when a reservation is open it is part of used, and no longer after its settlement or a reset', () => {
    const state = folded(limits('a', BASE, '5/day'), reserve('a', BASE, 'r'), reserve('a', BASE, 's'))
    const subject = state.subjects.get('a')!
    const reserved = () => countReserved(subject, [...state.open.entries()], subject.limits[0]!, state.now)
    expect(reserved()).toBe(2)
    apply(state, { type: 'settle', id: 'r', at: iso(BASE), outcome: 'ok' })
    expect(reserved()).toBe(1)
    apply(state, { type: 'reset', account: 'a', at: iso(BASE) })
    expect([reserved(), used(state, 'a')]).toEqual([0, 0])
  })

  test('when the window has ended, its open reservations count in the next one no longer', () => {
    const state = folded(limits('a', BASE, '5/day'), reserve('a', BASE))
    const subject = state.subjects.get('a')!
    const reserved = (now: number) =>
      countReserved(subject, [...state.open.entries()], subject.limits[0]!, now)
    const midnight = Date.parse('2026-11-23T00:00:00Z')
    expect([midnight - 1, midnight, midnight + 1].map(reserved)).toEqual([1, 0, 0])
  })
})

describe('cooldowns', () => {
  const cool = (until: number | null, at = BASE, model?: string): LedgerEvent => ({
    type: 'cool',
    subject: 'a',
    at: iso(at),
    until: until === null ? null : iso(until),
    reason: 'rate-short',
    ...(model === undefined ? {} : { model }),
  })
  const deadline = (state: LedgerState) => state.subjects.get('a')?.cooldowns.get('*')?.until

  test('when a shorter one follows a longer one, the longer deadline stays', () => {
    expect(deadline(folded(cool(BASE + 60_000), cool(BASE + 1000)))).toBe(BASE + 60_000)
    expect(deadline(folded(cool(BASE + 1000), cool(BASE + 60_000)))).toBe(BASE + 60_000)
    expect(deadline(folded(cool(null), cool(BASE + 60_000)))).toBeNull()
    expect(deadline(folded(cool(BASE + 60_000), cool(null)))).toBeNull()
    const state = folded(cool(BASE + 1000))
    expect([0, 1000, 1001].map((ms) => apply(state, cool(BASE + ms)))).toEqual([false, false, true])
  })

  test('when a wave of requests meets the same refusal, it is one strike; soon after its end it is the next', () => {
    const state = folded(cool(BASE + 1000), cool(BASE + 1001), cool(BASE + 1002))
    expect(state.subjects.get('a')?.strikes).toBe(1)
    apply(state, cool(BASE + 9000, BASE + 2000))
    expect(state.subjects.get('a')?.strikes).toBe(2)
    apply(state, { type: 'clear', subject: 'a', at: iso(BASE + 2000) })
    expect(state.subjects.get('a')).toMatchObject({ strikes: 0, cooldowns: new Map() })
  })
})

test('when trouble returns more than ten minutes after a cooldown, it is the first strike again', () => {
  const cool = (at: number): LedgerEvent => ({
    type: 'cool',
    subject: 'a',
    at: iso(at),
    until: iso(at + 1000),
    reason: 'rate-short',
    guessed: true,
  })
  const strikes = (...events: LedgerEvent[]) => {
    const subject = folded(...events).subjects.get('a')
    return [subject?.strikes, subject?.cooldowns.get('*')?.strikes]
  }
  expect(strikes(cool(BASE), cool(BASE + 9 * 60_000))).toEqual([2, 2])
  expect(strikes(cool(BASE), cool(BASE + 9 * 60_000), cool(BASE + 18 * 60_000))).toEqual([3, 3])
  expect(strikes(cool(BASE), cool(BASE + 11 * 60_000))).toEqual([1, 1])
})

test('a reservation without a settlement is forgotten after two days, and a younger one is not', () => {
  const state = folded(reserve('a', BASE, 'lost'), reserve('a', BASE + 30 * HOUR, 'young'))
  apply(state, reserve('a', BASE + 47 * HOUR))
  expect(state.open.size).toBe(3)
  apply(state, reserve('a', BASE + 74 * HOUR, 'late'))
  expect(['lost', 'young', 'late'].map((id) => state.open.get(id) !== undefined)).toEqual([false, true, true])
})

test.each(['9/day', '9/2h@first-use', '9/hour'])(
  'in flight under %s counts while the window runs',
  (text) => {
    const state = folded(limits('a', BASE, text), reserve('a', BASE), reserve('a', BASE + 1000))
    const subject = state.subjects.get('a')!
    const inFlight = (now: number) =>
      countReserved(subject, [...state.open.entries()], subject.limits[0]!, now)
    expect([BASE + 1000, BASE + 60_000, BASE + 59 * 60_000].map(inFlight)).toEqual([2, 2, 2])
    expect(inFlight(BASE + 3 * HOUR)).toBe(0)
  },
)

test('a limit that is defined later starts from the use within its window, and from no older use', () => {
  const state = folded(reserve('a', BASE), reserve('a', BASE + 1.6 * HOUR))
  apply(state, limits('a', BASE + 2 * HOUR, '5/hour', '5/3h'))
  expect([used(state, 'a', 0), used(state, 'a', 1)]).toEqual([1, 2])
  apply(state, limits('a', BASE + 3 * HOUR, '5/day'))
  expect(used(state, 'a'), 'the day began an hour ago').toBe(0)
})

// ---- laws ----

const accounts = ['a', 'b']
const windows = [
  '3/minute',
  '4/day',
  '5/hour',
  '6/2h@first-use',
  '7/day@Asia/Kolkata',
  '50tokens/hour',
  '9/week',
  '2usd/day',
]
const arbitraryEvents = fc
  .array(
    fc.record({
      step: fc.oneof(fc.integer({ min: 0, max: 20_000 }), fc.integer({ min: -5 * HOUR, max: 9 * HOUR })),
      account: fc.constantFrom(...accounts),
      kind: fc.constantFrom(
        'reserve',
        'reserve',
        'reserve',
        'settle',
        'settle',
        'limits',
        'reset',
        'cool',
        'clear',
      ),
      pick: fc.nat({ max: 30 }),
      texts: fc.subarray(windows),
      amount: fc.nat({ max: 40 }),
      refunded: fc.boolean(),
    }),
    { maxLength: 60 },
  )
  .map((steps) => {
    let time = BASE
    let reservations = 0
    return steps.map(({ step, account, kind, pick, texts, amount, refunded }): LedgerEvent => {
      time += step
      const at = iso(time)
      if (kind === 'reserve') return { type: 'reserve', id: `w-${(reservations += 1)}`, account, at }
      if (kind === 'settle') {
        const more = refunded ? { refunded: true as const } : { inputTokens: amount, costUsd: amount / 100 }
        return { type: 'settle', id: `w-${pick}`, at, outcome: refunded ? 'unreachable' : 'ok', ...more }
      }
      if (kind === 'limits') return { type: 'limits', account, at, limits: texts.map(makeRecord) }
      if (kind === 'reset') return { type: 'reset', account, at }
      if (kind === 'clear') return { type: 'clear', subject: account, at }
      return { type: 'cool', subject: account, at, until: iso(time + amount * 1000), reason: 'rate-short' }
    })
  })

test('folding in pieces, through a checkpoint at any place, equals folding at once', () => {
  fc.assert(
    fc.property(arbitraryEvents, fc.nat(), (events, cut) => {
      const at = events.length === 0 ? 0 : cut % events.length
      const first = folded(...events.slice(0, at))
      const resumed = stateFromJson(JSON.parse(JSON.stringify(stateToJson(first))))
      const verdicts = events.slice(at).map((event) => apply(resumed, event))
      const whole = emptyState()
      const all = events.map((event) => apply(whole, event))
      expect(verdicts).toEqual(all.slice(at))
      expect(stateToJson(resumed)).toEqual(stateToJson(whole))
    }),
  )
})

test('an event written to a line and read back is the same event', () => {
  fc.assert(
    fc.property(arbitraryEvents, (events) =>
      events.every((event) => {
        expect(parseEvent(JSON.stringify(event))).toEqual(event)
        return true
      }),
    ),
  )
})

test('a line that is torn anywhere is no event', () => {
  fc.assert(
    fc.property(arbitraryEvents, fc.nat(), (events, cut) => {
      for (const event of events) {
        const line = JSON.stringify(event)
        expect(parseEvent(line.slice(0, cut % line.length))).toBeNull()
      }
    }),
  )
})

test('whatever happens in between, no window ever holds more grants than its limit allows', () => {
  const spans = { '3/minute': 60_000, '5/hour': HOUR, '4/day@rolling': 24 * HOUR }
  fc.assert(
    fc.property(
      fc.constantFrom(...Object.keys(spans)),
      fc.array(fc.integer({ min: 0, max: HOUR }), { maxLength: 80 }),
      (text, steps) => {
        const state = folded(limits('a', BASE, text))
        const { max } = parseLimit(text)
        const span = spans[text as keyof typeof spans]
        const granted: number[] = []
        let time = BASE
        for (const step of steps) {
          time += step
          const isFree = granted.filter((at) => at > time - span).length < max
          expect(apply(state, reserve('a', time)), 'what is free is granted, and nothing else').toBe(isFree)
          if (isFree) granted.push(time)
        }
        for (const end of granted)
          expect(granted.filter((at) => at > end - span && at <= end).length).toBeLessThanOrEqual(max)
      },
    ),
  )
})

test('a limit that is raised, lowered, dropped, renamed or defined again never mints capacity within its window', () => {
  // Every spelling is about the same UTC day, and the test keeps the true count of that day.
  const spellings = ['day', 'day@UTC', 'day@rolling', '24h', 'day@first-use', 'week', 'day@Asia/Shanghai']
  const change = fc.record({ window: fc.constantFrom(...spellings), max: fc.integer({ min: 1, max: 12 }) })
  const step = fc.record({
    wait: fc.integer({ min: 0, max: 3 * HOUR }),
    change: fc.option(change, { freq: 3 }),
  })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const state = emptyState()
      const granted: number[] = []
      let time = BASE
      let limit: { window: string; max: number } | null = null
      const grantedSince = (since: number) => granted.filter((at) => at > since).length
      for (const { wait, change: next } of steps) {
        time += wait
        if (next !== null) {
          limit = next
          apply(state, limits('a', time, `${next.max}/${next.window}`))
        }
        // A definition may count a bucket whole that is partly in the window: so much use refuses nothing.
        const isSurelyFree = limit === null || grantedSince(time - 9 * 24 * HOUR) < limit.max
        const isGranted = apply(state, reserve('a', time))
        if (isSurelyFree) expect(isGranted).toBe(true)
        if (isGranted) granted.push(time)
        if (isGranted && limit !== null && (limit.window === 'day' || limit.window === 'day@UTC')) {
          const today = granted.filter((at) => iso(at).slice(0, 10) === iso(time).slice(0, 10))
          expect(today.length).toBeLessThanOrEqual(limit.max)
        }
        if (isGranted && limit !== null && (limit.window === 'day@rolling' || limit.window === '24h')) {
          expect(granted.filter((at) => at > time - 24 * HOUR).length).toBeLessThanOrEqual(limit.max)
        }
      }
    }),
  )
})

test('used never falls below what was granted and not given back, however long the window', () => {
  const state = folded(limits('a', BASE, '1000000/day@rolling'))
  for (let index = 0; index < 10_000; index += 1) apply(state, reserve('a', BASE + index))
  const usage = state.subjects.get('a')!.limits[0]!.usage
  expect(usage.kind === 'rolling' && listCharges(usage.charges).length <= 4097).toBe(true)
  expect(used(state, 'a', 0, BASE + 24 * HOUR - 1)).toBe(10_000)
  expect(used(state, 'a', 0, BASE + 24 * HOUR + 10_000)).toBe(0)
})

test('a limit that a key of a job gets during a request never returns its charge', () => {
  const key = 'key_job_0123456789abcdef_01234567'
  const ask = (id: string): LedgerEvent => ({ ...reserve('a', BASE, id), also: [key] }) as LedgerEvent
  const refund = (id: string): LedgerEvent => ({
    ...{ type: 'settle', id, at: iso(BASE), outcome: 'unreachable', refunded: true },
  })
  const state = folded(ask('w-a'), limits(key, BASE, '2/day'), ask('w-b'))
  const restore = () => stateFromJson(JSON.parse(JSON.stringify(stateToJson(state))) as StateJson)
  const [stored, corrected] = [restore(), restore()]
  const clock = { type: 'clock', boot: 'one', uptime: 1000, writer: 'w' } as const
  for (const at of [BASE, BASE - 1000]) apply(corrected, { ...clock, at: iso(at) })
  for (const each of [state, stored, corrected]) {
    expect(used(each, key)).toBe(1)
    apply(each, refund('w-a'))
    expect(used(each, key)).toBe(1)
    apply(each, refund('w-b'))
    expect(used(each, key)).toBe(0)
  }
})

test('a key of a job is a subject once it has a limit, and takes no memory before', () => {
  const key = 'key_job_0123456789abcdef_01234567'
  const ask = (id: string): LedgerEvent => ({ ...reserve('a', BASE, id), also: [key] }) as LedgerEvent
  const settled: LedgerEvent = { type: 'settle', id: 'w-a', at: iso(BASE), outcome: 'ok' }
  const state = folded(ask('w-a'), settled)
  expect([...state.subjects.keys()]).toEqual(['a'])
  apply(state, limits(key, BASE, '1/day'))
  expect(['w-b', 'w-c'].map((id) => apply(state, ask(id)))).toEqual([true, false])
})
