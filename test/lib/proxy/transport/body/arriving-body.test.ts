import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ArrivingBody } from '../../../../../src/lib/proxy/transport/body/arriving-body.ts'

/** Hands over the reads as views of one memory, each cut into chunks. Reports the end of each but the last. */
function arrive(reads: readonly string[][], onRead: (body: ArrivingBody) => void): ArrivingBody {
  const memory = Buffer.alloc(4096)
  const body = new ArrivingBody()
  reads.forEach((chunks, index) => {
    let at = memory.fill('?').byteLength - 4096
    for (const chunk of chunks) {
      const length = memory.write(chunk, at, 'latin1')
      body.add(memory.subarray(at, at + length))
      at += length
    }
    onRead(body)
    if (index < reads.length - 1) body.keep()
  })
  return body
}

const anyReads = fc.array(fc.array(fc.string({ minLength: 1, maxLength: 40 }), { maxLength: 5 }), {
  minLength: 1,
  maxLength: 6,
})

test('however a body arrives, and whenever it is looked at, it is what was sent', () => {
  fc.assert(
    fc.property(anyReads, fc.boolean(), (reads, looks) => {
      const text = Buffer.from(reads.flat().join(''), 'latin1')
      const body = arrive(reads, (far) => looks && far.bytes)
      expect(body.length).toBe(text.length)
      expect(body.bytes.equals(text)).toBe(true)
    }),
  )
})

test('what is to stay stays when the memory that it came in is written over', () => {
  fc.assert(
    fc.property(anyReads, (reads) => {
      let memory: Buffer | null = null
      const body = arrive(reads, (far) => {
        if (far.length > 0 && far.bytes.buffer.byteLength === 4096) memory = far.bytes
      })
      const own = body.ownBytes
      ;(memory as Buffer | null)?.fill('!')
      expect(own.toString('latin1')).toBe(reads.flat().join(''))
    }),
  )
})

test('of a tail no more is kept than was asked for', () => {
  const body = new ArrivingBody()
  for (const chunk of ['abc', 'defg', 'h']) body.addToTail(Buffer.from(chunk), 5)
  expect(body.bytes.toString()).toBe('defgh')
})
