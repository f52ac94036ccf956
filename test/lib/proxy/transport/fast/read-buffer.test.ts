import { assert, integer, nat, property, record, uint8Array } from 'fast-check'
import { expect, test } from 'vitest'
import { Expected, ReadBuffer } from '../../../../../src/lib/proxy/transport/fast/sockets/read-buffer.ts'

const reads = new ReadBuffer()

/** As a socket reads them. */
function read(bytes: Uint8Array): Buffer {
  reads.bytes.set(bytes)
  return reads.read(bytes.length)
}

test('what was read is there until the next read, whatever its length', () => {
  for (const length of [0, 1, 100, 4095, 4096, 65_536]) {
    const bytes = Buffer.alloc(length, length % 251)
    expect(read(bytes).equals(bytes)).toBe(true)
  }
})

const few = (maxLength: number) => uint8Array({ min: 97, max: 98, maxLength })

test('bytes are seen again exactly where they stand, in a read and in memory of its own', () => {
  const given = record({ known: few(90), before: few(3), same: nat(90), rest: few(60), length: nat(90) })
  assert(
    property(given, ({ known, before, same, rest, length }) => {
      const expected = new Expected(reads)
      expected.learn(Buffer.from([1, 2, ...known, 3]), 2, 2 + known.length)
      const chunk = Buffer.from([...before, ...known.subarray(0, same), ...rest])
      const asked = Math.min(length, known.length)
      const isThere = (at: number, from: number) =>
        chunk.length >= at + asked - from &&
        chunk.subarray(at, at + asked - from).equals(Buffer.from(known.subarray(from, asked)))
      for (const start of [0, before.length]) {
        expect(expected.begins(chunk, start, asked)).toBe(isThere(start, 0))
        expect(expected.begins(read(chunk), start, asked)).toBe(isThere(start, 0))
      }
      const from = Math.min(2, asked)
      expect(expected.ends(chunk, before.length, from, asked)).toBe(isThere(before.length, from))
    }),
  )
})

test('what is learned later is expected instead, also where it is longer or shorter', () => {
  assert(
    property(few(200), few(200), integer({ min: 0, max: 1 }), (first, second, changed) => {
      const expected = new Expected(reads)
      for (const bytes of [first, second]) expected.learn(Buffer.from(bytes), 0, bytes.length)
      expect(expected.length).toBe(second.length)
      const chunk = Buffer.from(second)
      if (changed === 1 && chunk.length > 0) chunk[chunk.length - 1]! ^= 1
      expect(expected.begins(read(chunk), 0, second.length)).toBe(changed === 0 || chunk.length === 0)
    }),
  )
})
