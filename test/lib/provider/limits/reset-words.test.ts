import { describe, expect, it } from 'vitest'
import { parseResetTime } from '../../../../src/lib/provider/limits/reset-time.ts'
import { resetInText } from '../../../../src/lib/provider/limits/reset-words.ts'
import { readError } from '../../../../src/lib/provider/failures/read-error.ts'
import { at, givenAnswer, inSeconds, NOW } from '../given-answer.ts'

describe('the end that a sentence names', () => {
  it.each([
    ['Please try again in 58 hours.', inSeconds(58 * 3600)],
    ['Please wait 10 hours 58 minutes before trying again.', inSeconds(10 * 3600 + 58 * 60)],
    ['Please retry after 26 seconds.', inSeconds(26)],
    ['try again in ~162 min', inSeconds(162 * 60)],
    ['Please try again in 1m26.4s.', inSeconds(86.4)],
    ['available again in 1 hour, 5 minutes and 2 seconds', inSeconds(3902)],
    ['Please wait 7,200 seconds before retrying.', inSeconds(7200)],
    ['Retry-After: 30', inSeconds(30)],
    ['try again in a minute', inSeconds(60)],
    ['请在 30 秒后重试', inSeconds(30)],
    ['resets at 2026-11-25T15:00:00Z (2056)', at('2026-11-25T15:00:00Z')],
    ['regain access on 2026-12-01 at 00:00 UTC', at('2026-12-01T00:00:00Z')],
    ['try again at 3:00 PM UTC', at('2026-11-25T15:00:00Z')],
    ['resets 3am (America/Chicago)', at('2026-11-26T09:00:00Z')],
    ['resets Nov 27 at 7am (America/Chicago)', at('2026-11-27T13:00:00Z')],
    ['your limit resets Monday', at('2026-11-30T00:00:00Z')],
    ['resets on Friday at 9:00 AM UTC', at('2026-11-27T09:00:00Z')],
    ['the quota resets at midnight Pacific Time', at('2026-11-26T08:00:00Z')],
    ['will reset at 1795611600', at('2026-11-25T13:00:00Z')],
    ['will reset at 2026-11-25 22:00:00 (UTC+8)', at('2026-11-25T14:00:00Z')],
    // Without a zone: as early as any clock on earth shows it.
    ['will reset at 2026-11-26 05:00:00', at('2026-11-25T15:00:00Z')],
    ['try again at Dec 3, 2026 5:00 PM', at('2026-12-03T03:00:00Z')],
    ['Your limit resets Dec 3, 5pm (UTC)', at('2026-12-03T17:00:00Z')],
    ['Weekly quota used up, 2d 3h until reset', inSeconds(51 * 3600)],
    ['请在 2 分 30 秒后重试', inSeconds(150)],
    ['将于 2026年12月1日 08:00 重置', at('2026-12-01T00:00:00Z')],
    ['resets at 9am JST', at('2026-11-26T00:00:00Z')],
    ['Resets tomorrow at 9:00 AM UTC.', at('2026-11-26T09:00:00Z')],
    ['Your limit resets today at 18:00 UTC', at('2026-11-25T18:00:00Z')],
    ['请明天 00:00 后再试', at('2026-11-25T16:00:00Z')],
    ['预计今天 22:30 恢复', at('2026-11-25T14:30:00Z')],
    ['额度将在次日 8 点重置', at('2026-11-26T00:00:00Z')],
    ['クォータは明日 00:00 に再試行できます。重置', at('2026-11-25T15:00:00Z')],
    ['额度将于今天 22 点 30 分重置', at('2026-11-25T14:30:00Z')],
    ['额度将于明天 9点30分重置', at('2026-11-26T01:30:00Z')],
    ['额度将于明天凌晨 12 点重置', at('2026-11-25T16:00:00Z')],
    ['额度将于明早 8 点恢复', at('2026-11-26T00:00:00Z')],
    ['明日の0時にリセットされます', at('2026-11-25T15:00:00Z')],
    ['今夜12時にリセットされます', at('2026-11-25T15:00:00Z')],
    ["Access won't be available until tomorrow at 9:00 AM UTC", at('2026-11-26T09:00:00Z')],
    ['It is not currently available until 2026-12-01 08:00:00 UTC', at('2026-12-01T08:00:00Z')],
    ['额度将于今晚 8 点重置', at('2026-11-25T12:00:00Z')],
    ['额度将于今晚 8:30 重置', at('2026-11-25T12:30:00Z')],
    ['额度将于今晚12点重置', at('2026-11-25T16:00:00Z')],
    ['额度将于今晚 22:30 重置', at('2026-11-25T14:30:00Z')],
    ['额度将于明天下午 3 点重置', at('2026-11-26T07:00:00Z')],
    ['额度将于明天上午 9 点半重置', at('2026-11-26T01:30:00Z')],
    // A time beside the end, of the usage so far.
    ['As of today 09:15 UTC you used all. Resets at 18:00 UTC', at('2026-11-25T18:00:00Z')],
    ['As of today 10:15 UTC you used all. Resets at 18:00 UTC', at('2026-11-25T18:00:00Z')],
    ['Usage today 10:15 UTC: 100%. Limit resets at midnight UTC', at('2026-11-26T00:00:00Z')],
    ['Checked today 09:15 UTC. Resets today at 18:00 UTC', at('2026-11-25T18:00:00Z')],
    ['3 unattended agents in 30 minutes used all. Resets at 18:00 UTC', at('2026-11-25T18:00:00Z')],
    [
      'Wieder verfügbar am 2026-12-01 00:00 UTC: Limit von 100 Anfragen in 7 Tagen',
      at('2026-12-01T00:00:00Z'),
    ],
    [
      'Kontingent in 7 Tagen verbraucht. Wieder verfügbar am 2026-12-01 00:00 UTC',
      at('2026-12-01T00:00:00Z'),
    ],
    ['Please try again on 2026-12-01.', at('2026-11-30T10:00:00Z')],
    // A date alone: as early as any clock on earth shows it.
    ['Your quota resets on 2026-12-01.', at('2026-11-30T10:00:00Z')],
    ['it refills in ~3.5 hours', inSeconds(3.5 * 3600)],
    ['resets at 26 Nov 2026 12:00 PST', at('2026-11-26T20:00:00Z')],
    ['Next reset: Wed, 25 Nov 2026 12:00:00 +0000', at('2026-11-25T12:00:00Z')],
    ['will reset at 2026-11-26 12:00:00 IST', at('2026-11-26T06:30:00Z')],
    ['will reset at 2026-11-26 12:00:00 BST', at('2026-11-26T11:00:00Z')],
    // A span of the past beside the date of the end.
    [
      'used 3 tokens in the last 2 hours before the next reset at 2026-11-26T00:00:00Z',
      at('2026-11-26T00:00:00Z'),
    ],
    ['Since 2026-11-25 09:00 UTC nothing is left, 2h 30m until reset', inSeconds(9000)],
    ['Limit resets to 1M tokens on 2026-11-26 00:00 UTC', at('2026-11-26T00:00:00Z')],
    ['Please retry in 1m', inSeconds(60)],
    ['Try again in PT2H30M.', inSeconds(9000)],
    ['Please retry in half an hour', inSeconds(1800)],
    ['You can send your next request at 10:05 UTC', inSeconds(300)],
    ['Your quota refreshes on the 1st of December', at('2026-11-30T10:00:00Z')],
    ['Next reset: December 1st, 2026', at('2026-11-30T10:00:00Z')],
    // Words in Chinese say where a clock is only if they are next to it.
    ['额度将于 2026-11-26 05:00 重置', at('2026-11-25T21:00:00Z')],
    ['重置时间：2026-11-26 05:00', at('2026-11-25T21:00:00Z')],
    ['2026-11-26 05:00に回復します。next', at('2026-11-25T15:00:00Z')],
    ['已达上限 (limit). Your quota resets at 2026-11-26 05:00 sharp', at('2026-11-25T15:00:00Z')],
  ])('when it says %j, reads it', (text, end) => {
    expect(resetInText(text, NOW)).toBe(end)
  })

  it.each([
    'Please try again and back off exponentially.',
    'Please try again later.',
    'wait a moment',
    'Limit: 3 requests per 60 seconds',
    'created 2026-11-26 05:00:00 UTC',
    'try again at 3:00 PM',
    'retry 5 times',
    '上限 resets at 3am',
    'used 3 tokens in the last 2 hours before the next reset',
    'Limit resets to 1M tokens',
    'the quota resets up 5m',
    'Rate limit. The model is available until 2026-12-24.',
    'Rate limit. The model is available until 2026-12-24 00:00 UTC.',
    'Rate limit. Your card expires 2026-12-24.',
    'Too many requests: 100 in 60 minutes. Please be patient.',
    'Resets today at 09:15 UTC',
  ])('when it says %j, names none', (text) => {
    expect(resetInText(text, NOW)).toBeNull()
  })

  it.each([
    ['resets at 3am (UTC)', '2026-11-26T03:00:10Z'],
    ['resets at 11:59 PM UTC', '2026-11-26T00:02:00Z'],
    ['the quota resets at midnight UTC', '2026-11-26T00:04:59Z'],
    ['your limit resets Monday', '2026-11-30T00:01:00Z'],
    ['resets Nov 27 at 7am (America/Chicago)', '2026-11-27T13:00:00Z'],
    ['resets Dec 31 at 11:59pm (UTC)', '2027-01-01T00:01:00Z'],
  ])('when it says %j and it is just over (%s), ends in a minute', (text, now) => {
    expect(resetInText(text, at(now))).toBe(at(now) + 60_000)
  })

  it('when a clock is over for longer than clocks differ, means the next day', () => {
    expect(resetInText('resets at 3am (UTC)', at('2026-11-26T03:05:00Z'))).toBe(at('2026-11-27T03:00:00Z'))
  })

  it('when the clock of the service is known, reads a date without a zone by it', () => {
    expect(resetInText('will reset at 2026-11-26 05:00:00', NOW, 'Asia/Shanghai')).toBe(
      at('2026-11-25T21:00:00Z'),
    )
  })
})

it('reads a header with fractions of a second', () => {
  expect(parseResetTime('1.25', NOW)).toBe(NOW + 1250)
  expect(parseResetTime('33011.382867', NOW)).toBe(Math.ceil(NOW + 33_011_382.867))
})

it.each([0, 7, 399, 404.5, 600])('when a body has the code %d, the status of the head stays', (code) => {
  expect(readError(givenAnswer(200, { code, message: 'x' })).status).toBe(200)
})
