import { spawn } from 'node:child_process'
import { readFileSync, readdirSync, rmSync, statSync, symlinkSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { LogFile } from '../../../../src/lib/observe/logs/log-file.ts'
import { listLogs, listClosedLogs, currentLog } from '../../../../src/lib/observe/logs/log-names.ts'
import { root } from '../../../support/cli.ts'
import { writeBytes, logEntries, logText } from '../../../support/given-observer.ts'
import { NOW } from '../../../support/observed-request.ts'
import { until } from '../../../support/servers/proxy-harness.ts'
import { temporaryFolder } from '../../../support/temp-folder.ts'

const MEGABYTE = 1 << 20

function givenFile(changes: { folder?: string; maxBytes?: number; clock?: () => number } = {}) {
  const troubles: string[] = []
  const folder = changes.folder ?? join(temporaryFolder(), 'logs')
  const file = new LogFile({
    maxBytes: MEGABYTE,
    clock: () => NOW,
    onTrouble: (message) => troubles.push(message),
    lostLine: (count) => `lost ${count}\n`,
    ...changes,
    folder,
  })
  onTestFinished(() => file.close())
  return { file, folder, troubles }
}

/** All bytes of a folder; files may go while they are counted. */
function bytesIn(folder: string): number {
  let bytes = 0
  for (const name of readdirSync(folder))
    bytes += statSync(join(folder, name), { throwIfNoEntry: false })?.size ?? 0
  return bytes
}

const row = (index: number) => `${JSON.stringify({ index, filling: 'x'.repeat(1000) })}\n`

test('a full file is closed and the next begun; the oldest go, the newest stay, and no line is cut', async () => {
  const { file, folder } = givenFile()
  for (let index = 0; index < 3000; index += 1) {
    file.write(writeBytes(row(index)))
    if (index % 50 !== 49) continue
    await file.close()
    expect(bytesIn(folder)).toBeLessThanOrEqual(MEGABYTE)
  }
  expect(file.dropped).toBe(0)
  expect(listClosedLogs(folder).length).toBeGreaterThan(3)
  for (const path of listLogs(folder)) expect(statSync(path).size).toBeLessThanOrEqual(MEGABYTE / 8)
  const seen = logText(folder)
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => (JSON.parse(line) as { index: number }).index)
  expect(seen.at(-1)).toBe(2999)
  expect(seen).toEqual([...seen].sort((a, b) => a - b))
})

test('four processes write the lines of all, each whole and each once', async () => {
  const folder = join(temporaryFolder(), 'logs')
  await Promise.all(['a', 'b', 'c', 'd'].map((name) => logProcess(folder, name, 2000, 64 * MEGABYTE)))
  const ids = logEntries(folder).map(({ requestId }) => String(requestId))
  expect(ids).toHaveLength(8000)
  for (const name of ['a', 'b', 'c', 'd']) {
    const own = ids.filter((id) => id.startsWith(`${name}-`))
    expect(own).toEqual(Array.from({ length: 2000 }, (_, index) => `${name}-${index}`))
  }
})

test('four processes together stay within the budget, at every moment', async () => {
  const folder = join(temporaryFolder(), 'logs')
  mkdirSync(folder)
  let most = 0
  const timer = setInterval(() => (most = Math.max(most, bytesIn(folder))), 5)
  onTestFinished(() => clearInterval(timer))
  await Promise.all(['a', 'b', 'c', 'd'].map((name) => logProcess(folder, name, 4000, MEGABYTE)))
  most = Math.max(most, bytesIn(folder))
  expect(most).toBeGreaterThan(MEGABYTE / 2)
  expect(most).toBeLessThanOrEqual(MEGABYTE)
  expect(logEntries(folder).length).toBeGreaterThan(1000) // and every line is whole, or this would have thrown
})

