import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { apply, emptyState } from '../../../src/lib/quota/log/fold.ts'
import { stateFromJson, stateToJson } from '../../../src/lib/quota/log/checkpoint/checkpoint.ts'
import type { StateJson } from '../../../src/lib/quota/log/checkpoint/checkpoint.ts'
import {
  LONGEST_REQUEST_MS,
  emptyInFlight,
  holdAmount,
  learnMean,
  sumHolds,
} from '../../../src/lib/quota/in-flight.ts'
import { hasRoom } from '../../../src/lib/quota/standing.ts'
import { migrateState } from '../../../src/lib/quota/log/checkpoint/checkpoint-migrations.ts'
import type { Hold, LedgerEvent } from '../../../src/lib/quota/log/events.ts'
import type { Metric } from '../../../src/lib/quota/limit.ts'

const START = Date.parse('2026-11-25T10:00:00.000Z')
const at = (ms: number) => new Date(START + ms).toISOString()

function given(metric: Metric, max: number) {
  const state = emptyState()
  const send = (event: LedgerEvent) => apply(state, event)
  send({
    type: 'limits',
    account: 'a',
    at: at(0),
    limits: [{ metric, window: 'day', max, source: 'configured' }],
  })
  const reserve = (id: string, ms = 0) => send({ type: 'reserve', id, account: 'a', at: at(ms) })
  const settle = (id: string, amount: number, ms = 0) =>
    send({
      type: 'settle',
      id,
      at: at(ms),
      outcome: 'ok',
      ...(metric === 'usd' ? { costUsd: amount } : { inputTokens: 0, outputTokens: amount }),
    })
  return { state, reserve, settle, used: () => state.subjects.get('a')!.limits[0]!.usage.used }
}

describe('requests in flight at a limit of tokens or dollars', () => {
  test('once the size of a request is known, no number of parallel requests passes the limit by more than one', () => {
    fc.assert(
      fc.property(
        fc.constantFrom<Metric>('tokens', 'output-tokens', 'usd'),
        fc.integer({ min: 1, max: 50 }),
        fc.integer({ min: 1, max: 400 }),
        fc.integer({ min: 1, max: 60 }),
        (metric, size, max, parallel) => {
          const { reserve, settle, used } = given(metric, max)
          reserve('first')
          settle('first', size)
          const granted = Array.from({ length: parallel }, (_, n) => `r${n}`).filter((id) => reserve(id))
          for (const id of granted) settle(id, size)
          expect(used()).toBeLessThanOrEqual(Math.max(size, max - 1 + size))
        },
      ),
    )
  })

  test('a request alone always goes while the limit is not used up', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 300 }), fc.array(fc.nat(200)), (max, sizes) => {
        const { reserve, settle, used } = given('tokens', max)
        sizes.forEach((size, n) => {
          const hadRoom = used() < max
          expect(reserve(`r${n}`)).toBe(hadRoom)
          if (hadRoom) settle(`r${n}`, size)
        })
      }),
    )
  })

  test('the quick check says what the fold decides, also after a checkpoint', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.boolean(), fc.nat(90)), { maxLength: 30 }), (steps) => {
        const { state, reserve, settle } = given('tokens', 200)
        const open: string[] = []
        steps.forEach(([isNew, size], n) => {
          if (!isNew && open.length > 0) return void settle(open.shift()!, size, n)
          const copy = stateFromJson(JSON.parse(JSON.stringify(stateToJson(state))))
          const expected = hasRoom(state.subjects.get('a'), START + n)
          expect(hasRoom(copy.subjects.get('a'), START + n)).toBe(expected)
          expect(reserve(`r${n}`, n)).toBe(expected)
          if (expected) open.push(`r${n}`)
        })
      }),
    )
  })

  test('a request that was never settled counts for an hour at most, and a reset ends it', () => {
    const { state, reserve, settle } = given('tokens', 100)
    reserve('first')
    settle('first', 60)
    expect([reserve('lost'), reserve('next')]).toEqual([true, false])
    expect(hasRoom(state.subjects.get('a'), START + 60 * 60_000 - 1)).toBe(false)
    expect(hasRoom(state.subjects.get('a'), START + 60 * 60_000)).toBe(true)
    apply(state, { type: 'reset', account: 'a', at: at(1) })
    expect(reserve('after', 2)).toBe(true)
  })

  test('a limit of requests is as before', () => {
    const { reserve } = given('requests', 3)
    expect(['a', 'b', 'c', 'd'].map((id) => reserve(id))).toEqual([true, true, true, false])
  })
})

