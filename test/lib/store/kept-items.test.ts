import { readdirSync, readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { KeptItemFiles } from '../../../src/lib/store/kept-items.ts'
import { sweepItems } from '../../../src/lib/store/sweep-items.ts'
import { temporaryFolder } from '../../support/temp-folder.ts'

const NOW = Date.parse('2026-11-22T12:00:00.000Z')
const DAY_MS = 24 * 3_600_000
const token = (n: number) => n.toString(16).padStart(32, '0')

test('items return to their owner alone, in another process at once', () => {
  const folder = temporaryFolder()
  new KeptItemFiles(folder).put(token(1), 'key', '[1]', NOW)
  const files = new KeptItemFiles(folder)
  expect(files.find(token(1), 'key')).toBe('[1]')
  expect(files.find(token(1), 'other')).toBeNull()
  expect(files.find(token(2), 'key')).toBeNull()
})

test('a damaged file has no items', () => {
  const folder = temporaryFolder()
  const files = new KeptItemFiles(folder)
  files.put(token(1), 'key', '[1]', NOW)
  const file = join(folder, readdirSync(folder)[0]!)
  const bytes = readFileSync(file)
  bytes[bytes.length - 1]! ^= 1
  writeFileSync(file, bytes)
  expect(files.find(token(1), 'key')).toBeNull()
  writeFileSync(file, '')
  expect(files.find(token(1), 'key')).toBeNull()
})

test('items of more than 30 days ago go with the first answer of a process', async () => {
  const folder = temporaryFolder()
  const files = new KeptItemFiles(folder)
  files.put(token(1), 'key', '[1]', NOW)
  files.put(token(2), 'key', '[2]', NOW)
  await files.settle()
  const [first] = readdirSync(folder)
  const old = new Date(NOW - 31 * DAY_MS)
  utimesSync(join(folder, first!), old, old)
  const other = readdirSync(folder).find((name) => name !== first)!
  utimesSync(join(folder, other), new Date(NOW), new Date(NOW))
  const later = new KeptItemFiles(folder)
  later.put(token(3), 'key', '[3]', NOW)
  await later.settle()
  expect(readdirSync(folder)).not.toContain(first)
  expect(readdirSync(folder).length).toBe(2)
})

test('a folder that was removed is made again', () => {
  const folder = join(temporaryFolder(), 'items')
  const files = new KeptItemFiles(folder)
  files.put(token(1), 'key', '[1]', NOW)
  rmSync(folder, { recursive: true })
  files.put(token(2), 'key', '[2]', NOW)
  files.put(token(3), 'key', '[3]', NOW)
  expect(files.find(token(3), 'key')).toBe('[3]')
})

test('a file of an earlier version is read', async () => {
  const folder = temporaryFolder()
  const files = new KeptItemFiles(folder)
  files.put(token(1), 'key', '[1]', NOW)
  const [name = ''] = readdirSync(folder)
  const old = createHash('sha256')
    .update(JSON.stringify(['name', token(1)]))
    .digest('hex')
  renameSync(join(folder, name), join(folder, old))
  expect(files.find(token(1), 'key')).toBe('[1]')
  expect(files.find(token(1), 'other')).toBeNull()
  await sweepItems(folder, NOW)
  expect(readdirSync(folder)).toEqual([old])
})

test('a busy client pushes out its own items, the oldest first', async () => {
  const folder = temporaryFolder()
  const files = new KeptItemFiles(folder)
  const names: string[] = []
  const keep = (n: number, owner: string) => {
    files.put(token(n), owner, `[${n}]`, NOW)
    const name = readdirSync(folder).find((each) => !names.includes(each))!
    names.push(name)
    utimesSync(join(folder, name), new Date(NOW + n), new Date(NOW + n))
  }
  keep(1, 'quiet')
  for (const n of [2, 3, 4, 5, 6]) keep(n, 'busy')
  await sweepItems(folder, NOW, { mostAnswers: 4, mostBytes: 1 << 20 })
  const left = [1, 2, 3, 4, 5, 6].filter((n) => files.find(token(n), n === 1 ? 'quiet' : 'busy') !== null)
  expect(left).toEqual([1, 4, 5, 6])
  const size = statSync(join(folder, readdirSync(folder)[0]!)).size
  await sweepItems(folder, NOW, { mostAnswers: 9, mostBytes: 2 * size })
  expect(files.find(token(1), 'quiet')).toBe('[1]')
  expect(files.find(token(6), 'busy')).toBe('[6]')
  expect(readdirSync(folder).length).toBe(2)
})
