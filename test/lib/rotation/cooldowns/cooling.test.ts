import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Outcome } from '../../../../src/lib/provider/provider.ts'
import type { OutcomeClass } from '../../../../src/lib/quota/log/events.ts'
import { outcomeClasses } from '../../../../src/lib/quota/log/events.ts'
import {
  UNTIL_A_PERSON_ACTS,
  listCooldowns,
  movesOn,
} from '../../../../src/lib/rotation/cooldowns/cooling.ts'
import { MINUTE, NOON, member } from '../fixture.ts'

const SECOND = 1000

function outcome(kind: OutcomeClass, more: Partial<Outcome> = {}): Outcome {
  return { class: kind, scope: 'account', until: null, code: null, message: 'no', ...more }
}

interface Given {
  strikes?: number
  random?: number
  model?: string | null
  quotaGroup?: string
  isRefused?: boolean
}

function cooled(given: Outcome, { strikes = 0, random = 0, model = 'm', quotaGroup, isRefused }: Given = {}) {
  const notices = listCooldowns(given, {
    member: member('a', { quotaGroup: quotaGroup ?? null }),
    model,
    route: 'route /responses',
    strikes,
    ...(isRefused === undefined ? {} : { isRefused }),
    random,
    now: NOON,
  })
  expect(notices.length).toBeLessThanOrEqual(1)
  const [notice] = notices
  if (notice === undefined) return null
  const inMs = notice.until === null ? null : Date.parse(notice.until) - NOON
  return { subject: notice.subject, model: notice.model ?? null, inMs, evidence: notice.evidence }
}

const GROUP = 'group:local:qwen/org'
const said = { until: NOON + 7 * MINUTE }

