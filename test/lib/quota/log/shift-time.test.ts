// A clock that was wrong is set right. All times of the ledger move with it, and no time passes.
import { describe, expect, test } from 'vitest'
import { stateToJson } from '../../../../src/lib/quota/log/checkpoint/checkpoint.ts'
import type { LedgerEvent } from '../../../../src/lib/quota/log/events.ts'
import { apply, emptyState } from '../../../../src/lib/quota/log/fold.ts'
import type { LedgerState } from '../../../../src/lib/quota/log/state.ts'
import { timeAt } from '../../../../src/lib/quota/log/shift-time.ts'
import { parseLimit } from '../../../../src/lib/quota/limit.ts'

const BASE = Date.parse('2026-11-10T10:00:00Z')
const SECOND = 1000
const HOUR = 3_600_000
const DAY = 24 * HOUR
const boot = 'run-1'

type EventWithoutTime = LedgerEvent extends infer E ? (E extends LedgerEvent ? Omit<E, 'at'> : never) : never

const iso = (at: number) => new Date(at).toISOString()
const setClock = (
  state: LedgerState,
  at: number,
  uptime: number,
  more: { boot?: string; passed?: true } = {},
) => apply(state, { type: 'clock', at: iso(at), boot, uptime, writer: 'w', ...more })

const limits = [
  '5/minute',
  '9/5h',
  '9/day',
  '9/day@Asia/Shanghai',
  '9/day@refill',
  '9/day@first-use',
  '90tokens/day',
]
const hold = { inputTokens: 5, outputTokens: 5, usd: 0 }

/** Everything in the ledger that has a time, `at` the time at which it begins. */
function listEvents(at: number): EventWithoutTime[] {
  return [
    {
      type: 'limits',
      account: 'a',
      limits: limits.map((text) => ({ ...parseLimit(text), source: 'configured' as const })),
    },
    {
      type: 'learn',
      account: 'a',
      limits: [
        { metric: 'requests', window: '6h', max: 50, remaining: 44, from: 'x' },
        { metric: 'requests', window: 'day', max: 60, remaining: 51, from: 'x', model: 'm' },
        { metric: 'requests', window: 'minute@refill', max: 60, remaining: 20, from: 'y', model: 'n' },
      ],
    },
    { type: 'reserve', id: 'w-1', account: 'a', model: 'm', hold },
    { type: 'reserve', id: 'w-2', account: 'a', hold },
    { type: 'settle', id: 'w-1', outcome: 'ok', model: 'm', inputTokens: 7 },
    { type: 'reserve', id: 'w-3', account: 'b' },
    { type: 'settle', id: 'w-3', outcome: 'unreachable', unreached: 'refused', refunded: true },
    { type: 'cool', subject: 'b', until: iso(at + HOUR), reason: 'rate-short', guessed: true },
    { type: 'cool', subject: 'b', model: 'm', until: null, reason: 'quota-hard' },
    { type: 'lost', what: 'a day' },
  ]
}

/** The state after these events, one a second from `at` on, with the machine's clock set before them. */
function build(at: number): LedgerState {
  const state = emptyState()
  setClock(state, at, 0)
  listEvents(at).forEach((event, index) => apply(state, { ...event, at: iso(at + index * SECOND) }))
  return state
}

/** All of a state that has a time. The totals of days stay where they were counted. */
function read(state: LedgerState): unknown {
  const json = JSON.parse(JSON.stringify(stateToJson(state))) as Record<string, unknown>
  return { ...json, days: null, jobs: null }
}

test.each([-30, -2, 1, 2, 30])(
  'by %i days, it then has the state that the right clock would have led to',
  (days) => {
    const shift = days * DAY
    const wrong = build(BASE)
    setClock(wrong, BASE + shift + 20 * SECOND, 20 * SECOND)
    const right = build(BASE + shift)
    setClock(right, BASE + shift + 20 * SECOND, 20 * SECOND)
    expect(read(wrong)).toEqual(read(right))
  },
)

test('the end that a provider gave moves to an earlier time only: it may have been a time of day', () => {
  const ends = [-DAY, DAY].map((shift) => {
    const state = build(BASE)
    apply(state, { type: 'cool', subject: 'a', until: iso(BASE + HOUR), reason: 'rate-short', at: iso(BASE) })
    setClock(state, BASE + shift + 20 * SECOND, 20 * SECOND)
    return state.subjects.get('a')?.cooldowns.get('*')
  })
  expect(ends.map((each) => (each?.until ?? 0) - BASE)).toEqual([HOUR - DAY, HOUR])
  expect(ends.map((each) => (each?.since ?? 0) - BASE)).toEqual([9 * SECOND - DAY, 9 * SECOND + DAY])
})

describe('a step of the clock', () => {
  const lastUse = (state: LedgerState) => (state.subjects.get('a')?.lastUsedAt ?? 0) - BASE
  const stepped = (shift: number, more: { boot?: string; passed?: true } = {}) => {
    const state = build(BASE)
    setClock(state, BASE + 20 * SECOND + shift, 20 * SECOND, more)
    return [lastUse(state), state.now - BASE]
  }
  const used = 3 * SECOND

  test('within one run of the machine moves everything', () => {
    expect(stepped(HOUR)).toEqual([used + HOUR, 20 * SECOND + HOUR])
    expect(stepped(-HOUR)).toEqual([used - HOUR, 20 * SECOND - HOUR])
    expect(stepped(0)).toEqual([used, 20 * SECOND])
  })

  test('forward is elapsed time between two runs, or where the event says so', () => {
    expect(stepped(HOUR, { boot: 'run-2' })).toEqual([used, 20 * SECOND + HOUR])
    expect(stepped(HOUR, { passed: true })).toEqual([used, 20 * SECOND + HOUR])
  })

  test('backward never is', () => {
    // Between two runs, the ledger's own time is the only measure.
    expect(stepped(-HOUR, { boot: 'run-2' })[1]).toBe(20 * SECOND - HOUR)
    expect(stepped(-HOUR, { passed: true })).toEqual([used - HOUR, 20 * SECOND - HOUR])
  })
})

test('the time at an uptime is known in the run of the machine that set it, and in no other', () => {
  const { reference } = build(BASE)
  expect(timeAt(reference, { boot, uptime: 5 })).toBe(BASE + 5)
  expect(timeAt(reference, { boot: 'run-2', uptime: 5 })).toBeNull()
  expect(timeAt(null, { boot, uptime: 5 })).toBeNull()
  expect(timeAt({ ...reference!, boot: '' }, { boot: '', uptime: 5 })).toBeNull()
})
