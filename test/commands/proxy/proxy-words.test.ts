import { expect, test } from 'vitest'
import { formatAttempt, formatListening } from '../../../src/lib/terminal/proxy/proxy-messages.ts'
import type { AttemptReport } from '../../../src/lib/proxy/pool/reports.ts'
import { buildMember } from '../../../src/lib/rotation/pool/member.ts'
import { custom } from '../../../src/lib/provider/builtin/custom.ts'
import { paletteFor } from '../../../src/lib/terminal/format/color.ts'
import { accountRecord } from '../../support/account-record.ts'

const palette = paletteFor({}, {})
const at = new Date('2026-11-22T10:02:11.345Z')

function report(fields: Partial<AttemptReport>): AttemptReport {
  const account = accountRecord({ provider: 'custom' })
  return {
    requestId: 'req-1',
    member: buildMember(account, custom),
    model: 'm1',
    attempt: 1,
    outcome: 'rate-short',
    status: 429,
    message: 'slow down',
    latencyMs: 12,
    ...fields,
  }
}

const line = (fields: Partial<AttemptReport>, more: object = {}) =>
  formatAttempt(report(fields), { isVerbose: false, palette, at, ...more })

test('a trouble has a line with the time, the account, what it was, the model, how long it took, and what was said', () => {
  expect(line({})).toBe('10:02:11Z  custom/work  rate limited (429)  m1  12 ms  slow down')
  expect(line({}, { hasDate: true })).toMatch(/^2026-11-22T10:02:11Z {2}custom/)
  expect(line({ model: null, status: null, message: null, outcome: 'unreachable' })).toBe(
    '10:02:11Z  custom/work  not reached  12 ms',
  )
})

test('what went well, and a client that left, have a line only where every request is wanted', () => {
  for (const outcome of ['ok', 'aborted'] as const) expect(line({ outcome, status: 200 })).toBeNull()
  const wanted = { isVerbose: true }
  expect(line({ outcome: 'ok', status: 200, message: null }, wanted)).toBe(
    '10:02:11Z  custom/work  answered (200)  m1  12 ms',
  )
  expect(line({ outcome: 'aborted', status: 200, message: null }, wanted)).toContain('the client left  m1')
})

test('a long message is cut to the width of the terminal, and left out where next to nothing of it would fit', () => {
  const message = 'much to say '.repeat(40)
  expect(line({ message }, { columns: 80 })).toHaveLength(80)
  expect(line({ message }, { columns: 80 })).toMatch(/say much…$|…$/)
  expect(line({ message }, { columns: 60 })).toBe('10:02:11Z  custom/work  rate limited (429)  m1  12 ms')
})

test('what a server or a client says cannot move the cursor or begin a line of its own', () => {
  const shown = line({ message: 'a\u001b[2J\nb\u009b31m', model: 'm\r\n1\u001b]0;title\u0007' })
  // eslint-disable-next-line no-control-regex -- control characters are what is looked for
  expect(shown).not.toMatch(/[\u0000-\u001f\u007f-\u009f]/)
})

test('the words of a start fit into 80 columns, also with a long address and no account', () => {
  const view = {
    pid: 1,
    url: 'http://127.0.0.1:65535',
    host: '127.0.0.1',
    port: 65_535,
    accounts: 10_000,
    strategy: 'most-remaining',
    startedAt: '',
    workers: [1],
    version: '0.1.0',
  }
  for (const accounts of [0, 1, 10_000]) {
    const words = formatListening({ ...view, accounts }, { palette })
    expect(words).toContain(`answers for ${accounts} account`)
    for (const row of words.split('\n')) expect(row.length).toBeLessThanOrEqual(80)
  }
  expect(formatListening({ ...view, accounts: 0 }, { palette })).toContain('qwenctl auth add')
})

test('the words of a start name a key and addresses that work', () => {
  const view = {
    pid: 1,
    url: 'http://0.0.0.0:3811',
    host: '0.0.0.0',
    port: 3811,
    accounts: 1,
    strategy: 'priority',
    startedAt: '',
    workers: [1],
    version: '1.0.0',
  }
  const words = formatListening(view, { palette, needsKey: true, hosts: ['build-7', '192.168.1.20'] })
  expect(words).toContain('OPENAI_BASE_URL=http://127.0.0.1:3811/v1 OPENAI_API_KEY=qk_...')
  expect(words).toContain('qwenctl keys create NAME')
  expect(words).toContain('http://build-7:3811 or http://192.168.1.20:3811')
  expect(words).not.toMatch(/0\.0\.0\.0|=any/)
})
