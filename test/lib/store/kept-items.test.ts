import { readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { KeptItemFiles } from '../../../src/lib/store/kept-items.ts'
import { temporaryFolder } from '../../support/temp-folder.ts'

const NOW = Date.parse('2026-11-22T12:00:00.000Z')
const DAY_MS = 24 * 3_600_000
const token = (n: number) => n.toString(16).padStart(32, '0')

test('items return to their owner alone', () => {
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

test('items of more than 30 days ago go with the first answer of a process', () => {
  const folder = temporaryFolder()
  const files = new KeptItemFiles(folder)
  files.put(token(1), 'key', '[1]', NOW)
  files.put(token(2), 'key', '[2]', NOW)
  const [first] = readdirSync(folder)
  const old = new Date(NOW - 31 * DAY_MS)
  utimesSync(join(folder, first!), old, old)
  const other = readdirSync(folder).find((name) => name !== first)!
  utimesSync(join(folder, other), new Date(NOW), new Date(NOW))
  new KeptItemFiles(folder).put(token(3), 'key', '[3]', NOW)
  expect(readdirSync(folder)).not.toContain(first)
  expect(readdirSync(folder).length).toBe(2)
})
