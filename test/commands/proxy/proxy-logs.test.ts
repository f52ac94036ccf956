import { join } from 'node:path'
import { expect, test } from 'vitest'
import { formatLog } from '../../../src/lib/terminal/proxy/proxy-log-messages.ts'
import type { LogEntry } from '../../../src/lib/observe/logs/log-filter.ts'
import type { Note, RequestRecord } from '../../../src/lib/observe/request-event.ts'
import { paletteFor } from '../../../src/lib/terminal/format/color.ts'
import { runCommand } from '../../support/cli.ts'
import { temporaryFolder } from '../../support/temp-folder.ts'
import { givenObserver, logEntries, logText } from '../../support/given-observer.ts'
import { NOW, givenAttempt, givenRecord, givenRotation, work } from '../../support/observed-request.ts'

const palette = paletteFor({}, {})

/** A home with this in the logs of its proxies. */
async function givenLog(records: RequestRecord[], notes: Note[] = []): Promise<string> {
  const home = temporaryFolder()
  const observer = await givenObserver({ logsFolder: join(home, 'logs'), level: 'debug' })
  records.forEach((record) => observer.record(record))
  notes.forEach((note) => observer.note(note))
  await observer.close()
  return home
}

const quiet = givenRecord({ inputTokens: null, outputTokens: null })

test('a line has the time, client, request, model, duration, tokens and the id of the request', async () => {
  const home = await givenLog([givenRecord({ clientKey: 'laptop' })])
  const { exit, stdout } = await runCommand(home, ['proxy', 'logs', '--level', 'info'])
  expect(exit).toBe(0)
  expect(stdout).toBe(
    '2026-11-22T10:00:00Z  qwen/work  answered (200)  qwen3-coder-plus  14 ms  120+34 tokens  key laptop  req-1\n',
  )
})

test('a line marks tokens that qwenctl estimated', async () => {
  const home = await givenLog([givenRecord({ isEstimated: true })])
  const { stdout } = await runCommand(home, ['proxy', 'logs', '--level', 'info'])
  expect(stdout).toContain('  120+34 tokens (estimated)  ')
})

test.each([
  [quiet, '2026-11-22T10:00:00Z  qwen/work  answered (200)  qwen3-coder-plus  14 ms  req-1'],
  [
    { ...quiet, attempts: [], outcome: 'quota_exhausted', status: 429, message: 'all are out', model: null },
    '2026-11-22T10:00:00Z  /v1/chat/completions  quota_exhausted (429)  14 ms  req-1  all are out',
  ],
  [
    { ...quiet, outcome: 'aborted', status: null, isClientGone: true },
    '2026-11-22T10:00:00Z  qwen/work  the client left  qwen3-coder-plus  14 ms  req-1',
  ],
  [
    { ...quiet, attempts: [givenAttempt({ account: { ...work, user: 'alice' } })] },
    '2026-11-22T10:00:00Z  alice:qwen/work  answered (200)  qwen3-coder-plus  14 ms  req-1',
  ],
] as [RequestRecord, string][])('a request is printed as it ended', async (record, expected) => {
  const home = await givenLog([record])
  const { stdout } = await runCommand(home, ['proxy', 'logs', '-n', '1'])
  expect(stdout).toBe(`${expected}\n`)
})

test('rotations, cooldowns, troubles, starts and ends are printed in words', async () => {
  const until = '2026-11-22T10:01:00.000Z'
  const cooldown = { kind: 'cooldown', account: work, subject: work.id, model: 'm1' } as const
  const home = await givenLog(
    [givenRotation()],
    [
      { ...cooldown, until, reason: 'rate-short', evidence: 'slow down' },
      {
        ...cooldown,
        model: null,
        subject: 'group:local:qwen/t',
        until: null,
        reason: 'quota-hard',
        evidence: null,
      },
      { kind: 'trouble', message: 'the disk is full' },
      { kind: 'started', url: 'http://127.0.0.1:3000', accounts: 2, strategy: 'priority' },
      { kind: 'stopped' },
    ],
  )
  const { stdout } = await runCommand(home, ['proxy', 'logs'])
  const at = '2026-11-22T10:00:00Z'
  expect(stdout.trimEnd().split('\n')).toEqual([
    `${at}  qwen/work  rate limited (429)  qwen3-coder-plus  4 ms  openai/spare takes over  req-1  slow down, key sk-…6789`,
    `${at}  openai/spare  answered (200)  qwen3-coder-plus  12 ms  req-1`,
    `${at}  openai/spare  answered (200)  qwen3-coder-plus  14 ms  120+34 tokens  2 attempts  req-1`,
    `${at}  qwen/work  in cooldown until 2026-11-22T10:01:00Z  m1  rate limited  slow down`,
    `${at}  qwen/work (group:local:qwen/t)  in cooldown until you act  no quota or credit left`,
    `${at}  trouble  the disk is full`,
    `${at}  started  http://127.0.0.1:3000  strategy priority`,
    `${at}  stopped`,
  ])
})

