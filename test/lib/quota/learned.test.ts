import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { stateFromJson, stateToJson } from '../../../src/lib/quota/log/checkpoint/checkpoint.ts'
import type { LearnedRecord, LedgerEvent, LimitRecord } from '../../../src/lib/quota/log/events.ts'
import { apply, emptyState } from '../../../src/lib/quota/log/fold.ts'
import { parseEvent } from '../../../src/lib/quota/log/parse-event.ts'
import { LEARNED_HOLDS_MS } from '../../../src/lib/quota/set-limits.ts'
import { hasRoom, limitRoomAt, roomAt, standing } from '../../../src/lib/quota/standing.ts'
import type { LedgerState, SubjectState } from '../../../src/lib/quota/log/state.ts'
import { readCheckpoint } from '../../../src/lib/store/ledger/files/checkpoint-file.ts'
import { temporaryFolder } from '../../support/temp-folder.ts'

const NOON = Date.parse('2026-11-22T12:00:00Z')
const MINUTE = 60_000
const HOUR = 60 * MINUTE
const iso = (time: number) => new Date(time).toISOString()

/** A ledger of one account with events a minute apart, unless they have a time. */
class Ground {
  readonly state: LedgerState = emptyState()
  #number = 0

  apply(event: { type: LedgerEvent['type'] } & Record<string, unknown>, at = NOON): boolean {
    const parsed = parseEvent(JSON.stringify({ ...event, at: iso(at) }))
    if (parsed === null) throw new Error(`no event: ${JSON.stringify(event)}`)
    return apply(this.state, parsed)
  }

  set(...limits: [max: number, window: string, source?: LimitRecord['source']][]): this {
    const rows = limits.map(([max, window, source = 'configured']) => ({
      metric: 'requests',
      window,
      max,
      source,
    }))
    this.apply({ type: 'limits', account: 'a', limits: rows })
    return this
  }

  learn(row: Partial<LearnedRecord>, at = NOON): this {
    this.apply(
      {
        type: 'learn',
        account: 'a',
        limits: [{ metric: 'requests', window: 'day', max: 3, from: 'x-ratelimit-limit-requests', ...row }],
      },
      at,
    )
    return this
  }

  /** A request from its grant to its end; false: it was not granted. */
  use(model = 'm', at = NOON, more: object = {}): boolean {
    const id = `w-${(this.#number += 1)}`
    if (!this.apply({ type: 'reserve', id, account: 'a' }, at)) return false
    return this.apply({ type: 'settle', id, outcome: 'ok', model, ...more }, at)
  }

  get account(): SubjectState {
    const subject = this.state.subjects.get('a')
    if (subject === undefined) throw new Error('nothing is known of the account')
    return subject
  }
}

describe('a limit learned for all of an account', () => {
  test('when it is tighter than what is set, it is the one that gates; the looser one does not loosen it', () => {
    const ground = new Ground().set([5, 'day']).learn({ max: 2 })
    expect([ground.use(), ground.use(), ground.use()]).toEqual([true, true, false])
  })

  test('when it is looser, it loosens nothing', () => {
    const ground = new Ground().set([1, 'day']).learn({ max: 900 })
    expect([ground.use(), ground.use()]).toEqual([true, false])
  })

  test('when the provider raises it, what was used stays used and the raised one holds', () => {
    const ground = new Ground().set([9, 'day']).learn({ max: 1 })
    expect([ground.use(), ground.use()]).toEqual([true, false])
    ground.learn({ max: 3 })
    expect([ground.use(), ground.use(), ground.use()]).toEqual([true, true, false])
  })

  test('when limits are set again, it stays', () => {
    const ground = new Ground().set([5, 'day']).learn({ max: 1 }).set([70, 'day'], [60, 'minute'])
    expect([ground.use(), ground.use()]).toEqual([true, false])
  })

  test('when it is defined again, it starts from what was used, or from what the provider has counted', () => {
    const used = (ground: Ground) => ground.account.limits.map((limit) => standing(limit, NOON).used)
    const ground = new Ground().set([5, 'day'])
    ground.use()
    ground.use()
    expect(used(ground.learn({ max: 100 }))).toEqual([2, 2])
    expect(used(ground.learn({ max: 10, window: 'hour', remaining: 3 }))).toEqual([2, 2, 7])
  })

  test('when it is forgotten, what was set remains', () => {
    const ground = new Ground().set([5, 'day']).learn({ max: 1 }).learn({ model: 'm' })
    ground.apply({ type: 'forget', account: 'a' })
    expect(ground.account.limits).toMatchObject([{ max: 5, source: 'configured' }])
    expect(ground.account.modelLimits).toEqual([])
  })

  test('when no answer repeats it for a week, it ends; when one does, it continues', () => {
    const ground = new Ground().set([9, '35d']).learn({ max: 1, window: '30d' })
    ground.use()
    const end = NOON + LEARNED_HOLDS_MS
    expect(ground.use('m', end - 1)).toBe(false)
    expect(roomAt(ground.account, end - 1)).toBe(end)
    expect(hasRoom(ground.account, end)).toBe(true)
    ground.learn({ max: 1, window: '30d' }, end - 1)
    expect(hasRoom(ground.account, end)).toBe(false)
    expect(ground.use('m', end + LEARNED_HOLDS_MS)).toBe(true)
  })
})