describe('what cools', () => {
  test.each([
    { kind: 'rate-short', expected: { subject: 'a', model: 'm', inMs: SECOND } },
    { kind: 'rate-short', more: said, expected: { subject: 'a', model: 'm', inMs: 7 * MINUTE } },
    { kind: 'rate-short', quotaGroup: 'org', expected: { subject: GROUP, model: 'm', inMs: SECOND } },
    { kind: 'quota-window', expected: { subject: 'a', model: null, inMs: MINUTE } },
    { kind: 'quota-window', more: said, expected: { subject: 'a', model: null, inMs: 7 * MINUTE } },
    { kind: 'quota-window', more: { scope: 'model' }, expected: { subject: 'a', model: 'm', inMs: MINUTE } },
    { kind: 'quota-window', quotaGroup: 'org', expected: { subject: GROUP, model: null } },
    { kind: 'quota-hard', more: said, expected: { subject: 'a', model: null, inMs: null } },
    { kind: 'quota-hard', more: { scope: 'model' }, expected: { subject: 'a', model: 'm', inMs: null } },
    { kind: 'quota-hard', quotaGroup: 'org', expected: { subject: GROUP, model: null, inMs: null } },
    {
      kind: 'quota-hard',
      more: { scope: 'key' },
      quotaGroup: 'org',
      expected: { subject: 'a', model: null, inMs: null },
    },
    { kind: 'quota-window', more: { scope: 'key' }, quotaGroup: 'org', expected: { subject: 'a' } },
    {
      kind: 'route-missing',
      quotaGroup: 'org',
      expected: { subject: 'a', model: 'route /responses', inMs: 10 * MINUTE },
    },
    { kind: 'route-missing', model: null, expected: { subject: 'a', model: 'route /responses' } },
    { kind: 'request-declined', strikes: 9, expected: null },
    { kind: 'auth-dead', quotaGroup: 'org', expected: { subject: 'a', model: null, inMs: 15 * MINUTE } },
    { kind: 'auth-dead', strikes: 1, expected: { subject: 'a', model: null, inMs: 60 * MINUTE } },
    { kind: 'auth-dead', strikes: 9, expected: { subject: 'a', model: null, inMs: 60 * MINUTE } },
    { kind: 'auth-dead', isRefused: true, expected: null },
    {
      kind: 'auth-dead',
      isRefused: true,
      more: { until: UNTIL_A_PERSON_ACTS },
      expected: { subject: 'a', model: null, inMs: null },
    },
    { kind: 'model-unavailable', expected: { subject: 'a', model: 'm', inMs: 10 * MINUTE } },
    { kind: 'model-unavailable', model: null, expected: null },
    { kind: 'overloaded', expected: null },
    { kind: 'unreachable', strikes: 1, expected: { subject: 'provider:qwen', model: 'm', inMs: SECOND } },
    { kind: 'timeout', strikes: 2, expected: { subject: 'provider:qwen', model: 'm', inMs: 2 * SECOND } },
    {
      kind: 'overloaded',
      more: { until: NOON + 9 * SECOND },
      expected: { subject: 'provider:qwen', inMs: 9 * SECOND },
    },
    { kind: 'overloaded', more: said, expected: { subject: 'provider:qwen', inMs: 30 * SECOND } },
    { kind: 'auth-refresh', strikes: 9, expected: null },
    { kind: 'bad-request', strikes: 9, expected: null },
    { kind: 'aborted', strikes: 9, expected: null },
    { kind: 'lost', strikes: 9, expected: null },
    { kind: 'ok', strikes: 9, expected: null },
  ] as const)('after $kind $more $quotaGroup: $expected', ({ kind, expected, ...rest }) => {
    const given: Given & { more?: Partial<Outcome> } = rest
    const { more, ...context } = given
    const found = cooled(outcome(kind, more), context)
    if (expected === null) expect(found).toBeNull()
    else expect(found).toMatchObject(expected)
  })

  test('when a time is in the past, it is not taken for an end', () => {
    expect(cooled(outcome('rate-short', { until: NOON - 1 }))).toMatchObject({ inMs: SECOND })
  })

  test('when no time was given, the evidence says that it is guessed; otherwise it does not', () => {
    expect(cooled(outcome('rate-short'))?.evidence).toMatch(/guessed/)
    expect(cooled(outcome('rate-short', { ...said, code: 'slow' }))?.evidence).toBe('slow: no')
    expect(cooled(outcome('overloaded', said))?.evidence).toMatch(/shortened/)
    expect(cooled(outcome('quota-hard'))?.evidence).toBe('no')
  })
})

describe('how long a guess is', () => {
  test.each([
    ['rate-short', [1, 2, 4, 8, 16, 32, 60, 60]],
    ['quota-window', [60, 120, 240, 480, 960, 1920, 3600, 3600]],
    ['overloaded', [null, 1, 2, 4, 8, 16, 30, 30]],
  ] as const)('after %s in a row, it doubles up to its bound', (kind, seconds) => {
    const found = seconds.map((_, strikes) => cooled(outcome(kind), { strikes }))
    expect(found.map((each) => (each === null ? null : Number(each.inMs) / SECOND))).toEqual(seconds)
  })

  test('whatever the chance, it is at most a quarter shorter and never in the past', () => {
    const kinds = fc.constantFrom<OutcomeClass>('rate-short', 'quota-window', 'model-unavailable', 'timeout')
    const chance = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })
    fc.assert(
      fc.property(kinds, fc.integer({ min: 1, max: 2000 }), chance, (kind, strikes, random) => {
        const longest = Number(cooled(outcome(kind), { strikes })?.inMs)
        const found = Number(cooled(outcome(kind), { strikes, random })?.inMs)
        expect(found).toBeGreaterThanOrEqual(longest * 0.75)
        expect(found).toBeLessThanOrEqual(longest)
      }),
    )
  })
})

test('which outcomes go to the next account', () => {
  expect(outcomeClasses.filter(movesOn)).toEqual([
    'rate-short',
    'quota-window',
    'quota-hard',
    'auth-refresh',
    'auth-dead',
    'model-unavailable',
    'route-missing',
    'request-declined',
    'overloaded',
    'unreachable',
    'timeout',
  ])
})