test('a smaller budget is kept to from the first file that it fills on', async () => {
  const { file, folder } = givenFile()
  mkdirSync(folder, { recursive: true })
  for (const second of ['01', '02', '03'])
    writeFileSync(join(folder, `proxy-20261121T1000${second}000Z-1-1.ndjson`), 'x'.repeat(400_000))
  for (let index = 0; index < 200; index += 1) {
    file.write(writeBytes(row(index)))
    await new Promise((resolve) => setImmediate(resolve))
  }
  await file.close()
  expect(bytesIn(folder)).toBeLessThanOrEqual(MEGABYTE)
})

// /dev/full is a disk without room: every write to it fails with ENOSPC.
test('a full disk is reported once, costs the lines alone, and how many is said when there is room again', async () => {
  let now = NOW
  const { file, folder, troubles } = givenFile({ clock: () => now })
  mkdirSync(folder, { recursive: true })
  symlinkSync('/dev/full', currentLog(folder))
  file.write(writeBytes('one\ntwo\n'))
  await until(() => file.dropped === 2)
  file.write(writeBytes('three\n')) // not even tried: it was full a moment ago
  expect(file.dropped).toBe(3)
  now += 5000
  file.write(writeBytes('four\n'))
  await until(() => file.dropped === 4)
  expect(troubles).toEqual([expect.stringMatching(/log lines are lost until.*ENOSPC/)])

  rmSync(currentLog(folder))
  now += 5000
  file.write(writeBytes('five\n'))
  await file.close()
  expect(readFileSync(currentLog(folder), 'utf8')).toBe('five\nlost 4\n')
  expect(file.dropped).toBe(4)
})

test('what is handed to an open file is in it in the same turn, and behind what still waits', async () => {
  const { file, folder } = givenFile()
  file.write(writeBytes('one\n')) // the file has to be opened first
  file.write(writeBytes('two\n'))
  await until(() => logText(folder) === 'one\ntwo\n')
  const lines = writeBytes('three\n')
  await until(() => (file.write(lines), logText(folder).endsWith('three\n')))
  lines.clear()
  lines.text('lines, as ever\n')
  file.write(lines)
  expect(logText(folder)).toMatch(/^one\ntwo\n(three\n)+lines, as ever\n$/)
})

test('a disk that keeps a write waiting is left to a thread for a second', async () => {
  let now = NOW
  let isSlow = false
  const { file, folder } = givenFile({ clock: () => (isSlow ? (now += 20) : now) })
  file.write(writeBytes('one\n'))
  await until(() => logText(folder) === 'one\n')
  isSlow = true
  await until(() => (file.write(writeBytes('slow\n')), now > NOW))
  isSlow = false
  await until(() => !logText(folder).endsWith('one\n'))
  const before = logText(folder)
  file.write(writeBytes('later\n'))
  expect(logText(folder)).toBe(before)
  await until(() => logText(folder).endsWith('later\n'))
  now += 1000
  await until(() => {
    const text = logText(folder)
    file.write(writeBytes('at once\n'))
    return logText(folder) === `${text}at once\n`
  })
  expect(file.dropped).toBe(0)
})

test('a folder that goes away is made again', async () => {
  let now = NOW
  const { file, folder } = givenFile({ clock: () => now })
  file.write(writeBytes('one\n'))
  await until(() => logText(folder) === 'one\n')
  rmSync(folder, { recursive: true })
  now += 1000
  file.write(writeBytes('two\n'))
  await until(() => logText(folder) === 'two\n')
  expect(file.dropped).toBe(0)
})

test('what waits for the disk has a bound: beyond it lines are dropped, not memory taken', () => {
  const { file } = givenFile()
  for (let index = 0; index < 1000; index += 1) file.write(writeBytes(row(index))) // in one turn: nothing can be written meanwhile
  expect(file.dropped).toBeGreaterThan(800)
})

function logProcess(folder: string, name: string, count: number, maxBytes: number): Promise<void> {
  const path = join(root, 'test', 'support', 'processes', 'log-process.ts')
  const child = spawn(process.execPath, [path, folder, name, String(count), String(maxBytes)])
  let stderr = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
  return new Promise((resolve, reject) =>
    child.on('close', (code) => (code === 0 && stderr === '' ? resolve() : reject(new Error(stderr)))),
  )
}