describe('a limit learned for one model', () => {
  test('when requests of the model are settled, it counts them; the others pass by it', () => {
    const ground = new Ground().set([50, 'day']).learn({ model: 'small', max: 2, window: 'day@rolling' })
    ground.use('small')
    ground.use('large')
    ground.use('small')
    expect(hasRoom(ground.account, NOON, 'small')).toBe(false)
    expect(hasRoom(ground.account, NOON, 'large')).toBe(true)
    expect(hasRoom(ground.account, NOON)).toBe(true)
    expect(limitRoomAt(ground.account.modelLimits[0]!, NOON)).toBe(NOON + 24 * HOUR)
    expect(hasRoom(ground.account, NOON + 24 * HOUR, 'small')).toBe(true)
  })

  test('when it counts tokens, they are counted; a request that was given back is not', () => {
    const ground = new Ground()
      .set([50, 'day'])
      .learn({ model: 'm', metric: 'output-tokens', window: 'minute' })
    ground.use('m', NOON, { inputTokens: 90, outputTokens: 2 })
    ground.use('m', NOON, { outputTokens: 9, refunded: true })
    expect(standing(ground.account.modelLimits[0]!, NOON).used).toBe(2)
  })

  test('when the provider says what is left, the count begins there', () => {
    const ground = new Ground().learn({ model: 'm', max: 10, remaining: 4 })
    ground.use('m')
    expect(standing(ground.account.modelLimits[0]!, NOON)).toMatchObject({ used: 7, remaining: 3 })
  })

  test('when the request that taught it is in flight yet, it is counted once', () => {
    const ground = new Ground()
    ground.apply({ type: 'reserve', id: 'w-99', account: 'a' })
    ground.learn({ model: 'm', max: 3, remaining: 2 })
    ground.apply({ type: 'settle', id: 'w-99', outcome: 'ok', model: 'm' })
    expect(standing(ground.account.modelLimits[0]!, NOON).used).toBe(1)
  })

  test.each([
    ['requests', 3, 3],
    ['tokens', 30, 3],
  ] as const)('when requests of the model are in flight, a limit of %s counts them', (metric, max, most) => {
    const ground = new Ground().learn({ model: 'm', metric, max })
    const hold = { inputTokens: 4, outputTokens: 6, usd: 0 }
    const reserve = (id: string, model: string) =>
      ground.apply({ type: 'reserve', id, account: 'a', model, hold })
    const ids = ['w-1', 'w-2', 'w-3', 'w-4', 'w-5']
    expect(ids.filter((id) => reserve(id, 'm'))).toHaveLength(most)
    expect(reserve('w-9', 'other')).toBe(true)
    expect([hasRoom(ground.account, NOON, 'm'), hasRoom(ground.account, NOON, 'other')]).toEqual([
      false,
      true,
    ])
    ground.apply({ type: 'settle', id: 'w-1', outcome: 'aborted', model: 'm', refunded: true })
    expect(reserve('w-4', 'm')).toBe(true)
  })

  test('when it is a bucket, it refills; another pace of the same header replaces it', () => {
    const ground = new Ground().set([50, 'day'])
    ground.learn({ model: 'm', max: 3, remaining: 0, window: 'day@refill' })
    expect(hasRoom(ground.account, NOON, 'm')).toBe(false)
    expect(limitRoomAt(ground.account.modelLimits[0]!, NOON)).toBe(NOON + 8 * HOUR)
    ground.learn({ model: 'm', max: 3, remaining: 0, window: '3s@refill' })
    ground.learn({ model: 'm', max: 3, remaining: 3, window: 'minute', from: 'other' })
    expect(ground.account.modelLimits.map(({ window }) => window)).toEqual(['3s@refill', 'minute'])
    expect([0, 999, 1000].map((ms) => hasRoom(ground.account, NOON + ms, 'm'))).toEqual([false, false, true])
    ground.learn({ model: 'm', max: 30, window: '3s@refill' })
    expect(limitRoomAt(ground.account.modelLimits[0]!, NOON)).toBe(NOON)
    const before = ground.state
    ground.use('m')
    expect(stateFromJson(JSON.parse(JSON.stringify(stateToJson(before))))).toEqual(before)
  })

  test('when the account is reset, it starts again', () => {
    const ground = new Ground().learn({ model: 'm', max: 1, remaining: 0 })
    expect(hasRoom(ground.account, NOON, 'm')).toBe(false)
    ground.apply({ type: 'reset', account: 'a' })
    expect(hasRoom(ground.account, NOON, 'm')).toBe(true)
  })

  test('when clients name ever new models, the number of limits has an end', () => {
    const ground = new Ground()
    for (let n = 1; n <= 200; n += 1) ground.learn({ model: `m${n}` })
    expect(ground.account.modelLimits).toHaveLength(64)
    expect(ground.account.modelLimits.at(-1)?.model).toBe('m200')
  })
})

