import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { TrailBucket } from '../../../../src/lib/quota/log/state.ts'
import { emptyTrail, leaveTrail, listBuckets } from '../../../../src/lib/quota/log/trail.ts'
import type { TrailAmounts } from '../../../../src/lib/quota/log/trail.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
const NOON = Date.parse('2026-11-22T12:00:00Z')

type PlainTrail = Record<'minutes' | 'hours' | 'days', TrailBucket[]>

/** The same in the plainest way: each resolution for itself, from all of its buckets. */
function plainly(trail: PlainTrail, amounts: TrailAmounts, at: number, now: number): void {
  const kept = [
    { buckets: trail.minutes, width: MINUTE, keptMs: HOUR },
    { buckets: trail.hours, width: HOUR, keptMs: 3 * DAY },
    { buckets: trail.days, width: DAY, keptMs: 40 * DAY },
  ]
  for (const { buckets, width, keptMs } of kept) {
    const start = at - (at % width)
    let bucket = buckets.find((each) => each.start === start)
    if (bucket === undefined) {
      if (at < now) continue
      bucket = { start, requests: 0, inputTokens: 0, outputTokens: 0, usd: 0 }
      buckets.push(bucket)
      while (buckets[0] !== undefined && buckets[0].start + width <= now - keptMs) buckets.shift()
    }
    bucket.requests += amounts.requests
    bucket.inputTokens += amounts.inputTokens
    bucket.outputTokens += amounts.outputTokens
    bucket.usd += amounts.usd
  }
}

test('whatever is charged and given back, every bucket holds what the plainest way puts into it', () => {
  const step = fc.record({
    waitMs: fc.oneof(fc.nat(2 * MINUTE), fc.nat(3 * HOUR), fc.nat(2 * DAY)),
    tokens: fc.nat(1000),
    /** How many charges ago the one was that is given back; null: none is. */
    back: fc.option(fc.nat(5)),
  })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
      const trail = emptyTrail()
      const expected: PlainTrail = { minutes: [], hours: [], days: [] }
      const charged: number[] = []
      let now = NOON
      for (const { waitMs, tokens, back } of steps) {
        now += waitMs
        const since = back === null ? undefined : charged.at(-1 - back)
        const [requests, at, until] = since === undefined ? [1, now, now] : [-1, since, now + 1]
        const amounts = { requests, inputTokens: tokens, outputTokens: 2 * tokens, usd: tokens / 8 }
        leaveTrail(trail, amounts, at, until)
        plainly(expected, amounts, at, until)
        if (requests === 1) charged.push(now)
      }
      const { minutes, hours, days } = trail
      expect({
        minutes: listBuckets(minutes),
        hours: listBuckets(hours),
        days: listBuckets(days),
      }).toEqual(expected)
      expect(emptyTrail()).toEqual({ minutes: [], hours: [], days: [] }) // the shared empty list stays empty
    }),
    { numRuns: 300 },
  )
})

test('a list that spans all of its time takes no other memory for the next bucket', () => {
  const trail = emptyTrail()
  const charge = (minute: number) => {
    const now = NOON + minute * MINUTE
    leaveTrail(trail, { requests: minute, inputTokens: 0, outputTokens: 0, usd: 0 }, now, now)
  }
  for (let minute = 0; minute <= 60; minute += 1) charge(minute)
  const { minutes } = trail
  for (let minute = 61; minute <= 130; minute += 1) charge(minute)
  expect(trail.minutes).toBe(minutes)
  const kept = Array.from({ length: 61 }, (_, index) => 70 + index)
  expect(listBuckets(minutes).map(({ requests }) => requests)).toEqual(kept)
})
