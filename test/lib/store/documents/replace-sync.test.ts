import { mkdirSync, mkdtempSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { replaceSync } from '../../../../src/lib/store/documents/files/atomic-write.ts'
import { removeFolder } from '../../../support/temp-folder.ts'

let folder: string

beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'replace-'))))
afterEach(() => removeFolder(folder))

test.each([true, false])('replaces a file for its owner alone (flush: %s)', (flush) => {
  const file = join(folder, 'file.json')
  writeFileSync(file, 'a longer text from before', { mode: 0o644 })
  replaceSync(file, 'new', { flush })
  expect(readFileSync(file, 'utf8')).toBe('new')
  if (process.platform !== 'win32') expect(statSync(file).mode & 0o777).toBe(0o600)
  expect(readdirSync(folder)).toEqual(['file.json'])
})

test('leaves the place as it was when the file cannot be replaced', () => {
  const taken = join(folder, 'taken')
  mkdirSync(join(taken, 'inside'), { recursive: true })
  expect(() => replaceSync(taken, 'new')).toThrow(expect.objectContaining({ code: expect.any(String) }))
  expect(readdirSync(folder)).toEqual(['taken'])
  expect(readdirSync(taken)).toEqual(['inside'])
})

test('writes the pieces of a text one after the other', () => {
  const file = join(folder, 'pieces')
  replaceSync(file, [Buffer.from('a'), Buffer.from(''), new Uint8Array([98, 99])])
  expect(readFileSync(file, 'utf8')).toBe('abc')
})