describe('requests that name the most they may use', () => {
  const bound = fc.record({ inputTokens: fc.nat(60), outputTokens: fc.nat(60), usd: fc.nat(60) })
  const step = fc.record({ isNew: fc.boolean(), hold: bound, share: fc.integer({ min: 0, max: 100 }) })

  test('never pass a limit, whatever runs at once, if each answer keeps to its bound', () => {
    fc.assert(
      fc.property(
        fc.constantFrom<Metric>('tokens', 'input-tokens', 'output-tokens', 'usd'),
        fc.integer({ min: 1, max: 300 }),
        fc.array(step, { maxLength: 60 }),
        (metric, max, steps) => {
          const { state, used } = given(metric, max)
          const open: { id: string; hold: Hold; share: number }[] = []
          steps.forEach(({ isNew, hold, share }, n) => {
            const id = `r${n}`
            const ended = isNew ? undefined : open.shift()
            if (ended !== undefined) {
              const part = (amount: number) => Math.floor((amount * ended.share) / 100)
              const { inputTokens, outputTokens, usd } = ended.hold
              apply(state, {
                type: 'settle',
                id: ended.id,
                at: at(n),
                outcome: 'ok',
                inputTokens: part(inputTokens),
                outputTokens: part(outputTokens),
                costUsd: part(usd),
              })
            } else {
              const expected = hasRoom(state.subjects.get('a'), START + n, null, { hold })
              const isGranted = apply(state, { type: 'reserve', id, account: 'a', at: at(n), hold })
              expect(isGranted).toBe(expected)
              if (isGranted) open.push({ id, hold, share })
            }
            expect(used()).toBeLessThanOrEqual(max)
          })
        },
      ),
    )
  })

  test('are granted as long as their bounds fit together, and another when one ends below its bound', () => {
    const { state, settle } = given('usd', 10)
    const hold = { inputTokens: 0, outputTokens: 0, usd: 4 }
    const reserve = (id: string) => apply(state, { type: 'reserve', id, account: 'a', at: at(0), hold })
    expect(['a', 'b', 'c'].map(reserve)).toEqual([true, true, false])
    settle('a', 1)
    expect(reserve('d')).toBe(true)
  })

  test('count against the limits of a client key too', () => {
    const { state } = given('requests', 10)
    apply(state, {
      type: 'limits',
      account: 'key',
      at: at(0),
      limits: [{ metric: 'tokens', window: 'day', max: 10, source: 'configured' }],
    })
    const reserve = (id: string) =>
      apply(state, {
        type: 'reserve',
        id,
        account: 'a',
        also: ['key'],
        at: at(0),
        hold: { inputTokens: 2, outputTokens: 4, usd: 0 },
      })
    expect(['a', 'b'].map(reserve)).toEqual([true, false])
  })
})

describe('a checkpoint of version 4', () => {
  test('keeps its requests in flight', () => {
    const { state, reserve } = given('tokens', 100)
    reserve('first', 5)
    const json = JSON.parse(JSON.stringify(stateToJson(state))) as StateJson
    const older = {
      ...json,
      subjects: { a: { ...json.subjects.a, inFlight: { since: [START + 5], mean: null } } },
    }
    const { inFlight } = stateFromJson(migrateState(older as unknown as StateJson, 4)).subjects.get('a')!
    expect(inFlight).toEqual(state.subjects.get('a')!.inFlight)
  })
})

