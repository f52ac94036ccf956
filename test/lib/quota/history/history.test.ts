import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { formatDay } from '../../../../src/lib/base/iso-time.ts'
import type { LedgerEvent, OutcomeClass } from '../../../../src/lib/quota/log/events.ts'
import { apply, emptyState } from '../../../../src/lib/quota/log/fold.ts'
import type { History, HistoryBucket } from '../../../../src/lib/quota/history/history.ts'
import {
  addTally,
  bucketAt,
  emptyTally,
  foldHistory,
  isNothing,
} from '../../../../src/lib/quota/history/history.ts'
import { historyFromJson, historyToJson } from '../../../../src/lib/quota/history/history-json.ts'
import { parseLimit } from '../../../../src/lib/quota/limit.ts'
import type { DayTotals, LedgerState } from '../../../../src/lib/quota/log/state.ts'

const BASE = Date.parse('2026-11-22T22:30:00Z')
const HOUR = 3_600_000
const iso = (time: number) => new Date(time).toISOString()

const reserve = (id: string, at = BASE, more = {}): LedgerEvent => ({
  type: 'reserve',
  id,
  account: 'a',
  at: iso(at),
  ...more,
})
const settle = (id: string, at = BASE, more = {}): LedgerEvent => ({
  type: 'settle',
  id,
  at: iso(at),
  outcome: 'ok',
  ...more,
})

function buildHistory(events: LedgerEvent[], state = emptyState()): HistoryBucket[] {
  const history: History = new Map()
  for (const event of events) foldHistory(history, state, event)
  return [...history.values()].filter((bucket) => !isNothing(bucket))
}

describe('the history of a request', () => {
  test('when it is settled, has its model and key, and its outcome, tokens and times', () => {
    const events = [
      reserve('r', BASE, { also: ['key_1'] }),
      settle('r', BASE + 900, { model: 'm', inputTokens: 7, outputTokens: 3, costUsd: 0.25, latencyMs: 900 }),
    ]
    expect(buildHistory(events)).toMatchObject([
      {
        at: Date.parse('2026-11-22T22:00:00Z'),
        account: 'a',
        model: 'm',
        key: 'key_1',
        requests: 1,
        succeeded: 1,
        failed: 0,
        outcomes: { ok: 1 },
        inputTokens: 7,
        outputTokens: 3,
        costUsd: 0.25,
        estimatedUsd: null,
        unpriced: 0,
      },
    ])
  })

  test('while it is in flight, is a request of no known model', () => {
    expect(buildHistory([reserve('r')])).toMatchObject([
      { model: null, requests: 1, succeeded: 0, failed: 0 },
    ])
  })

  test('when it ends after midnight, counts where it was reserved and its tokens where they were used', () => {
    const events = [reserve('r'), settle('r', BASE + 2 * HOUR, { model: 'm', inputTokens: 5 })]
    expect(buildHistory(events)).toMatchObject([
      { at: Date.parse('2026-11-22T22:00:00Z'), model: 'm', requests: 1, succeeded: 0, inputTokens: 0 },
      { at: Date.parse('2026-11-23T00:00:00Z'), model: 'm', requests: 0, succeeded: 1, inputTokens: 5 },
    ])
  })

  test('when it is refunded, leaves nothing', () => {
    expect(
      buildHistory([reserve('r'), settle('r', BASE, { outcome: 'unreachable', refunded: true })]),
    ).toEqual([])
  })

  test('when its limit is full, it is void and leaves nothing', () => {
    const limits = [{ ...parseLimit('1/day'), source: 'configured' as const }]
    const events: LedgerEvent[] = [{ type: 'limits', account: 'a', at: iso(BASE), limits }]
    expect(buildHistory([...events, reserve('r'), reserve('s')])).toMatchObject([{ requests: 1 }])
  })

  test('when the account is reset in between, it stays', () => {
    const reset: LedgerEvent = { type: 'reset', account: 'a', at: iso(BASE) }
    expect(buildHistory([reserve('r'), reset, settle('r')])).toMatchObject([{ requests: 1, succeeded: 1 }])
  })

  test('when its cost is of the price table, says so; when it is unknown, counts as unpriced and not as free', () => {
    const priced = [reserve('r'), settle('r', BASE, { inputTokens: 1, costUsd: 0.5, estimated: true })]
    expect(buildHistory(priced)).toMatchObject([{ costUsd: 0.5, estimatedUsd: 0.5, unpriced: 0 }])
    const unknown = [reserve('r'), settle('r', BASE, { inputTokens: 1 })]
    expect(buildHistory(unknown)).toMatchObject([{ costUsd: null, estimatedUsd: null, unpriced: 1 }])
  })
})

// ---- laws ----

