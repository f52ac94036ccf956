// Every form in which services write a duration or a moment means what it says: written and read again, it is the
// same time. `reset-words.test.ts` has single sentences.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseDuration } from '../../../../src/lib/provider/limits/duration.ts'
import { resetInFields, resetInHeaders } from '../../../../src/lib/provider/limits/reset-fields.ts'
import { parseResetTime, retryAfter } from '../../../../src/lib/provider/limits/reset-time.ts'
import { resetInText } from '../../../../src/lib/provider/limits/reset-words.ts'
import { inSeconds, NOW } from '../given-answer.ts'

const DAY = 86_400
const HOUR_MS = 3_600_000
const FURTHEST = 34 * DAY

/** Whole seconds from one to 34 days: no service announces more. */
const seconds = fc.integer({ min: 1, max: FURTHEST })
const pad = (value: number, digits = 2) => String(value).padStart(digits, '0')

function split(total: number) {
  return {
    d: Math.floor(total / DAY),
    h: Math.floor(total / 3600) % 24,
    m: Math.floor(total / 60) % 60,
    s: total % 60,
    hours: Math.floor(total / 3600),
  }
}

const plural = (count: number, word: string) => `${count} ${word}${count === 1 ? '' : 's'}`

/** Parts that are not zero, joined. */
function parts(
  total: number,
  write: (count: number, unit: 'd' | 'h' | 'm' | 's') => string,
  between: string,
) {
  const all = split(total)
  return (['d', 'h', 'm', 's'] as const)
    .filter((unit) => all[unit] > 0)
    .map((unit) => write(all[unit], unit))
    .join(between)
}

const english = { d: 'day', h: 'hour', m: 'minute', s: 'second' }
const chinese = { d: '天', h: '小时', m: '分钟', s: '秒' }

describe('durations', () => {
  const inHeaders: Record<string, (total: number) => string> = {
    'Go prints': (total) => `${split(total).hours}h${split(total).m}m${split(total).s}s`,
    'protobuf prints': (total) => `${total}s`,
    'ISO 8601 has': (total) => `PT${split(total).hours}H${split(total).m}M${split(total).s}S`,
    '.NET prints': (total) =>
      `${split(total).d}.${pad(split(total).h)}:${pad(split(total).m)}:${pad(split(total).s)}`,
    'people write': (total) => parts(total, (count, unit) => plural(count, english[unit]), ' '),
  }

  it('a header in any form', () => {
    fc.assert(
      fc.property(seconds, fc.constantFrom(...Object.keys(inHeaders)), (total, form) => {
        const text = inHeaders[form]!(total)
        expect([text, parseDuration(text)]).toEqual([text, total * 1000])
        expect([text, retryAfter((name) => (name === 'retry-after' ? text : undefined), NOW)]).toEqual([
          text,
          inSeconds(total),
        ])
      }),
    )
  })

  const inSentences: readonly ((span: (between: string) => string) => string)[] = [
    (span) => `Rate limit reached. Please try again in ${span(' ')}.`,
    (span) => `Try again in about ${span(' ')}.`,
    (span) => `Please wait for up to ${span(', ')} before retrying.`,
    (span) => `Quota used up, ${span(' ')} until reset.`,
    (span) => `Resets within ${span(' and ')}`,
  ]

  it('ISO 8601 in a sentence', () => {
    fc.assert(
      fc.property(seconds, (total) => {
        const { d, h, m, s } = split(total)
        const text = `Rate limit reached. Retry after P${d}DT${h}H${m}M${s}S.`
        expect([text, resetInText(text, NOW)]).toEqual([text, inSeconds(total)])
      }),
    )
  })

  it('an English sentence', () => {
    fc.assert(
      fc.property(seconds, fc.constantFrom(...inSentences), (total, sentence) => {
        const text = sentence((between) =>
          parts(total, (count, unit) => plural(count, english[unit]), between),
        )
        expect([text, resetInText(text, NOW)]).toEqual([text, inSeconds(total)])
      }),
    )
  })

  it('a Chinese sentence', () => {
    fc.assert(
      fc.property(
        seconds,
        fc.constantFrom(
          (span: string) => `请求过于频繁，请在 ${span}后重试`,
          (span: string) => `请等待 ${span}`,
          (span: string) => `额度已用完，将在${span}后恢复`,
          (span: string) => `剩余 ${span}`,
        ),
        fc.constantFrom('', ' '),
        (total, sentence, between) => {
          const text = sentence(parts(total, (count, unit) => `${count}${between}${chinese[unit]}`, between))
          expect([text, resetInText(text, NOW)]).toEqual([text, inSeconds(total)])
        },
      ),
    )
  })

  const languages: Record<
    string,
    { units: Record<'d' | 'h' | 'm' | 's', string>; say: (span: string) => string }
  > = {
    German: {
      units: { d: ' Tagen', h: ' Stunden', m: ' Minuten', s: ' Sekunden' },
      say: (span) => `Bitte versuchen Sie es in ${span} erneut.`,
    },
    Russian: {
      units: { d: ' дней', h: ' часов', m: ' минут', s: ' секунд' },
      say: (span) => `Повторите попытку через ${span}.`,
    },
    Spanish: {
      units: { d: ' días', h: ' horas', m: ' minutos', s: ' segundos' },
      say: (span) => `Inténtelo de nuevo en ${span}.`,
    },
    Japanese: {
      units: { d: '日', h: '時間', m: '分', s: '秒' },
      say: (span) => `${span.replaceAll(' ', '')}後に再試行してください。`,
    },
    Korean: {
      units: { d: '일', h: '시간', m: '분', s: '초' },
      say: (span) => `${span} 후 다시 시도하세요.`,
    },
  }

  it.each(Object.entries(languages))('a sentence in %s', (_name, { units, say }) => {
    fc.assert(
      fc.property(seconds, (total) => {
        const text = say(parts(total, (count, unit) => `${count}${units[unit]}`, ' '))
        expect([text, resetInText(text, NOW)]).toEqual([text, inSeconds(total)])
      }),
    )
  })

  it.each([
    ['Limite de 100 requêtes en 24 heures dépassée. Réessayez dans 30 secondes.', 30],
    ['Limit von 100 Anfragen in 24 Stunden erreicht. Versuchen Sie es in 30 Sekunden erneut.', 30],
    ['100 Anfragen in 24 Stunden sind verbraucht, versuchen Sie es in 30 Sekunden erneut.', 30],
    ['Límite de 50 solicitudes en 1 hora. Inténtelo de nuevo en 20 segundos.', 20],
    ['Limite de 50 solicitações em 1 hora. Tente novamente em 20 segundos.', 20],
    ['Versuchen Sie es in 30 Sekunden erneut: 100 Anfragen in 24 Stunden erreicht.', 30],
  ])('%j: the wait is beside the next attempt', (text, wait) => {
    expect(resetInText(text, NOW)).toBe(inSeconds(wait))
  })

  it.each(['Maximal 10 Anfragen in 60 Sekunden', 'Máximo 10 solicitudes en 60 segundos'])(
    '%j is a rate, not a wait',
    (text) => {
      expect(resetInText(text, NOW)).toBeNull()
    },
  )

  it.each(['', 'PT', 'P', '1:2:3:4', 'soon', '-5s', '5', '00:61:00'])('%j is no duration', (text) => {
    expect(parseDuration(text)).toBeNull()
  })
})