test('--json is one document with the lines as they are in the file', async () => {
  const home = await givenLog([givenRotation()])
  const { stdout, stderr } = await runCommand(home, ['proxy', 'logs', '--json'])
  const document = JSON.parse(stdout) as { entries: LogEntry[] }
  expect(document).toEqual({ entries: logEntries(join(home, 'logs')) })
  expect(document.entries).toHaveLength(3)
  expect(stderr).toBe('')
})

test('without --lines the last fifty are shown, with --since or --request all that fit', async () => {
  const home = await givenLog(
    Array.from({ length: 80 }, (_, index) => givenRecord({ id: `req-${index % 2}` })),
  )
  const count = async (...flags: string[]) => {
    const { stdout } = await runCommand(home, ['proxy', 'logs', '--level', 'info', '--json', ...flags])
    return (JSON.parse(stdout) as { entries: LogEntry[] }).entries.length
  }
  expect(await count()).toBe(50)
  expect(await count('--lines', '7')).toBe(7)
  expect(await count('--since', '2026-11-22T09:00:00Z')).toBe(80)
  expect(await count('--since', '10m')).toBe(NOW > Date.now() - 600_000 ? 80 : 0)
  expect(await count('--request', 'req-1')).toBe(40)
  expect(await count('--request', 'req-1', '-n', '3')).toBe(3)
})

test('a home that never logged, and a filter that nothing passes, are no failure and say so', async () => {
  const none = await runCommand(temporaryFolder(), ['proxy', 'logs'])
  expect(none).toMatchObject({ exit: 0, stdout: '' })
  expect(none.stderr).toMatch(/^No matching line is in the logs of /)
  const document = await runCommand(temporaryFolder(), ['proxy', 'logs', '--json'])
  expect(document).toMatchObject({ exit: 0, stderr: '' })
  expect(JSON.parse(document.stdout)).toEqual({ entries: [] })
})

test.each(['yesterday', '10', '10w', '-5m', ''])(
  '--since "%s" is refused with what can be written',
  async (since) => {
    const { exit, stdout } = await runCommand(temporaryFolder(), [
      'proxy',
      'logs',
      '--json',
      `--since=${since}`,
    ])
    expect(exit).toBe(2)
    const { error } = JSON.parse(stdout) as { error: { code: string; hint: string } }
    expect(error.code).toBe('invalid_value')
    expect(error.hint).toContain('10m')
  },
)

test('what a service or a client wrote cannot move the cursor or begin a line of its own', async () => {
  const odd = 'a\u001b[2J\nb\u009b31m'
  const home = await givenLog([givenRecord({ model: odd, message: odd, outcome: 'lost', clientKey: odd })])
  const { stdout } = await runCommand(home, ['proxy', 'logs', '-n', '1'])
  // eslint-disable-next-line no-control-regex -- control characters are what is looked for
  expect(stdout.trimEnd()).not.toMatch(/[\u0000-\u001f\u007f-\u009f]/)
  expect(logText(join(home, 'logs')).split('\n').length).toBe(3)
})

test('on a terminal the message is cut to its width, and left out where next to nothing would fit', () => {
  const entry = {
    level: 'warn',
    time: '2026-11-22T10:00:00.000Z',
    kind: 'trouble',
    message: 'much to say '.repeat(40),
  }
  const now = (entry as LogEntry).time
  const lineFor = (columns: number) => formatLog(entry as LogEntry, { palette, columns, now })
  expect(lineFor(80)).toHaveLength(80)
  // The reader's own clock, without a day: it is today.
  expect(lineFor(30)).toMatch(/^\d\d:\d\d:\d\d {2}trouble$/)
})

test('a wide terminal shows the lines in columns', async () => {
  const home = await givenLog([
    givenRecord(),
    givenRecord({ attempts: [], outcome: 'no_accounts', status: 503 }),
  ])
  const now = '2026-11-23T10:00:00.000Z'
  const lines = logEntries(join(home, 'logs'))
    .filter(({ kind }) => kind === 'request')
    .map((entry) => formatLog(entry, { palette, columns: 120, now }))
  expect(lines).toEqual([
    expect.stringMatching(/^\w{3} \d\d:\d\d:\d\d {2}qwen\/work {17}answered \(200\) {4}qwen3-coder-plus/),
    expect.stringMatching(/^\w{3} \d\d:\d\d:\d\d {2}\/v1\/chat\/completions {6}no_accounts \(503\) {2}/),
  ])
})
