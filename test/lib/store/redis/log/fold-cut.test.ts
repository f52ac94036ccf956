// A checkpoint in the making, while later entries are folded.

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { stateToJson } from '../../../../../src/lib/quota/log/checkpoint/checkpoint.ts'
import type { LedgerEvent } from '../../../../../src/lib/quota/log/events.ts'
import type { History } from '../../../../../src/lib/quota/history/history.ts'
import { historyToJson } from '../../../../../src/lib/quota/history/history-json.ts'
import { FoldCut, formatFold } from '../../../../../src/lib/store/redis/log/fold-cut.ts'
import { StreamFold } from '../../../../../src/lib/store/redis/log/stream-fold.ts'

const START = Date.parse('2026-11-22T23:59:00Z')
const MINUTE = 60_000

/** An entry of the log: its time, and the events of one batch. */
interface Entry {
  waitMs: number
  events: LedgerEvent[]
}

const account = fc.constantFrom('a', 'b', 'c')
const id = fc.integer({ min: 1, max: 12 }).map((number) => `w-${number}`)
const at = '2026-11-22T00:00:00.000Z' // the fold sets the time of the entry
const event: fc.Arbitrary<LedgerEvent> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ type: fc.constant('reserve' as const), id, account, at: fc.constant(at) }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      type: fc.constant('settle' as const),
      id,
      at: fc.constant(at),
      outcome: fc.constantFrom('ok' as const, 'overloaded' as const),
      inputTokens: fc.nat(50),
      model: fc.constantFrom('m', 'n'),
    }),
  },
  fc.record({ type: fc.constant('reset' as const), account, at: fc.constant(at) }),
)
const entries = fc.array(
  fc.record({ waitMs: fc.nat(2 * MINUTE), events: fc.array(event, { minLength: 1, maxLength: 4 }) }),
  { maxLength: 12 },
)

/** Folds entries one after the other, as a process reads them. */
class Reader {
  readonly fold = new StreamFold()
  #time = START
  #number = 0

  read({ waitMs, events }: Entry): void {
    this.#time += waitMs
    this.#number += 1
    const copies = events.map((one) => ({ ...one }))
    const fields = ['w', 'w', 'n', String(this.#number), 'e', ''] as ['w', string, 'n', string, 'e', string]
    this.fold.foldEvents(`${this.#time}-${this.#number}`, fields, copies)
  }
}

test('a second cut of a fold is refused until the first has ended, and an older one ends only itself', () => {
  const { fold } = new Reader()
  const first = new FoldCut(fold)
  expect(() => new FoldCut(fold)).toThrow('has not ended')
  first.end()
  const second = new FoldCut(fold)
  const { watcher } = fold.state
  first.end()
  expect(fold.state.watcher).toBe(watcher)
  second.end()
  expect(fold.state.watcher).toBeNull()
})

const formatBucket = (bucket: unknown) => JSON.stringify(bucket)

/** Without the order of buckets, which says nothing. */
function describeFold({ state, cursor, mark, day, history, finished }: StreamFold) {
  const formatDay = (some: History) => new Set(historyToJson(some).map(formatBucket))
  const days = [...finished].map(([name, some]) => [name, formatDay(some)])
  return { state: stateToJson(state), cursor, mark, day, days, history: formatDay(history) }
}

test('the text is the fold at the cut, and the fold is the same as without a cut', () => {
  fc.assert(
    fc.property(entries, entries, fc.boolean(), (before, during, isReadToEnd) => {
      const [cutting, plain] = [new Reader(), new Reader()]
      for (const entry of before) for (const reader of [cutting, plain]) reader.read(entry)
      const expected = formatFold(plain.fold)
      const cut = new FoldCut(cutting.fold)
      const pieces = cut.pieces()
      const texts: string[] = []
      for (const entry of during) {
        const piece = pieces.next()
        if (piece.done !== true) texts.push(piece.value)
        for (const reader of [cutting, plain]) reader.read(entry)
      }
      if (isReadToEnd) texts.push(...pieces)
      cut.end()
      if (isReadToEnd) {
        const [one, other] = [texts.join(''), expected].map((text) => describeFold(StreamFold.fromText(text)))
        expect(one).toEqual(other)
      }
      expect(describeFold(cutting.fold)).toEqual(describeFold(plain.fold))
    }),
    { numRuns: 300 },
  )
})
