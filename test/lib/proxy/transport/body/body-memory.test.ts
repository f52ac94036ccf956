import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  GrowingBody,
  LARGE_BYTES,
  freshMemory,
} from '../../../../../src/lib/proxy/transport/body/body-memory.ts'
import { BufferPool } from '../../../../../src/lib/proxy/transport/fast/sockets/buffer-pool.ts'

/** Cuts the body into chunks of these sizes, in turn. */
function cutAt(body: Buffer, sizes: readonly number[]): Buffer[] {
  const chunks: Buffer[] = []
  for (let at = 0, n = 0; at < body.length; n++) {
    const size = sizes[n % sizes.length]!
    chunks.push(body.subarray(at, at + size))
    at += size
  }
  return chunks
}

test.each([
  ['that is reused', new BufferPool()],
  ['that is fresh', freshMemory],
])(
  'in memory %s, a body has the bytes of its chunks, whatever was announced and wherever it was cut',
  (_what, memory) => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 5 * LARGE_BYTES }),
        fc.array(fc.integer({ min: 1, max: 2 * LARGE_BYTES }), { minLength: 1, maxLength: 8 }),
        fc.constantFrom('right', 'none', 'less'),
        (length, sizes, announced) => {
          const body = Buffer.from(Array.from({ length }, (_, index) => (index * 31 + length) & 0xff))
          const told = { right: length, none: 0, less: length >> 1 }[announced]
          const growing = new GrowingBody(memory, told)
          for (const chunk of cutAt(body, sizes)) growing.add(chunk)
          const { bytes, piece } = growing.whole()
          expect(growing.length).toBe(length)
          expect(bytes.equals(body)).toBe(true)
          if (piece !== null) memory.release(piece)
        },
      ),
      { numRuns: 60 },
    )
  },
)

test('a body without an announced length takes a number of buffers that grows with the logarithm of its length', () => {
  const acquired: number[] = []
  const memory = {
    acquire: (bytes: number) => (acquired.push(bytes), Buffer.alloc(bytes)),
    release: () => undefined,
  }
  const growing = new GrowingBody(memory, 0)
  for (let n = 0; n < 1_000; n++) growing.add(Buffer.alloc(16_384, n))
  expect(growing.length).toBe(16_384_000)
  expect(acquired.length).toBeLessThan(12)
})
