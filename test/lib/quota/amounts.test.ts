import { expect, test } from 'vitest'
import { durationMs, percent } from '../../../src/lib/quota/amounts.ts'

test.each([
  ['0', 0],
  ['0s', 0],
  ['500ms', 500],
  ['30s', 30_000],
  ['2m', 120_000],
  [' 1h ', 3_600_000],
  ['9999999ms', 9_999_999],
  ['5', null],
  ['', null],
  ['1.5s', null],
  ['-1s', null],
  ['12345678s', null],
  ['x1s', null],
  ['1sx', null],
  ['1d', null],
])('the duration %j is %j milliseconds', (text, ms) => {
  expect(durationMs(text)).toBe(ms)
})

test.each([
  ['20%', 20],
  ['20', 20],
  [' 0 % ', 0],
  ['99%', 99],
  ['100%', null],
  ['5 percent', null],
  ['-5%', null],
  ['2.5%', null],
  ['', null],
])('the percentage %j is %j', (text, value) => {
  expect(percent(text)).toBe(value)
})
