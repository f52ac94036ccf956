import fc from 'fast-check'
import { expect, test } from 'vitest'
import { plainLimit } from '../../../src/lib/quota/limit-input.ts'
import { formatLimit, parseLimit } from '../../../src/lib/quota/limit.ts'

test.each([
  ['60rpm', '60/minute'],
  ['2000rpd', '2000/day'],
  ['100ktpm', '100000tokens/minute'],
  ['1.5Mtpd', '1500000tokens/day'],
  ['40kitpm', '40000input-tokens/minute'],
  ['8kotpm', '8000output-tokens/minute'],
  ['3rps', '3/second'],
  ['10/min', '10/minute'],
  ['10/10min', '10/10m'],
  ['1k/day', '1000/day'],
  ['0.29k/day', '290/day'],
  ['2_000/day', '2000/day'],
  ['2,000/d', '2000/day'],
  ['$5/month', '5usd/month'],
  ['$0.5/h', '0.5usd/hour'],
  ['1m tokens/day', '1000000tokens/day'],
  ['1ktokens/day@Asia/Shanghai', '1000tokens/day@Asia/Shanghai'],
  ['6000/5h@first-use', '6000/5h@first-use'],
  ['500 requests/day', '500/day'],
  ['2/2weeks', '2/14d'],
])('%s is %s', (text, canonical) => {
  expect(formatLimit(parseLimit(text))).toBe(canonical)
})

test.each([
  '1,5/day',
  '$5tokens/day',
  '5$usd/day',
  '1.5rpm',
  'k/day',
  '2_000',
  '1kk/day',
  '5/fortnight',
  '-1/day',
])('%s is refused', (text) => {
  expect(() => parseLimit(text)).toThrow(`"`)
})

test('what is written in the canonical form comes back unchanged', () => {
  const windows = [
    'second',
    'minute',
    'hour',
    'day',
    'week',
    'month',
    '5h',
    '90m',
    'day@rolling',
    'week@Asia/Shanghai',
  ]
  const metrics = ['', 'tokens', 'input-tokens', 'output-tokens', 'usd']
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }),
      fc.constantFrom(...metrics),
      fc.constantFrom(...windows),
      (max, metric, window) => {
        const text = `${max}${metric}/${window}`
        expect(formatLimit(parseLimit(text))).toBe(text)
      },
    ),
  )
})

// Every object has members of these names.
test.each(['5constructor/day', '5/constructor', '5tostring/day', '5/valueof'])(
  '%s is refused as it is written',
  (text) => {
    expect(plainLimit(text)).toBe(text)
    expect(() => parseLimit(text)).toThrow('is not a')
  },
)
