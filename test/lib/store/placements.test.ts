import { readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, onTestFinished, test } from 'vitest'
import { PlacementFile } from '../../../src/lib/store/placements.ts'
import { temporaryFolder } from '../../support/temp-folder.ts'

const NOON = Date.parse('2026-11-22T12:00:00.000Z')

function givenFile(): string {
  const folder = temporaryFolder()
  return join(folder, 'affinity', 'conversations')
}

function opened(path: string, sets = 64): PlacementFile {
  const file = new PlacementFile(path, sets)
  onTestFinished(() => file.close())
  return file
}

test('what one process remembers, another one and a later one find', () => {
  const path = givenFile()
  const [one, other] = [opened(path), opened(path)]
  expect(other.find('a')).toBeNull()
  one.put('a', 'acc_1', NOON)
  one.put(17, 'acc_2', NOON)
  one.flush()
  expect([other.find('a'), other.find(17), other.find('b')]).toEqual(['acc_1', 'acc_2', null])
  one.put('a', 'acc_3', NOON)
  one.close()
  expect([opened(path).find('a'), opened(path).find(17)]).toEqual(['acc_3', 'acc_2'])
})

test('two processes that write beside each other keep what both know', () => {
  const path = givenFile()
  const files = [opened(path), opened(path)]
  for (let n = 0; n < 40; n++) files[n % 2]!.put(`key ${n}`, `acc_${n}`, NOON)
  for (const file of files) file.flush()
  const third = opened(path)
  for (let n = 0; n < 40; n++) expect([null, `acc_${n}`]).toContain(third.find(`key ${n}`))
  expect(
    Array.from({ length: 40 }, (_, n) => third.find(`key ${n}`)).filter((id) => id === null).length,
  ).toBeLessThan(4)
})

test('the file keeps its size and its secrecy, however many keys it has seen, and keeps the newest', () => {
  const path = givenFile()
  const file = opened(path, 16)
  for (let n = 0; n < 5000; n++) file.put(`key ${n}`, 'acc_1', NOON + n * 1000)
  file.flush()
  expect(statSync(path).size).toBeLessThanOrEqual(16 * 256)
  expect(statSync(path).mode & 0o777).toBe(0o600)
  const newest = Array.from({ length: 20 }, (_, n) => file.find(`key ${4999 - n}`))
  expect(newest.filter((id) => id !== null).length).toBeGreaterThan(15)
})

test('whatever happens to the file, an account that was never put is never found', () => {
  const known = new Set(['acc_1', 'acc_2'])
  const damage = fc.oneof(
    fc.record({ at: fc.nat(16 * 256), bytes: fc.uint8Array({ minLength: 1, maxLength: 80 }) }),
    fc.record({ cut: fc.nat(16 * 256) }),
  )
  fc.assert(
    fc.property(damage, (harm) => {
      const path = givenFile()
      const file = opened(path, 16)
      for (let n = 0; n < 60; n++) file.put(n, n % 2 === 0 ? 'acc_1' : 'acc_2', NOON)
      file.close()
      if ('cut' in harm) truncateSync(path, harm.cut)
      else {
        const bytes = readFileSync(path)
        bytes.set(
          harm.bytes.subarray(0, Math.max(0, bytes.length - harm.at)),
          Math.min(harm.at, bytes.length),
        )
        writeFileSync(path, bytes)
      }
      const after = opened(path, 16)
      for (let n = 0; n < 60; n++) {
        const found = after.find(n)
        if (found !== null) expect(found).toBe(n % 2 === 0 ? 'acc_1' : 'acc_2')
        expect(found === null || known.has(found)).toBe(true)
      }
    }),
    { numRuns: 40 },
  )
})

test('a file that cannot be written costs nothing but the memory of other processes', () => {
  const folder = temporaryFolder()
  writeFileSync(join(folder, 'affinity'), 'a file where the folder should be')
  const file = opened(join(folder, 'affinity', 'conversations'))
  file.put('a', 'acc_1', NOON)
  file.flush()
  expect(file.find('a')).toBe('acc_1')
})
