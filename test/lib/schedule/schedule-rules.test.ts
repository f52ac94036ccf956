import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decideDue, GRACE_MS } from '../../../src/lib/schedule/due.ts'
import { fillTemplate, findPlaceholders } from '../../../src/lib/schedule/fill-template.ts'
import { checkSpan, parseDays, parseSchedule } from '../../../src/lib/schedule/parse-schedule.ts'
import { formatSchedule } from '../../../src/lib/schedule/schedule.ts'
import { computeSpread } from '../../../src/lib/schedule/spread.ts'
import { findReset } from '../../../src/lib/schedule/window-reset.ts'
import { cronCalendar } from '../../../src/lib/toolkit/jobs/cron-calendar.ts'
import { apply, emptyState } from '../../../src/lib/quota/log/fold.ts'

const NOW = Date.parse('2026-11-30T10:00:30Z')
const read = (input: Parameters<typeof parseSchedule>[0]) => parseSchedule(input, cronCalendar, NOW)
const catchHint = (act: () => unknown) => {
  try {
    act()
  } catch (error) {
    return (error as { hint: string }).hint
  }
  return 'nothing was thrown'
}

describe('schedules as text', () => {
  test.each([
    [{ at: '7:05' }, 'at 07:05'],
    [{ at: '19:30,07:00', days: 'mon-fri' }, 'at 07:00, 19:30 on mon-fri'],
    [{ at: '07:00', days: 'sat,sun' }, 'at 07:00 on sun, sat'],
    [{ every: '90s' }, 'every 90s'],
    [{ every: '2h' }, 'every 2h'],
    [{ cron: ' 0  9 * * 1 ' }, 'cron 0 9 * * 1'],
    [{ afterReset: '5h' }, 'after reset of 5h'],
  ])('%j', (input, text) => {
    expect(formatSchedule(read(input))).toBe(text)
  })

  test.each([
    [{}, '--at 07:00'],
    [{ at: '07:00', every: '2h' }, '--every 2h'],
    [{ at: '25:00' }, '--at 07:00'],
    [{ at: '' }, '--at 07:00'],
    [{ every: '2 fortnights' }, '--every 20m'],
    [{ every: '10ms' }, '--every 1s or more'],
    [{ cron: '0 0 9 * * 1' }, 'five fields'],
    [{ cron: '0 9 * * 8' }, 'five fields'],
    [{ cron: '0 0 31 2 *' }, 'five fields'],
    [{ days: 'mon', every: '2h' }, '--at 07:00 --days'],
    [{ at: '07:00', days: 'mondag-x' }, '--days mon-fri'],
    [{ afterReset: 'soon' }, '5h'],
  ])('%j is refused with the next step', (input, hint) => {
    expect(catchHint(() => read(input))).toContain(hint)
  })

  test('days wrap around the week', () => {
    expect(parseDays('fri-mon')).toEqual([0, 1, 5, 6])
    expect(parseDays('daily')).toEqual([])
    expect(parseDays('Monday, WED')).toEqual([1, 3])
  })

  test('spans have bounds', () => {
    expect(checkSpan('--spread', '20m')).toBe(1_200_000)
    expect(catchHint(() => checkSpan('--spread', '20m', { max: 60_000 }))).toContain('--spread 1m or less')
    expect(catchHint(() => checkSpan('--every', '20ms', { min: 1000 }))).toContain('--every 1s or more')
    expect(catchHint(() => checkSpan('--spread', 'soon'))).toContain('--spread 90s')
  })
})

describe('the spread', () => {
  test('is fixed for a job and an account, and within the span', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), fc.integer({ min: 1, max: 86_400_000 }), (job, account, span) => {
        const delay = computeSpread(job, account, span)
        expect(delay).toBe(computeSpread(job, account, span))
        expect(delay >= 0 && delay < span).toBe(true)
      }),
    )
    expect(computeSpread('job', 'account', 0)).toBe(0)
  })

  test('spreads accounts evenly', () => {
    const quarters = [0, 0, 0, 0]
    for (let index = 0; index < 400; index += 1) {
      const quarter = Math.floor(computeSpread('job_1', `acc_${index}`, 4000) / 1000)
      quarters[quarter]! += 1
    }
    expect(Math.min(...quarters)).toBeGreaterThan(60)
  })
})

