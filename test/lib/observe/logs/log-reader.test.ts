import { appendFileSync, mkdirSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { LogFile } from '../../../../src/lib/observe/logs/log-file.ts'
import type { LogFilter } from '../../../../src/lib/observe/logs/log-filter.ts'
import { listClosedLogs, currentLog } from '../../../../src/lib/observe/logs/log-names.ts'
import { LogReader, followLog } from '../../../../src/lib/observe/logs/log-reader.ts'
import type { LogLine } from '../../../../src/lib/observe/logs/log-reader.ts'
import { writeBytes, givenObserver } from '../../../support/given-observer.ts'
import { NOW, givenRecord, givenRotation, work } from '../../../support/observed-request.ts'
import { until } from '../../../support/servers/proxy-harness.ts'
import { temporaryFolder } from '../../../support/temp-folder.ts'

function row(index: number, more: object = {}): string {
  const time = new Date(NOW + index * 1000).toISOString()
  return `${JSON.stringify({ level: 'info', time, kind: 'request', index, ...more })}\n`
}

const indexes = (lines: LogLine[]) => lines.map(({ entry }) => entry['index'])

/** Ten lines in a closed file, ten in the next, five in the one that is written to. */
function givenLogs(): string {
  const folder = join(temporaryFolder(), 'logs')
  mkdirSync(folder)
  const rows = (from: number, to: number) =>
    Array.from({ length: to - from }, (_, index) => row(from + index)).join('')
  writeFileSync(join(folder, 'proxy-20261122T100000000Z-9-1.ndjson'), rows(0, 10))
  writeFileSync(join(folder, 'proxy-20261122T100010000Z-8-1.ndjson'), rows(10, 20))
  writeFileSync(currentLog(folder), rows(20, 25))
  writeFileSync(join(folder, 'proxy.log'), 'words of a proxy in the background\n')
  return folder
}

test.each([
  [0, []],
  [3, [22, 23, 24]],
  [7, [18, 19, 20, 21, 22, 23, 24]],
  [null, Array.from({ length: 25 }, (_, index) => index)],
])('the last %j lines are read across files', (most, expected) => {
  expect(indexes(new LogReader(givenLogs(), {}).last(most))).toEqual(expected)
})

test('lines that a full disk cut off, and foreign ones, are passed over', () => {
  const folder = givenLogs()
  appendFileSync(currentLog(folder), `{"level":"info","ti\n\nwords\n[1]\n{"level":1}\n${row(25)}{"level":"in`)
  expect(indexes(new LogReader(folder, {}).last(2))).toEqual([24, 25])
})

test('a file in the place of the folder is named, with what to do', () => {
  const folder = join(temporaryFolder(), 'logs')
  writeFileSync(folder, 'x')
  expect(() => new LogReader(folder, {}).last(1)).toThrow(`${folder} is no folder, so it has no logs`)
})

test('a folder that is not there has no lines', () => {
  const reader = new LogReader(join(temporaryFolder(), 'none'), {})
  expect(reader.last(null)).toEqual([])
  expect(reader.readNew()).toEqual([])
})

test('news are what was written since, also to a file that was renamed meanwhile, and each line once', () => {
  const folder = givenLogs()
  const reader = new LogReader(folder, {})
  reader.last(1)
  expect(reader.readNew()).toEqual([])
  appendFileSync(currentLog(folder), row(25))
  renameSync(currentLog(folder), join(folder, 'proxy-20261122T100100000Z-7-1.ndjson'))
  writeFileSync(currentLog(folder), row(26))
  expect(indexes(reader.readNew())).toEqual([25, 26])
  // another process had the renamed file open still
  appendFileSync(listClosedLogs(folder).at(-1)!, row(27))
  expect(indexes(reader.readNew())).toEqual([27])
  expect(reader.readNew()).toEqual([])
})

test('half a line is news when its other half is there', () => {
  const folder = givenLogs()
  const reader = new LogReader(folder, {})
  reader.last(0)
  const line = row(25, { model: 'mödel' })
  const bytes = Buffer.from(line)
  const middle = bytes.indexOf('ö') + 1 // within a character
  appendFileSync(currentLog(folder), bytes.subarray(0, middle))
  expect(reader.readNew()).toEqual([])
  appendFileSync(currentLog(folder), bytes.subarray(middle))
  expect(reader.readNew().map(({ text }) => `${text}\n`)).toEqual([line])
})

test('a reader that follows sees every line once and in order while the files turn over', async () => {
  const folder = join(temporaryFolder(), 'logs')
  const lost = () => ''
  const file = new LogFile({ folder, maxBytes: 1 << 20, clock: () => NOW, onTrouble: fail, lostLine: lost })
  const reader = new LogReader(folder, {})
  expect(reader.last(10)).toEqual([])
  const seen: unknown[] = []
  onTestFinished(followLog(reader, folder, (lines) => seen.push(...indexes(lines)), 20))
  let written = 0
  for (let round = 0; round < 30; round += 1) {
    for (let count = 0; count < 50; count += 1)
      file.write(writeBytes(row(written++, { filling: 'x'.repeat(1000) })))
    await file.close()
    await until(() => seen.length >= written)
  }
  expect(listClosedLogs(folder).length).toBeGreaterThan(4)
  expect(seen).toEqual(Array.from({ length: written }, (_, index) => index))
})

test.each([
  [{ level: 'warn' }, ['rotation', 'cooldown', 'trouble']],
  [{ account: 'work' }, ['request', 'rotation', 'request', 'cooldown']],
  [{ account: 'qwen/work', level: 'info' }, ['request', 'rotation', 'request', 'cooldown']],
  [{ account: 'local:openai/spare' }, ['request']],
  [{ account: 'openai/spare' }, ['request']],
  [{ account: 'alice:qwen/work' }, []],
  [{ account: 'ork' }, []],
  [{ model: 'm2' }, ['rotation', 'request']],
  [{ requestId: 'req-2' }, ['rotation', 'request']],
  [{ since: NOW + 60_000 }, ['rotation', 'request', 'cooldown', 'trouble']],
  [{}, ['request', 'rotation', 'request', 'cooldown', 'trouble']],
] as [LogFilter, string[]][])('with %j these lines are shown: %j', async (filter, kinds) => {
  let now = NOW
  const observer = await givenObserver({ clock: () => now })
  observer.record(givenRecord())
  now += 61_000
  const { attempts } = givenRotation()
  const later = attempts.map((attempt) => ({ ...attempt, at: now, model: 'm2' }))
  observer.record(givenRotation({ id: 'req-2', at: now, model: 'm2', attempts: later }))
  const rest = { until: null, reason: 'quota-hard', evidence: null, model: null } as const
  observer.note({ kind: 'cooldown', account: work, subject: work.id, ...rest })
  observer.note({ kind: 'trouble', message: 'odd' })
  await observer.close()
  const lines = new LogReader(observer.folder, filter).last(null)
  expect(lines.map(({ entry }) => entry.kind)).toEqual(kinds)
})

function fail(message: string): never {
  throw new Error(message)
}
