import { spawn } from 'node:child_process'
import { existsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ByteWriter } from '../../../src/lib/base/byte-writer.ts'
import { AccessLines } from '../../../src/lib/observe/logs/access-line.ts'
import { Masked } from '../../../src/lib/observe/logs/masked.ts'
import type { LogLevel, RequestRecord } from '../../../src/lib/observe/request-event.ts'
import { openObserver } from '../../../src/lib/observe/observer.ts'
import { givenObserver, givenOptions, logEntries, logText } from '../../support/given-observer.ts'
import { NOW, givenAttempt, givenRecord, givenRotation, spare, work } from '../../support/observed-request.ts'
import { root } from '../../support/cli.ts'
import { temporaryFolder } from '../../support/temp-folder.ts'

const KEY = 'sk-0123456789abcdef0123456789'

test('a request that went well is one line, with everything about it but its content', async () => {
  const observer = await givenObserver()
  observer.record(givenRecord({ clientKey: 'laptop', clientKeyId: 'key_0123456789abcdef', costUsd: 0.0012 }))
  await observer.close()
  expect(logEntries(observer.folder)).toEqual([
    {
      level: 'info',
      time: '2026-11-22T10:00:00.014Z',
      pid: process.pid,
      kind: 'request',
      requestId: 'req-1',
      clientKey: 'laptop',
      clientKeyId: 'key_0123456789abcdef',
      onlyUser: null,
      method: 'POST',
      route: '/v1/chat/completions',
      dialect: 'openai',
      model: 'qwen3-coder-plus',
      stream: false,
      status: 200,
      outcome: 'ok',
      message: null,
      user: 'local',
      provider: 'qwen',
      account: 'work',
      attempts: 1,
      tried: ['qwen/work ok'],
      latencyMs: 14,
      firstByteMs: 9,
      inputTokens: 120,
      outputTokens: 34,
      costUsd: 0.0012,
      bytesIn: 300,
      bytesOut: 1000,
      clientGone: false,
    },
  ])
})

test('a rotation is a line of its own before the request, with the next account', async () => {
  const observer = await givenObserver()
  observer.record(givenRotation())
  await observer.close()
  const [rotation, request] = logEntries(observer.folder)
  expect(rotation).toMatchObject({
    level: 'warn',
    kind: 'rotation',
    time: '2026-11-22T10:00:00.004Z',
    account: 'work',
    outcome: 'rate-short',
    status: 429,
    next: 'openai/spare',
    requestId: 'req-1',
  })
  expect(request).toMatchObject({ account: 'spare', tried: ['qwen/work rate-short', 'openai/spare ok'] })
})

test('a request without an attempt has no account, and says why', async () => {
  const observer = await givenObserver()
  const message = 'every account for this request is out'
  observer.record(
    givenRecord({ attempts: [], status: 429, outcome: 'quota_exhausted', message, model: null }),
  )
  await observer.close()
  expect(logEntries(observer.folder)).toMatchObject([
    {
      outcome: 'quota_exhausted',
      message,
      user: null,
      provider: null,
      account: null,
      model: null,
      tried: [],
    },
  ])
})

test('cooldowns, troubles, starts and ends are lines, in the order in which things happened', async () => {
  let now = NOW
  const observer = await givenObserver({ clock: () => (now += 1) })
  observer.note({ kind: 'started', url: 'http://127.0.0.1:3000', accounts: 2, strategy: 'priority' })
  observer.record(givenRecord())
  const until = '2026-11-22T10:01:00.000Z'
  const cooldown = { kind: 'cooldown', account: work, model: null, until, reason: 'rate-short' } as const
  observer.note({ ...cooldown, subject: work.id, evidence: 'slow down' })
  observer.note({ ...cooldown, subject: 'group:local:qwen/team', evidence: null })
  observer.note({ kind: 'trouble', message: `no room, ${KEY}`, code: 'store_unwritable' })
  observer.note({ kind: 'stopped' })
  await observer.close()
  expect(logEntries(observer.folder)).toMatchObject([
    { level: 'info', kind: 'started', strategy: 'priority', accounts: 2 },
    { kind: 'request' },
    { level: 'warn', kind: 'cooldown', account: 'work', rests: 'account', until, evidence: 'slow down' },
    { kind: 'cooldown', rests: 'group:local:qwen/team', evidence: null },
    { level: 'warn', kind: 'trouble', code: 'store_unwritable', message: 'no room, sk-…6789' },
    { level: 'info', kind: 'stopped' },
  ])
})

