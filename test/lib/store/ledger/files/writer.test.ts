import { expect, test } from 'vitest'
import { isWriterAlive, makeWriter } from '../../../../../src/lib/store/ledger/files/writer.ts'

test('when a process opens many ledgers at the same moment, each has an id of its own', () => {
  const writers = Array.from({ length: 1000 }, makeWriter)
  expect(new Set(writers).size).toBe(1000)
})

test('when a reservation is of this process, its writer is alive', () => {
  expect(isWriterAlive(`${makeWriter()}-1`)).toBe(true)
})
