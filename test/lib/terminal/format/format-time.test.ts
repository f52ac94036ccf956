import { expect, test } from 'vitest'
import {
  formatAgo,
  comingTime,
  formatIn,
  localTime,
} from '../../../../src/lib/terminal/format/format-time.ts'

const now = '2026-11-22T12:00:00.000Z'

test('for a time in the future and one that has passed, says when', () => {
  expect(formatIn('2026-11-22T15:12:00.000Z', now)).toBe('in 3 h 12 min')
  expect(formatIn('2026-11-22T11:00:00.000Z', now)).toBe('now')
  expect(formatAgo('2026-11-22T11:55:00.000Z', now)).toBe('5 min ago')
  expect(formatAgo('2026-11-22T11:59:59.000Z', now)).toBe('just now')
  expect(formatAgo('2026-11-20T11:59:59.000Z', now)).toBe('2 d ago')
})

test.each([
  ['2026-11-22T20:00:00.000Z', 'Europe/Berlin', '21:00'],
  ['2026-11-23T00:00:00.000Z', 'Europe/Berlin', 'Mon 01:00'],
  ['2026-11-22T20:00:00.000Z', 'Asia/Shanghai', 'Mon 04:00'],
  ['2026-12-24T00:00:00.000Z', 'UTC', '2026-12-24 00:00'],
])('at %s in %s, the local clock says %s', (time, zone, words) => {
  expect(localTime(time, now, zone)).toBe(words)
})

test.each([
  ['2026-11-22T20:12:05.832Z', '20:13'],
  ['2026-11-22T20:12:00.000Z', '20:12'],
  ['2026-11-22T23:59:00.001Z', 'Mon 00:00'],
])('when something is to come at %s, the minute named is not too early', (time, words) => {
  expect(comingTime(time, now, 'UTC')).toBe(words)
})