test('nothing that looks like a key is written, wherever it came in', async () => {
  const observer = await givenObserver({ level: 'debug' })
  const message = `refused: ${KEY}`
  observer.record(
    givenRecord({
      model: KEY,
      clientKey: KEY,
      message,
      attempts: [
        givenAttempt({ message, model: KEY, outcome: 'auth-dead' }),
        givenAttempt({ account: spare, model: KEY }),
      ],
    }),
  )
  observer.note({ kind: 'crash', message, stack: `Error: ${message}\n    at x` })
  const { body } = await observer.metrics()
  await observer.close()
  const text = logText(observer.folder)
  expect(text).toContain('sk-…6789')
  expect(text).not.toContain(KEY)
  expect(body).not.toContain(KEY)
})

test.each([
  ['error', []],
  ['warn', ['rotation', 'trouble']],
  ['info', ['rotation', 'request', 'trouble']],
  ['debug', ['rotation', 'attempt', 'request', 'trouble']],
] as [LogLevel, string[]][])('with level %s these are written: %j', async (level, kinds) => {
  const observer = await givenObserver({ level })
  observer.record(givenRotation())
  observer.note({ kind: 'trouble', message: 'odd' })
  await observer.close()
  expect(logEntries(observer.folder).map(({ kind }) => kind)).toEqual(kinds)
})

test('with everything off nothing is kept and nothing is written', async () => {
  const observer = await givenObserver({ level: 'off', countsMetrics: false })
  expect(observer.isOn).toBe(false)
  observer.record(givenRecord())
  observer.note({ kind: 'trouble', message: 'odd' })
  await observer.close()
  expect(existsSync(observer.folder)).toBe(false)
})

test('in the turn of a request nothing of its record is read, however many there are', async () => {
  const observer = await givenObserver()
  let reads = 0
  const watched = new Proxy(givenRecord(), {
    get: (record, field) => ((reads += 1), record[field as keyof RequestRecord]),
  })
  for (let count = 0; count < 2000; count += 1) observer.record(watched)
  expect(reads).toBe(0)
  await observer.close()
  expect(logEntries(observer.folder)).toHaveLength(2000)
})

/** The line of a record, in the plainest way. */
function plainLine(record: RequestRecord, masked: Masked, pid: number): string {
  const shown = (text: string | null) => (text === null ? null : masked.of(text))
  const short = (ms: number | null) => (ms === null ? null : Math.round(ms * 1000) / 1000)
  const account = record.attempts.at(-1)?.account
  const line = {
    level: 'info',
    time: new Date(Math.floor(record.at + record.latencyMs)).toISOString(),
    pid,
    kind: 'request',
    requestId: record.id,
    clientKey: shown(record.clientKey),
    clientKeyId: shown(record.clientKeyId),
    onlyUser: shown(record.onlyUser),
    method: shown(record.method),
    route: shown(record.route),
    dialect: record.dialect,
    model: shown(record.model),
    stream: record.isStream,
    status: record.status,
    outcome: record.outcome,
    message: shown(record.message),
    user: shown(account?.user ?? null),
    provider: shown(account?.provider ?? null),
    account: shown(account?.name ?? null),
    attempts: record.attempts.length,
    tried: record.attempts.map((tried) => {
      const { provider, name } = tried.account
      return `${masked.of(`${provider}/${name}`)} ${tried.outcome}`
    }),
    latencyMs: short(record.latencyMs),
    firstByteMs: short(record.firstByteMs),
    inputTokens: record.inputTokens,
    outputTokens: record.outputTokens,
    costUsd: record.costUsd,
    bytesIn: record.bytesIn,
    bytesOut: record.bytesOut,
    clientGone: record.isClientGone,
  }
  return `${JSON.stringify(line)}\n`
}