test('what requests in flight hold is the plain sum over them, for every metric, model and time', () => {
  const amount = fc.integer({ min: 0, max: 500 })
  const hold = fc.record({ inputTokens: amount, outputTokens: amount, usd: amount })
  const model = fc.constantFrom(undefined, 'large', 'small')
  const request = fc.record({ ageMs: fc.nat(2 * LONGEST_REQUEST_MS), hold: fc.option(hold), model })
  const requests = fc.array(
    fc.oneof(
      request,
      request.map((one) => ({ ...one, ageMs: LONGEST_REQUEST_MS })),
    ),
  )
  const mean = fc.option(hold.map((amounts) => ({ requests: 1, ...amounts })))
  const metric = fc.constantFrom<Metric>('requests', 'tokens', 'input-tokens', 'output-tokens', 'usd')
  const amountOf = (amounts: Hold | null, of: Metric): number => {
    const { inputTokens, outputTokens, usd } = amounts ?? { inputTokens: 0, outputTokens: 0, usd: 0 }
    const all = { 'input-tokens': inputTokens, 'output-tokens': outputTokens, usd }
    return of === 'requests' ? 0 : of === 'tokens' ? inputTokens + outputTokens : all[of]
  }
  fc.assert(
    fc.property(requests, mean, metric, fc.option(model), (given, usual, of, limited) => {
      const ofModel = limited ?? null
      const inFlight = {
        mean: usual,
        requests: given.map(({ ageMs, hold, model }, sequence) => ({
          at: START - ageMs,
          sequence,
          ...(hold === null ? {} : { hold }),
          ...(model === undefined ? {} : { model }),
        })),
      }
      const counted = given
        .filter(({ ageMs }) => ageMs < LONGEST_REQUEST_MS)
        .filter((one) => ofModel === null || one.model === ofModel)
        .map((one) => {
          if (of === 'requests') return ofModel === null ? 0 : 1
          return Math.max(amountOf(one.hold, of), amountOf(usual, of))
        })
      const before = structuredClone(inFlight)
      expect(sumHolds(inFlight, { metric: of, model: ofModel }, START)).toBe(
        counted.reduce((sum, one) => sum + one, 0),
      )
      expect(inFlight).toEqual(before)
      for (const { hold } of given) expect(holdAmount(hold ?? undefined, of)).toBe(amountOf(hold, of))
    }),
  )
  expect(sumHolds(undefined, { metric: 'tokens' }, START)).toBe(0)
})

test('the usual size of a request follows the answers, each amount for itself, and never leaves their range', () => {
  const amounts = fc.record({
    requests: fc.constant(1),
    inputTokens: fc.integer({ min: 1, max: 10_000 }),
    outputTokens: fc.integer({ min: 1, max: 10_000 }),
    usd: fc.double({ min: 0.001, max: 9, noNaN: true }),
  })
  fc.assert(
    fc.property(fc.array(amounts, { minLength: 1, maxLength: 12 }), amounts, (answers, last) => {
      const inFlight = emptyInFlight()
      for (const answer of answers) learnMean(inFlight, answer)
      for (const name of ['inputTokens', 'outputTokens', 'usd'] as const) {
        const seen = answers.map((answer) => answer[name])
        expect(inFlight.mean![name]).toBeGreaterThanOrEqual(Math.min(...seen) * 0.999)
        expect(inFlight.mean![name]).toBeLessThanOrEqual(Math.max(...seen) * 1.001)
      }
      const before = { ...inFlight.mean! }
      learnMean(inFlight, last)
      for (const name of ['inputTokens', 'outputTokens', 'usd'] as const)
        expect(inFlight.mean![name]).toBeCloseTo(0.8 * before[name] + 0.2 * last[name], 6)
    }),
  )
})
