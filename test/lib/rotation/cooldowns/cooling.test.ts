import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Outcome } from '../../../../src/lib/provider/provider.ts'
import type { OutcomeClass } from '../../../../src/lib/quota/log/events.ts'
import { outcomeClasses } from '../../../../src/lib/quota/log/events.ts'
import {
  UNTIL_A_PERSON_ACTS,
  coolsFor,
  listCooldowns,
  movesOn,
} from '../../../../src/lib/rotation/cooldowns/cooling.ts'
import type { Wanted } from '../../../../src/lib/rotation/rotation-request.ts'
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
    { kind: 'auth-dead', more: { scope: 'model' }, expected: { subject: 'a', model: null } },
    { kind: 'auth-dead', isRefused: true, expected: null },
    { kind: 'auth-dead', isRefused: true, more: { until: NOON }, expected: null },
    { kind: 'auth-dead', isRefused: true, more: said, expected: { subject: 'a', inMs: 7 * MINUTE } },
    { kind: 'rate-short', isRefused: true, expected: { subject: 'a', model: 'm', inMs: SECOND } },
    { kind: 'overloaded', more: { until: NOON }, expected: null },
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

  test.each([NOON - 1, NOON])('when the time %i is not to come, it is not taken for an end', (until) => {
    expect(cooled(outcome('rate-short', { until }))).toMatchObject({ inMs: SECOND })
  })

  test('when no model is meant, the notice names none, and marks a guess', () => {
    const context = { member: member('a'), model: 'm', route: 'route /x', strikes: 0, random: 0, now: NOON }
    const notice = { type: 'cool', subject: 'a', reason: 'quota-window' }
    expect(listCooldowns(outcome('quota-window'), context)).toStrictEqual([
      {
        ...notice,
        until: new Date(NOON + MINUTE).toISOString(),
        guessed: true,
        evidence: 'guessed, no time was given; no',
      },
    ])
    expect(listCooldowns(outcome('quota-window', said), context)).toStrictEqual([
      { ...notice, until: new Date(said.until).toISOString(), evidence: 'no' },
    ])
  })

  test('when no time was given, the evidence says that it is guessed; otherwise it does not', () => {
    expect(cooled(outcome('rate-short'))?.evidence).toMatch(/guessed/)
    expect(cooled(outcome('rate-short', { ...said, code: 'slow' }))?.evidence).toBe('slow: no')
    expect(cooled(outcome('overloaded', said))?.evidence).toBe('shortened; no')
    expect(cooled(outcome('overloaded', { until: NOON + 30 * SECOND }))?.evidence).toBe('no')
    expect(cooled(outcome('quota-hard', { code: 'x', message: '' }))?.evidence).toBe('x')
    expect(cooled(outcome('quota-hard', { code: '' }))?.evidence).toBe('no')
    expect(cooled(outcome('quota-hard', { message: 'n'.repeat(500) }))?.evidence).toBe('n'.repeat(300))
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

describe('a cooldown of the account "a" keeps it from a request', () => {
  const notice = { type: 'cool', until: null, reason: 'rate-short' } as const
  const one = member('a', { quotaGroup: 'org' })

  test.each<[what: string, part: string | undefined, wanted: Wanted, cools: boolean]>([
    ['if all of it cools', undefined, { model: 'm' }, true],
    ['if the model cools', 'm', { model: 'm' }, true],
    ['not if another model cools', 'other', { model: 'm' }, false],
    ['if the endpoint cools', 'route /responses', { model: 'm', route: '/responses' }, true],
    ['not if another endpoint cools', 'route /embeddings', { model: 'm', route: '/responses' }, false],
    [
      'not if it has another of the endpoints',
      'route /responses',
      { model: 'm', route: '/responses', anyOf: [{ dialect: 'openai', route: '/responses' }] },
      false,
    ],
  ])('%s', (_, part, wanted, cools) => {
    const model = part === undefined ? {} : { model: part }
    expect(coolsFor({ ...notice, ...model, subject: 'a' }, one, wanted)).toBe(cools)
    expect(coolsFor({ ...notice, ...model, subject: 'b' }, one, wanted)).toBe(false)
    expect(coolsFor({ ...notice, ...model, subject: 'provider:qwen' }, one, wanted)).toBe(false)
    // A group has models, and no endpoints of its own.
    const ofGroup = cools && part?.startsWith('route ') !== true
    expect(coolsFor({ ...notice, ...model, subject: GROUP }, one, wanted)).toBe(ofGroup)
  })
})