describe('what is due', () => {
  const schedule = { kind: 'every', everyMs: 3_600_000, anchor: '2026-11-30T00:00:00.000Z' } as const
  const plan = { schedule, zone: 'UTC', calendar: cronCalendar, resetAt: null }
  const at = (time: string) => Date.parse(`2026-11-30T${time}Z`)
  const input = { plan, spreadMs: 0, missed: 'skip' as const, last: null, since: at('00:30:00') }

  test('a job does not run a slot from before it was made', () => {
    const due = decideDue({ ...input, since: at('10:00:10'), now: at('10:00:30') })
    expect(due).toEqual({ do: 'wait', slot: at('11:00:00'), at: at('11:00:00') })
  })

  test('a slot runs once', () => {
    const due = { do: 'run', slot: at('10:00:00'), isLate: false, missed: 0 }
    expect(decideDue({ ...input, last: at('09:00:00'), now: at('10:00:30') })).toEqual(due)
    expect(decideDue({ ...input, last: at('10:00:00'), now: at('10:00:30') }).do).toBe('wait')
  })

  test('after downtime the slots are skipped, or the latest runs late', () => {
    const late = { ...input, last: at('04:00:00'), now: at('10:00:00') + GRACE_MS + 1 }
    expect(decideDue(late)).toEqual({ do: 'skip', slot: at('10:00:00'), missed: 6 })
    expect(decideDue({ ...late, missed: 'once' })).toEqual({
      do: 'run',
      slot: at('10:00:00'),
      isLate: true,
      missed: 5,
    })
  })

  test('the spread delays the slot', () => {
    const spread = { ...input, last: at('09:00:00'), spreadMs: 600_000 }
    expect(decideDue({ ...spread, now: at('10:09:59') }).do).toBe('wait')
    expect(decideDue({ ...spread, now: at('10:10:00') })).toMatchObject({ do: 'run', slot: at('10:00:00') })
  })
})

describe('placeholders', () => {
  const values: Record<string, string> = {
    topic: 'news',
    'templates.a': 'about {{topic}}',
    'templates.b': '{{templates.b}}',
  }
  const lookUp = (name: string) => values[name] ?? null

  test('are filled, also inside of templates', () => {
    expect(fillTemplate('Write {{ templates.a }}, {{topic}}', lookUp)).toBe('Write about news, news')
    expect(findPlaceholders('{{a}} {{ b.c }} {{a}} { {d} }')).toEqual(['a', 'b.c'])
  })

  test('a missing value names the file or the flag', () => {
    expect(catchHint(() => fillTemplate('{{keyword}}', lookUp))).toContain('keywords.yaml')
    expect(catchHint(() => fillTemplate('{{settings.tone}}', lookUp))).toContain('settings.yaml')
    expect(catchHint(() => fillTemplate('{{name}}', lookUp))).toContain('--set name=VALUE')
    expect(catchHint(() => fillTemplate('{{templates.b}}', lookUp))).toContain('templates.yaml')
  })
})

describe('the reset of a window', () => {
  const state = emptyState()
  const limits = [{ metric: 'requests', window: '5h@first-use', max: 10, source: 'configured' }] as const
  apply(state, { type: 'limits', account: 'a', at: '2026-11-30T00:00:00.000Z', limits: [...limits] })

  test('is unknown until something was used, and then the end of the window', () => {
    expect(findReset(state.subjects.get('a'), '5h', NOW)).toBe(null)
    apply(state, { type: 'reserve', id: 'w-1', account: 'a', at: '2026-11-30T09:00:00.000Z' })
    expect(findReset(state.subjects.get('a'), '5h', NOW)).toBe(Date.parse('2026-11-30T14:00:00Z'))
  })
})