const models = [undefined, 'm', 'n']
const outcomes: OutcomeClass[] = ['ok', 'ok', 'overloaded', 'lost']
const arbitraryEvents = fc
  .array(
    fc.record({
      step: fc.oneof(fc.integer({ min: 0, max: 20_000 }), fc.integer({ min: -5 * HOUR, max: 20 * HOUR })),
      account: fc.constantFrom('a', 'b'),
      kind: fc.constantFrom('reserve', 'reserve', 'reserve', 'settle', 'settle', 'settle', 'limits', 'reset'),
      key: fc.constantFrom<(string[] | undefined)[]>(undefined, ['key_1'], ['key_2']),
      pick: fc.nat({ max: 30 }),
      max: fc.integer({ min: 1, max: 9 }),
      model: fc.constantFrom(...models),
      outcome: fc.constantFrom(...outcomes),
      amount: fc.nat({ max: 4000 }),
      isPriced: fc.boolean(),
      isRefunded: fc.boolean(),
    }),
    { maxLength: 80 },
  )
  .map((steps) => {
    let time = BASE
    let reservations = 0
    return steps.map(({ step, account, kind, pick, amount, ...some }): LedgerEvent => {
      time += step
      const at = iso(time)
      if (kind === 'reserve') {
        const id = `w-${(reservations += 1)}`
        return { type: 'reserve', id, account, at, ...(some.key === undefined ? {} : { also: some.key }) }
      }
      if (kind === 'limits') {
        const limit = parseLimit(`${some.max}/day`)
        return { type: 'limits', account, at, limits: [{ ...limit, source: 'configured' }] }
      }
      if (kind === 'reset') return { type: 'reset', account, at }
      return {
        type: 'settle',
        id: `w-${pick}`,
        at,
        outcome: some.outcome,
        inputTokens: amount,
        latencyMs: amount,
        ...(some.model === undefined ? {} : { model: some.model }),
        ...(some.isPriced ? { costUsd: amount / 1024 } : {}), // adds up without rounding
        ...(some.isRefunded ? { refunded: true as const } : {}),
      }
    })
  })

function merged(...parts: History[]): History {
  const all: History = new Map()
  for (const part of parts) {
    for (const bucket of part.values()) addTally(bucketAt(all, bucket), bucket)
  }
  return all
}

function piece(state: LedgerState, events: LedgerEvent[]): History {
  const history: History = new Map()
  for (const event of events) foldHistory(history, state, event)
  return history
}

const inOrder = (history: History) =>
  historyToJson(history)
    .map((bucket) => JSON.stringify({ ...bucket, latency: [...pairs(bucket.latency)].sort() }))
    .sort()

function* pairs(flat: number[] = []): Generator<string> {
  for (let index = 0; index < flat.length; index += 2) yield `${flat[index]}:${flat[index + 1]}`
}

test('a history folded in pieces, each through its file, is the one folded at once', () => {
  fc.assert(
    fc.property(arbitraryEvents, fc.nat(), fc.nat(), (events, one, other) => {
      const [first, second] = [one % (events.length + 1), other % (events.length + 1)].sort((a, b) => a - b)
      const state = emptyState()
      const parts = [events.slice(0, first), events.slice(first, second), events.slice(second)]
      const kept = parts.map((part) =>
        historyFromJson(JSON.parse(JSON.stringify(historyToJson(piece(state, part))))),
      )
      expect(inOrder(merged(...kept))).toEqual(inOrder(piece(emptyState(), events)))
    }),
  )
})

test('whatever happened, the hours of a day add up to the totals that the ledger shows of it', () => {
  fc.assert(
    fc.property(arbitraryEvents, (events) => {
      const state = emptyState()
      for (const event of events) apply(state, event)
      const days = new Map<string, Map<string, ReturnType<typeof emptyTally>>>()
      for (const bucket of piece(emptyState(), events).values()) {
        const accounts = days.get(formatDay(bucket.at)) ?? new Map<string, ReturnType<typeof emptyTally>>()
        const tally = accounts.get(bucket.account) ?? emptyTally()
        addTally(tally, bucket)
        days.set(formatDay(bucket.at), accounts.set(bucket.account, tally))
      }
      for (const [day, accounts] of state.days) {
        for (const [account, totals] of accounts) {
          const { requests, succeeded, failed, inputTokens, outputTokens, costUsd } =
            days.get(day)?.get(account) ?? emptyTally()
          const told: DayTotals = { requests, succeeded, failed, inputTokens, outputTokens, costUsd }
          expect(told).toEqual(totals)
        }
      }
    }),
  )
})

test('whatever happened, outcomes add up to what succeeded and failed', () => {
  fc.assert(
    fc.property(arbitraryEvents, (events) => {
      for (const { succeeded, failed, outcomes: all } of buildHistory(events)) {
        expect(all.ok ?? 0).toBe(succeeded)
        expect(Object.values(all).reduce((sum, count) => sum + count, 0)).toBe(succeeded + failed)
      }
    }),
  )
})

test.each([
  ['a bucket without a time', [{ at: 'soon', account: 'a' }]],
  ['a count that is none', [{ at: iso(BASE), account: 'a', requests: '1' }]],
  ['durations without a count', [{ at: iso(BASE), account: 'a', latency: [3] }]],
  ['no list', 7],
])('%s is no history', (_, buckets) => {
  expect(() => historyFromJson(buckets as never)).toThrow(TypeError)
})

test('the history has the time to the first byte beside the time to the last', () => {
  const [bucket] = buildHistory([reserve('r'), settle('r', BASE, { firstByteMs: 120, latencyMs: 4_000 })])
  const count = (histogram: HistoryBucket['latency']) =>
    [...histogram.values()].reduce((sum, n) => sum + n, 0)
  expect([count(bucket!.firstByte), count(bucket!.latency)]).toEqual([1, 1])
  expect(bucket!.firstByte).not.toEqual(bucket!.latency)
})
