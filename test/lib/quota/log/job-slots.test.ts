import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { stateFromJson, stateToJson } from '../../../../src/lib/quota/log/checkpoint/checkpoint.ts'
import { migrateState } from '../../../../src/lib/quota/log/checkpoint/checkpoint-migrations.ts'
import type { SlotEvent } from '../../../../src/lib/quota/log/events.ts'
import { apply, emptyState } from '../../../../src/lib/quota/log/fold.ts'
import { refuseSlot } from '../../../../src/lib/quota/log/job-slots.ts'
import { parseEvent } from '../../../../src/lib/quota/log/parse-event.ts'

const BASE = Date.parse('2026-11-30T07:00:00Z')
const iso = (at: number) => new Date(at).toISOString()
let ids = 0
const slot = (minutes: number, more: Partial<SlotEvent> = {}): SlotEvent => ({
  type: 'slot',
  id: `w-${(ids += 1)}`,
  job: 'job_1',
  account: 'acc_1',
  at: iso(BASE + minutes * 60_000),
  slot: iso(BASE + minutes * 60_000),
  ...more,
})

describe('slots of jobs', () => {
  test('the first claim of a slot takes effect, and no later one', () => {
    const state = emptyState()
    expect(apply(state, slot(0))).toBe(true)
    expect(apply(state, slot(0))).toBe(false)
    expect(apply(state, slot(-5))).toBe(false)
    expect(apply(state, slot(0, { account: 'acc_2' }))).toBe(true)
    expect(apply(state, slot(5))).toBe(true)
  })

  test('a checkpoint of a clock ahead holds no slot up once the clock is corrected', () => {
    const ahead = { ...stateToJson(emptyState()), now: BASE + 365 * 86_400_000 } as Record<string, unknown>
    delete ahead['jobs']
    const state = stateFromJson(migrateState(ahead as never, 3))
    const clock = { type: 'clock', boot: 'b', uptime: 0, writer: 'w' } as const
    apply(state, { ...clock, at: iso(BASE) })
    expect(apply(state, slot(5))).toBe(true)
  })

  test('however claims interleave, each slot has one run', () => {
    const claims = fc.array(fc.record({ minute: fc.nat(5), account: fc.nat(2), skipped: fc.boolean() }))
    fc.assert(
      fc.property(claims, (events) => {
        const state = emptyState()
        const granted = events
          .map(({ minute, account, skipped }) =>
            slot(minute, { account: `acc_${account}`, ...(skipped ? { skipped } : {}) }),
          )
          .filter((event) => apply(state, event))
          .map(({ account, slot: time }) => `${account} ${time}`)
        expect(new Set(granted).size).toBe(granted.length)
      }),
    )
  })

  test('a lost slot can be claimed again by one process', () => {
    const state = emptyState()
    apply(state, slot(0))
    expect(apply(state, slot(0, { attempt: 2 }))).toBe(true)
    expect(apply(state, slot(0, { attempt: 2 }))).toBe(false)
    expect(apply(state, slot(0, { attempt: 3 }))).toBe(true)
  })

  test('a lost run is repeated once, also after newer slots, and makes room for itself', () => {
    const state = emptyState()
    const lost = slot(0, { alone: true, most: 1 })
    apply(state, lost)
    apply(state, slot(5, { skipped: true }))
    const again = { attempt: 2, replaces: lost.id, alone: true, most: 1 } as const
    const repeated = slot(0, again)
    expect(apply(state, repeated)).toBe(true)
    expect(apply(state, slot(0, again))).toBe(false)
    expect([...state.jobs.runs.keys()]).toEqual([repeated.id])
    expect(apply(state, slot(5))).toBe(false)
    expect(apply(state, { type: 'slot-end', id: repeated.id, at: iso(BASE) })).toBe(true)
    expect(apply(state, slot(6))).toBe(true)
    expect(apply(state, slot(0, again))).toBe(false)
  })

  test('the repeated run of a person takes no slot', () => {
    const state = emptyState()
    const lost = slot(10, { manual: true })
    apply(state, lost)
    expect(apply(state, slot(10, { attempt: 2, replaces: lost.id }))).toBe(true)
    expect(apply(state, slot(0))).toBe(true)
  })

  test('a manual run takes no slot', () => {
    const state = emptyState()
    expect(apply(state, slot(10, { manual: true }))).toBe(true)
    expect(apply(state, slot(0))).toBe(true)
    expect(apply(state, slot(0))).toBe(false)
    expect(apply(state, slot(0, { manual: true }))).toBe(true)
  })

  test('limits in the claim decide, and an end makes room', () => {
    const state = emptyState()
    const first = slot(0, { most: 1, alone: true })
    expect(apply(state, first)).toBe(true)
    expect(refuseSlot(state, slot(1, { alone: true }))).toBe('running')
    expect(refuseSlot(state, slot(1, { account: 'acc_2', most: 1 }))).toBe('concurrent')
    expect(apply(state, { type: 'slot-end', id: first.id, at: iso(BASE) })).toBe(true)
    expect(apply(state, slot(1, { account: 'acc_2', most: 1 }))).toBe(true)
  })

  test('caps per day and per hour count runs, and no skipped slots', () => {
    const state = emptyState()
    const day = { day: '2026-11-30', perDay: 2 }
    expect(apply(state, slot(0, day))).toBe(true)
    expect(apply(state, slot(1, { ...day, skipped: true }))).toBe(true)
    expect(apply(state, slot(2, day))).toBe(true)
    expect(refuseSlot(state, slot(3, day))).toBe('per-day')
    expect(refuseSlot(state, slot(3, { day: '2026-12-01', perDay: 2 }))).toBe(null)
    expect(refuseSlot(state, slot(3, { perHour: 2 }))).toBe('per-hour')
    apply(state, slot(61, { account: 'acc_9', skipped: true }))
    expect(refuseSlot(state, slot(61, { perHour: 2 }))).toBe(null)
  })

  test('a claim that was written twice is one run', () => {
    const state = emptyState()
    const event = slot(0)
    expect(apply(state, event)).toBe(true)
    expect(apply(state, event)).toBe(true)
    expect(state.jobs.runs.size).toBe(1)
  })

  test('a checkpoint keeps them', () => {
    const state = emptyState()
    apply(state, slot(0, { day: '2026-11-30', perDay: 3 }))
    const again = stateFromJson(JSON.parse(JSON.stringify(stateToJson(state))) as never)
    expect(again.jobs).toEqual(state.jobs)
    expect(apply(again, slot(0))).toBe(false)
  })

  test('after a checkpoint of a version without jobs, an earlier slot cannot run again', () => {
    const state = emptyState()
    apply(state, slot(5))
    const { jobs: _, ...old } = stateToJson(state)
    const migrated = stateFromJson(migrateState(old as never, 3))
    expect(apply(migrated, slot(5))).toBe(false)
    expect(apply(migrated, slot(6))).toBe(true)
  })

  test('a line is read back, and a malformed one is no event', () => {
    const event = slot(0, { day: '2026-11-30', perDay: 3, alone: true })
    expect(parseEvent(JSON.stringify(event))).toEqual(event)
    expect(parseEvent(JSON.stringify({ ...event, slot: 'soon' }))).toBe(null)
    expect(parseEvent(JSON.stringify({ ...event, perDay: -1 }))).toBe(null)
    expect(parseEvent(JSON.stringify({ type: 'slot-end', at: event.at }))).toBe(null)
  })

  test('a slot that a wrong clock claimed ahead of time does not hold up later ones', () => {
    const state = emptyState()
    const clock = { type: 'clock', boot: 'b', writer: 'w' } as const
    apply(state, { ...clock, at: iso(BASE + 3_600_000), uptime: 0 })
    apply(state, slot(60))
    apply(state, { ...clock, at: iso(BASE + 60_000), uptime: 60_000 })
    expect(apply(state, slot(2))).toBe(true)
  })
})