test('when two rows are for one window, the smaller holds and is shown with its own source', () => {
  const ground = new Ground().set([9, 'day', 'configured'], [4, 'day', 'default'])
  expect(ground.account.limits).toMatchObject([{ max: 4, source: 'default' }])
})

test.each([
  { from: 7 },
  { from: '' },
  { model: '' },
  { remaining: -1 },
  { remaining: '3' },
  { window: 'observed' },
  { max: -1 },
  { metric: 'luck' },
])('a line that learns %j is no event', (wrong) => {
  const row = { metric: 'requests', window: 'day', max: 3, from: 'x', ...wrong }
  expect(parseEvent(JSON.stringify({ type: 'learn', account: 'a', at: iso(NOON), limits: [row] }))).toBeNull()
})

test('law: whatever is learned, an account is never granted more than is set', () => {
  const learned = fc.array(fc.record({ max: fc.nat(9), remaining: fc.nat(9), isOfModel: fc.boolean() }), {
    maxLength: 5,
  })
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 9 }), learned, fc.nat(20), (max, rows, requests) => {
      const ground = new Ground().set([max, 'day'])
      let granted = 0
      for (let n = 0; n <= requests; n += 1) {
        const row = rows[n]
        if (row !== undefined) {
          const { isOfModel, ...limit } = row
          ground.learn({ ...limit, ...(isOfModel ? { model: 'm' } : {}) })
        }
        if (ground.use()) granted += 1
      }
      expect(granted).toBeLessThanOrEqual(max)
      expect(stateToJson(stateFromJson(JSON.parse(JSON.stringify(stateToJson(ground.state)))))).toEqual(
        stateToJson(ground.state),
      )
    }),
  )
})

test('a learned limit that was not repeated in time is gone with the next report, of any other limit', () => {
  const ground = new Ground().set([9, 'day']).learn({ window: 'hour', from: 'x-hour' })
  const names = () => ground.account.limits.map(({ window }) => window)
  expect(names()).toEqual(['day', 'hour'])
  ground.learn({ window: 'minute', from: 'x-minute' }, NOON + LEARNED_HOLDS_MS - MINUTE)
  expect(names()).toEqual(['day', 'hour', 'minute'])
  ground.learn({ window: 'minute', from: 'x-minute' }, NOON + LEARNED_HOLDS_MS + MINUTE)
  expect(names()).toEqual(['day', 'minute'])
})

describe('ledgers and checkpoints of before', () => {
  test('when learned rows stand among those that were set, both hold', () => {
    const ground = new Ground().set([9, 'day', 'default'], [2, 'minute', 'learned'])
    expect(ground.account.limits).toMatchObject([
      { max: 9, source: 'default', until: null },
      { max: 2, source: 'learned', from: null, until: NOON + LEARNED_HOLDS_MS },
    ])
  })

  test('when a checkpoint is of version 1, its counts and cooldowns are read and continue', () => {
    const read = readCheckpoint(join(import.meta.dirname, 'checkpoint-1.json'))
    if (read === null || read === 'damaged') throw new Error('it was not read')
    const subject = read.state.subjects.get('acc_1')
    expect(subject?.modelLimits).toEqual([])
    expect(subject?.limits.map(({ max, source, from, until }) => ({ max, source, from, until }))).toEqual([
      { max: 5, source: 'configured', from: null, until: null },
      { max: 4, source: 'default', from: null, until: null },
      { max: 1000, source: 'learned', from: null, until: read.state.now + LEARNED_HOLDS_MS },
    ])
    expect(subject?.limits.map(({ usage }) => usage.used)).toEqual([3, 3, 10])
    expect(subject?.cooldowns.get('m')?.reason).toBe('rate-short')
    const next = (id: string): LedgerEvent => ({
      type: 'reserve',
      id,
      account: 'acc_1',
      at: '2026-11-22T10:01:00Z',
    })
    expect([apply(read.state, next('w-8')), apply(read.state, next('w-9'))]).toEqual([true, false])
  })

  test('when a checkpoint is of a version that is not known yet, it is refused by name', () => {
    const folder = temporaryFolder()
    const old = JSON.parse(readFileSync(join(import.meta.dirname, 'checkpoint-1.json'), 'utf8')) as object
    const file = join(folder, 'counters.json')
    writeFileSync(file, JSON.stringify({ ...old, version: 99 }))
    expect(() => readCheckpoint(file)).toThrow(expect.objectContaining({ code: 'store_too_new' }))
  })
})
