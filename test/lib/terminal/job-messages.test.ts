import { expect, test } from 'vitest'
import { paletteFor } from '../../../src/lib/terminal/format/color.ts'
import { formatJobCard } from '../../../src/lib/terminal/jobs/job-messages.ts'
import type { JobView } from '../../../src/lib/toolkit/jobs/job-views.ts'

const NOW = '2026-11-22T09:00:00.000Z'

function card(more: Partial<JobView>): string {
  const job = {
    name: 'prime',
    status: 'active',
    id: 'j1',
    schedule: 'after each 5h window',
    scheduleParts: { kind: 'after-reset', window: '5h' },
    zone: 'UTC',
    action: { kind: 'verify' },
    spreadMs: 0,
    overlap: 'skip',
    missed: 'skip',
    timeoutMs: 60_000,
    retries: 0,
    maxPerDay: null,
    out: null,
    nextAt: null,
    accounts: [],
    ...more,
  } as unknown as JobView
  return formatJobCard(job, NOW, paletteFor({ isTTY: false }, {}))
}

test('a job after a window that has not begun says so', () => {
  expect(card({})).toContain('not planned yet: no 5h window of its accounts has begun')
  expect(card({ nextAt: '2026-11-22T10:00:00.000Z' })).toContain('2026-11-22T10:00:00.000Z (in 1 h)')
})

test('a paused job, and one with another schedule, are not planned', () => {
  expect(card({ status: 'paused' })).toMatch(/not planned$/m)
  expect(card({ scheduleParts: { kind: 'at', at: NOW } as never })).toMatch(/not planned$/m)
})
