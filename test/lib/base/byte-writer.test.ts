import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ByteWriter, StaticText } from '../../../src/lib/base/byte-writer.ts'

test('whatever is written is there as UTF-8, one after the other', () => {
  const text = fc.oneof(
    fc.string({ maxLength: 80 }),
    fc.string({ unit: 'binary', maxLength: 80 }),
    fc.stringMatching(/^[a-z ]{0,80}$/),
  )
  const number = fc.oneof(
    fc.nat(),
    fc.integer(),
    fc.double(),
    fc.nat(20).map((power) => 10 ** power),
  )
  const part = fc.oneof(
    text.map((value) => ({ value, write: (bytes: ByteWriter) => bytes.text(value) })),
    text.map((value) => ({ value, write: (bytes: ByteWriter) => bytes.copy(Buffer.from(value)) })),
    text.map((value) => ({ value, write: (bytes: ByteWriter) => bytes.writeStatic(new StaticText(value)) })),
    number.map((value) => ({ value: `${value}`, write: (bytes: ByteWriter) => bytes.number(value) })),
  )
  const lines = fc.array(fc.array(part, { maxLength: 100 }), { maxLength: 4 })
  fc.assert(
    fc.property(lines, (all) => {
      const bytes = new ByteWriter()
      for (const parts of all) {
        for (const { write } of parts) write(bytes)
        expect(bytes.written).toEqual(Buffer.concat(parts.map(({ value }) => Buffer.from(value))))
        expect(bytes.memory.subarray(0, bytes.length)).toEqual(bytes.written)
        bytes.clear()
      }
    }),
  )
})

test('what one large batch took is given back', () => {
  const bytes = new ByteWriter()
  bytes.text('x'.repeat(1 << 20))
  expect(bytes.length).toBe(1 << 20)
  bytes.clear()
  expect(bytes.memory.length).toBeLessThan(1 << 16)
  bytes.text('as ever')
  expect(bytes.written.toString()).toBe('as ever')
})
