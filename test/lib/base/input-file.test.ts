import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { unreadableInput } from '../../../src/lib/base/input-file.ts'

test.each([
  ['/nowhere/batch.jsonl', 'there is no file /nowhere/batch.jsonl'],
  ['/', '/ cannot be read (EISDIR)'],
])('a file %s that the user has named: %s', (path, message) => {
  const read = () => {
    try {
      readFileSync(path)
    } catch (error) {
      throw unreadableInput(path, error, 'name another')
    }
  }
  expect(read).toThrow(expect.objectContaining({ code: 'invalid_value', message, hint: 'name another' }))
})