test('the lines of any requests are those that JSON has of them, byte for byte', () => {
  const text = fc.string({ unit: 'binary', maxLength: 60 })
  const account = fc.record({ name: text, provider: fc.constantFrom('qwen', 'öffi"') })
  const ofFew = (accounts: { name: string; provider: string }[]) => {
    const named = accounts.map((each) => ({ ...work, ...each }))
    const attempt = fc.record({
      account: fc.constantFrom(...named),
      outcome: fc.constantFrom('ok' as const, 'lost' as const),
    })
    const ms = fc.oneof(fc.nat(5000), fc.double({ min: 0, max: 1e9, noNaN: true }))
    const record = fc.record({
      id: fc.stringMatching(/^[a-z0-9-]{1,24}$/),
      latencyMs: ms,
      firstByteMs: fc.option(ms),
      method: fc.constantFrom('POST', 'GET'),
      model: fc.option(fc.oneof(text, fc.constantFrom('m1', 'm2'))),
      clientKey: fc.constantFrom(null, 'team', 'a"b'),
      clientKeyId: fc.constantFrom(null, 'key_1', 'key_2'),
      onlyUser: fc.constantFrom(null, 'ann'),
      isStream: fc.boolean(),
      status: fc.constantFrom(null, 200, 499),
      outcome: fc.constantFrom('ok' as const, 'aborted' as const),
      message: fc.option(text, { freq: 3 }),
      attempts: fc.array(attempt, { maxLength: 2 }),
      inputTokens: fc.option(fc.nat()),
      outputTokens: fc.option(fc.maxSafeNat()),
      costUsd: fc.option(fc.double({ min: 0 }), { freq: 2 }), // infinity among them
      bytesIn: fc.nat(1e12),
      isClientGone: fc.boolean(),
    })
    return fc.array(record, { maxLength: 12 })
  }
  fc.assert(
    fc.property(fc.array(account, { minLength: 1, maxLength: 3 }).chain(ofFew), (requests) => {
      const lines = new AccessLines(new Masked(), 7)
      const bytes = new ByteWriter()
      const records = requests.map(({ attempts, ...changes }) =>
        givenRecord({ ...changes, attempts: attempts.map((each) => givenAttempt(each)) }),
      )
      for (const record of records) lines.write(bytes, record)
      const masked = new Masked()
      const expected = records.map((record) => plainLine(record, masked, 7)).join('')
      expect(bytes.written.toString()).toBe(expected)
    }),
  )
})

test('accounts that serve in turn are masked once each, however many there are', () => {
  class CountingMasked extends Masked {
    count = 0

    override of(text: string): string {
      this.count += 1
      return super.of(text)
    }
  }
  const masked = new CountingMasked()
  const lines = new AccessLines(masked, 7)
  const accounts = Array.from({ length: 3000 }, (_, index) => ({ ...work, name: `team-${index}` }))
  const writeAll = () => {
    const bytes = new ByteWriter()
    for (const account of accounts) lines.write(bytes, givenRecord({ attempts: [givenAttempt({ account })] }))
    return bytes.written.toString()
  }
  const text = writeAll()
  expect(masked.count).toBeGreaterThanOrEqual(accounts.length)
  masked.count = 0
  expect(writeAll()).toBe(text)
  expect(masked.count).toBe(0)
})

test('files are for their owner alone', async () => {
  const observer = await givenObserver()
  observer.record(givenRecord())
  await observer.close()
  expect(statSync(observer.folder).mode & 0o777).toBe(0o700)
  expect(statSync(join(observer.folder, 'proxy.ndjson')).mode & 0o777).toBe(0o600)
})

test('what a process recorded before it ended at once is in the log', async () => {
  const folder = join(temporaryFolder(), 'logs')
  expect(await logProcess(folder, 'a', 700, 'exit')).toBe(3)
  expect(logEntries(folder).map(({ requestId }) => requestId)).toEqual(
    Array.from({ length: 700 }, (_, index) => `a-${index}`),
  )
})

test('a crash is the last line, after all that was recorded before it', async () => {
  const folder = join(temporaryFolder(), 'logs')
  expect(await logProcess(folder, 'a', 300, 'throw')).toBe(1)
  const entries = logEntries(folder)
  expect(entries).toHaveLength(301)
  expect(entries.at(-1)).toMatchObject({ level: 'error', kind: 'crash', message: 'it broke, with sk-…6789' })
  expect(logText(folder)).not.toContain(KEY)
})

test('an observer lets go of the process when it closes', async () => {
  const listeners = () => process.listenerCount('exit') + process.listenerCount('uncaughtExceptionMonitor')
  const before = listeners()
  const observer = await openObserver(givenOptions())
  expect(listeners()).toBe(before + 2)
  await observer.close()
  expect(listeners()).toBe(before)
})

function logProcess(folder: string, name: string, count: number, end: string): Promise<number | null> {
  const file = join(root, 'test', 'support', 'processes', 'log-process.ts')
  const child = spawn(process.execPath, [file, folder, name, String(count), String(64 << 20), end])
  return new Promise((resolve) => child.on('close', resolve))
}