/** The wall clock at an offset of minutes east of UTC. */
function wall(at: number, offset: number): Date {
  return new Date(at + offset * 60_000)
}
const sign = (offset: number) =>
  `${offset < 0 ? '-' : '+'}${pad(Math.floor(Math.abs(offset) / 60))}:${pad(Math.abs(offset) % 60)}`
const offsets = fc.constantFrom(-600, -480, -210, 0, 60, 330, 480, 540, 840)
const day = (at: Date) => at.toISOString().slice(0, 10)
const clock = (at: Date) => at.toISOString().slice(11, 19)

describe('moments', () => {
  it('ISO with an offset', () => {
    fc.assert(
      fc.property(seconds, offsets, fc.boolean(), (total, offset, hasColon) => {
        const at = wall(inSeconds(total), offset)
        const east = hasColon ? sign(offset) : sign(offset).replace(':', '')
        const text = `${day(at)}T${clock(at)}${east}`
        expect([text, parseResetTime(text, NOW)]).toEqual([text, inSeconds(total)])
        const sentence = `Your quota resets at ${day(at)} ${clock(at)} (UTC${sign(offset)}).`
        expect([sentence, resetInText(sentence, NOW)]).toEqual([sentence, inSeconds(total)])
      }),
    )
  })

  it('epoch seconds and milliseconds, and the date of RFC 9110', () => {
    fc.assert(
      fc.property(seconds, (total) => {
        const at = inSeconds(total)
        expect(parseResetTime(String(at / 1000), NOW)).toBe(at)
        expect(parseResetTime(at, NOW)).toBe(at)
        expect(parseResetTime(new Date(at).toUTCString(), NOW)).toBe(at)
        expect(resetInText(`Usage cap hit. Next reset: ${new Date(at).toUTCString()}`, NOW)).toBe(at)
      }),
    )
  })

  it('a date in Chinese is the clock of China', () => {
    fc.assert(
      fc.property(seconds, (total) => {
        const at = wall(inSeconds(total), 480)
        const [year, month, date] = day(at).split('-').map(Number)
        const text = `额度将于 ${year}年${month}月${date}日 ${clock(at)} 重置`
        expect([text, resetInText(text, NOW)]).toEqual([text, inSeconds(total)])
      }),
    )
  })

  it('a month by its name', () => {
    fc.assert(
      fc.property(fc.integer({ min: DAY, max: FURTHEST }), (total) => {
        const at = new Date(Math.floor(inSeconds(total) / 60_000) * 60_000)
        const month = at.toLocaleString('en-US', { month: 'short', timeZone: 'UTC' })
        const hour = at.getUTCHours()
        const half = `${hour % 12 === 0 ? 12 : hour % 12}:${pad(at.getUTCMinutes())} ${hour < 12 ? 'AM' : 'PM'}`
        const text = `Usage limit reached. Try again at ${month} ${at.getUTCDate()}, ${at.getUTCFullYear()} ${half} UTC.`
        expect([text, resetInText(text, NOW)]).toEqual([text, at.getTime()])
      }),
    )
  })

  it('a date without a zone ends no later than at any clock on earth, and at most a day earlier', () => {
    fc.assert(
      fc.property(seconds, fc.integer({ min: -12, max: 14 }), (total, hours) => {
        const at = inSeconds(total)
        const shown = wall(at, hours * 60)
        const text = `will reset at ${day(shown)} ${clock(shown)}`
        const found = resetInText(text, NOW) ?? NOW
        expect([text, found <= at]).toEqual([text, true])
        expect([text, at - found <= 26 * HOUR_MS]).toEqual([text, true])
      }),
    )
  })
})

