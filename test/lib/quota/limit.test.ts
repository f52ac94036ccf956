import fc from 'fast-check'
import { expect, test } from 'vitest'
import { formatLimit, metrics, parseLimit } from '../../../src/lib/quota/limit.ts'

const HOUR = 3_600_000

test.each([
  ['2000/day', 'requests', 2000, { kind: 'calendar', unit: 'day', zone: 'UTC' }],
  ['60/minute', 'requests', 60, { kind: 'rolling', lengthMs: 60_000 }],
  ['6000/5h', 'requests', 6000, { kind: 'rolling', lengthMs: 5 * HOUR }],
  ['45000/week', 'requests', 45_000, { kind: 'calendar', unit: 'week', zone: 'UTC' }],
  ['1000000tokens/day', 'tokens', 1_000_000, { kind: 'calendar', unit: 'day', zone: 'UTC' }],
  ['5usd/month', 'usd', 5, { kind: 'calendar', unit: 'month', zone: 'UTC' }],
  ['5usd/month@15', 'usd', 5, { kind: 'calendar', unit: 'month', zone: 'UTC', firstDay: 15 }],
  [
    '5usd/month@31@Asia/Shanghai',
    'usd',
    5,
    { kind: 'calendar', unit: 'month', zone: 'Asia/Shanghai', firstDay: 31 },
  ],
  ['0.5usd/day@rolling', 'usd', 0.5, { kind: 'rolling', lengthMs: 24 * HOUR }],
  ['10requests/day@Asia/Shanghai', 'requests', 10, { kind: 'calendar', unit: 'day', zone: 'Asia/Shanghai' }],
  ['6000/5h@first-use', 'requests', 6000, { kind: 'first-use', lengthMs: 5 * HOUR }],
  ['7input-tokens/30m', 'input-tokens', 7, { kind: 'rolling', lengthMs: HOUR / 2 }],
  ['7output-tokens/hour', 'output-tokens', 7, { kind: 'rolling', lengthMs: HOUR }],
] as const)('%s is read as written', (text, metric, max, clock) => {
  expect(parseLimit(text)).toMatchObject({ metric, max, clock })
})

test.each([
  '',
  '2000',
  '/day',
  '0/day',
  '-5/day',
  '1.5/day',
  '1e999/day',
  '10apples/day',
  '10/fortnight',
  '10/0h',
  '10/36d',
  '10/5h@Asia/Shanghai',
  '10/day@Mars/Olympus',
  '10/day@+08:00',
  '10/day@UTC@rolling',
  '10/day extra',
])('"%s" is refused with a hint', (text) => {
  expect(() => parseLimit(text)).toThrowError(expect.objectContaining({ code: 'invalid_limit', exit: 2 }))
})

test.each([
  ['10/dya', 'did you mean day?'],
  ['10/wekk@rolling', 'did you mean week@rolling?'],
  ['10/mounth', 'did you mean month?'],
])('the mistyped window of "%s" gets a suggestion', (text, meant) => {
  expect(() => parseLimit(text)).toThrowError(meant)
})

test('when a limit is written out, reading it gives the same limit', () => {
  const windows = [
    'day',
    'week',
    'month',
    'minute',
    '5h',
    '90m',
    'day@rolling',
    '5h@first-use',
    'day@Europe/Paris',
  ]
  fc.assert(
    fc.property(
      fc.constantFrom(...metrics),
      fc.integer({ min: 1 }),
      fc.constantFrom(...windows),
      (metric, max, window) => {
        const limit = parseLimit(formatLimit({ metric, max, window }))
        expect(limit).toMatchObject({ metric, max, window })
      },
    ),
  )
})
