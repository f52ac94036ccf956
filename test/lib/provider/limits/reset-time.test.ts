import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseDuration } from '../../../../src/lib/provider/limits/duration.ts'
import {
  FURTHEST_RESET_MS,
  parseResetTime,
  retryAfter,
} from '../../../../src/lib/provider/limits/reset-time.ts'
import { resetInText } from '../../../../src/lib/provider/limits/reset-words.ts'
import { at, inSeconds, NOW } from '../given-answer.ts'

describe('formats of a reset time', () => {
  it.each([
    ['a Go duration', '6m0s', inSeconds(360)],
    ['a short Go duration', '12ms', NOW + 12],
    ['a long Go duration', '1h2m3.5s', inSeconds(3723.5)],
    ['a fraction of a millisecond, rounded up', '250µs', NOW + 1],
    ['a protobuf duration', '38.2s', inSeconds(38.2)],
    ['RFC 3339', '2026-11-25T12:00:00Z', at('2026-11-25T12:00:00Z')],
    ['RFC 3339 with an offset', '2026-11-25T20:00:00.5+08:00', at('2026-11-25T12:00:00.5Z')],
    ['epoch seconds', '1764068400', null],
    ['epoch seconds ahead', String(NOW / 1000 + 60), inSeconds(60)],
    ['epoch milliseconds', String(NOW + 90_000), inSeconds(90)],
    ['seconds', '30', inSeconds(30)],
    ['fractions of a second', '0.5', inSeconds(0.5)],
    ['an HTTP date', 'Wed, 25 Nov 2026 10:00:30 GMT', inSeconds(30)],
  ])('when it is %s, reads %s', (_, text, expected) => {
    expect(parseResetTime(text, NOW)).toBe(expected)
  })

  it.each([
    '',
    ' ',
    '-1',
    '0',
    '0s',
    'soon',
    'NaN',
    'Infinity',
    '1e3',
    '1.5.2s',
    '2026-02-30T00:00:00Z',
    '2026-13-01T00:00:00Z',
    'Wed, 31 Feb 2027 07:28:00 GMT',
    'Wed, 18 Nov 2026 10:00:00 GMT',
    '3025000',
    '5 s',
    '6m0',
    '2026-12-01',
    '99999h',
    '9'.repeat(400),
  ])('when it is "%s", names no time', (text) => {
    expect(parseResetTime(text, NOW)).toBeNull()
  })

  it.each([undefined, null, Number.NaN, Number.POSITIVE_INFINITY, -5])(
    'when it is %s, names no time',
    (value) => {
      expect(parseResetTime(value, NOW)).toBeNull()
    },
  )

  it('when 35 days are exceeded by a millisecond, names no time', () => {
    expect(parseResetTime(NOW + FURTHEST_RESET_MS, NOW)).toBe(NOW + FURTHEST_RESET_MS)
    expect(parseResetTime(NOW + FURTHEST_RESET_MS + 1, NOW)).toBeNull()
  })
})

describe('retry-after', () => {
  const headers = (given: Record<string, string>) => (name: string) => given[name]

  it('when retry-after-ms is there, prefers it', () => {
    expect(retryAfter(headers({ 'retry-after-ms': '1500', 'retry-after': '60' }), NOW)).toBe(NOW + 1500)
  })

  it('when retry-after-ms cannot be, falls back to retry-after', () => {
    expect(retryAfter(headers({ 'retry-after-ms': '-1', 'retry-after': '60' }), NOW)).toBe(inSeconds(60))
  })

  it('when neither is there, names no time', () => {
    expect(retryAfter(headers({}), NOW)).toBeNull()
  })
})

describe('waits in words', () => {
  it.each([
    ['Rate limit reached. Please try again in 11m0.528s. Visit https://x', inSeconds(660.528)],
    ['Please try again in 6m 11.52s.', inSeconds(371.52)],
    ['Limit 3, Used 3. Please try again in 6m0s', inSeconds(360)],
    ['try again in 20ms', NOW + 20],
    ['Please retry in 38.2s.', inSeconds(38.2)],
    ['You will regain access on 2026-12-01 at 00:00 UTC.', at('2026-12-01T00:00:00Z')],
    ['please try again later.', null],
    ['try again in 5 parsecs', null],
    ['try again in 3 steps', null],
    ['The conference is on 2026-02-30 at 00:00 UTC', null],
    ['You will regain access on 2025-12-01 at 00:00 UTC.', null],
  ])('when the text is "%s", reads its end', (text, expected) => {
    expect(resetInText(text, NOW)).toBe(expected)
  })
})

describe('laws of reset times', () => {
  const ahead = fc.integer({ min: 1, max: FURTHEST_RESET_MS })
  const second = fc.integer({ min: 1, max: FURTHEST_RESET_MS / 1000 })

  it('a duration written like Go does reads back as it was', () => {
    fc.assert(
      fc.property(ahead, (ms) => {
        expect(parseDuration(goDuration(ms))).toBeCloseTo(ms, 3)
      }),
    )
  })

  it('a time ahead reads back from RFC 3339, epoch milliseconds and the text of a duration', () => {
    fc.assert(
      fc.property(ahead, (ms) => {
        expect(parseResetTime(new Date(NOW + ms).toISOString(), NOW)).toBe(NOW + ms)
        expect(parseResetTime(String(NOW + ms), NOW)).toBe(NOW + ms)
        expect(
          Math.abs((resetInText(`Please try again in ${goDuration(ms)}.`, NOW) ?? 0) - NOW - ms),
        ).toBeLessThan(2)
      }),
    )
  })

  it('a whole second ahead reads back from epoch seconds, seconds from now and an HTTP date', () => {
    fc.assert(
      fc.property(second, (seconds) => {
        expect(parseResetTime(NOW / 1000 + seconds, NOW)).toBe(inSeconds(seconds))
        expect(parseResetTime(String(seconds), NOW)).toBe(inSeconds(seconds))
        expect(parseResetTime(new Date(inSeconds(seconds)).toUTCString(), NOW)).toBe(inSeconds(seconds))
      }),
    )
  })

  it('words without a digit are never a time', () => {
    const words = fc.string().map((text) => text.replace(/\d/g, 'x'))
    fc.assert(
      fc.property(words, (text) => {
        expect(parseResetTime(text, NOW)).toBeNull()
        expect(resetInText(text, NOW)).toBeNull()
      }),
    )
  })

  it('whatever comes in, a time is after now and at most 35 days away', () => {
    const digits = fc.string({ unit: fc.constantFrom(...'0123456789.:-hmsdTZ +') })
    fc.assert(
      fc.property(fc.oneof(digits, fc.string(), fc.double(), fc.date().map(String)), (value) => {
        const time = parseResetTime(value, NOW) ?? resetInText(`try again in ${value}`, NOW)
        if (time === null) return
        expect(time).toBeGreaterThan(NOW)
        expect(time).toBeLessThanOrEqual(NOW + FURTHEST_RESET_MS)
      }),
      { numRuns: 500 },
    )
  })
})

function goDuration(ms: number): string {
  const hours = Math.floor(ms / 3_600_000)
  const minutes = Math.floor((ms % 3_600_000) / 60_000)
  const seconds = ((ms % 60_000) / 1000).toFixed(3)
  return `${hours > 0 ? `${hours}h` : ''}${hours > 0 || minutes > 0 ? `${minutes}m` : ''}${seconds}s`
}