describe('fields of a body', () => {
  it.each([
    [{ reset_time: '08:00:00' }, null],
    [{ resetAt: '08:00' }, null],
    [{ reset_time: '2026-11-25T10:00:33Z' }, inSeconds(33)],
    [{ retry_after: '00:00:20' }, inSeconds(20)],
    [{ resets_in_seconds: '08:00:00' }, inSeconds(8 * 3600)],
    [{ estimated_time: 900, retry_after: 20 }, inSeconds(20)],
    [{ reset_in_seconds: 900, retry_after: 20 }, inSeconds(20)],
    [{ metadata: { retry_after: 20 }, estimated_time: 900 }, inSeconds(20)],
    [{ estimated_time: 900 }, inSeconds(900)],
    [{ message: 'Rate limit reached', remaining_seconds: 30 }, inSeconds(30)],
    [{ message: 'Rate limit reached', remaining_seconds: 30, reset_in: '60s' }, inSeconds(60)],
    [{ message: 'The video is too long', remaining_seconds: 30 }, null],
    [{ retry_on: 429 }, null],
    [{ retry_on: '429' }, null],
    [{ resets_on: 1 }, null],
    [{ reset_date: Date.parse('2026-12-01T00:00:00Z') / 1000 }, Date.parse('2026-12-01T00:00:00Z')],
    [{ reset_date: 15 }, null],
    [{ resets_on: '2026-12-15' }, Date.parse('2026-12-14T10:00:00Z')],
    [{ reset_date: '2026-12-15' }, Date.parse('2026-12-14T10:00:00Z')],
    [{ resets_on: '2026-12-15T00:00:00Z' }, Date.parse('2026-12-15T00:00:00Z')],
  ])('%j', (fields, end) => {
    expect(resetInFields([fields], NOW)).toBe(end)
  })
})

describe('headers of rate limits', () => {
  const headers = (given: Record<string, string>) => (name: string) => given[name]

  it.each([
    [{ 'retry-after-ms': '1500', 'retry-after': '2' }, inSeconds(1.5)],
    [{ 'x-ms-retry-after-ms': '20000' }, inSeconds(20)],
    [{ 'x-ratelimit-user-retry-after': '58' }, inSeconds(58)],
    [{ 'retry-after': '0' }, null],
    [{ 'retry-after': '-3' }, null],
  ])('%j names its wait', (given, end) => {
    expect(retryAfter(headers(given), NOW)).toBe(end)
  })

  it.each([
    [{ ratelimit: 'limit=10, remaining=0, reset=7' }, inSeconds(7)],
    [{ ratelimit: '"default";r=0;t=42' }, inSeconds(42)],
    [{ ratelimit: '"burst";r=5;t=1, "day";r=0;t=3600' }, inSeconds(3600)],
    [{ ratelimit: '"burst";r=0;t=9, "day";r=0;t=3600' }, inSeconds(3600)],
    [{ ratelimit: '"burst";r=5;t=1, "day";r=30;t=3600' }, null],
    [{ ratelimit: '"burst";r=0.5;t=60' }, null],
    [{ 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '33' }, inSeconds(33)],
    [{ 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '2026-11-25T10:00:33Z' }, inSeconds(33)],
    [{ 'x-ratelimit-remaining': '4', 'x-ratelimit-reset': '33' }, null],
  ])('%j says when nothing is left any more', (given, end) => {
    expect(resetInHeaders(headers(given), NOW)).toBe(end)
  })
})
