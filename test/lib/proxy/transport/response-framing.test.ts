import fc from 'fast-check'
import { expect, test } from 'vitest'
import { readFraming, untilClose } from '../../../../src/lib/proxy/transport/response-framing.ts'
import { UpstreamHead } from '../../../../src/lib/proxy/transport/upstream-head.ts'

const framed = (...headers: string[]) => readFraming(new UpstreamHead(200, 'OK', '1.1', headers), false)

test('for any content-length, it is digits and at most 15 of them, or refused', () => {
  const text = fc.oneof(
    fc.string({ unit: fc.constantFrom(...'0123456789'), maxLength: 18 }),
    fc.string({ unit: fc.constantFrom(...'0129+-. xe,/:\xb2'), maxLength: 4 }),
  )
  fc.assert(
    fc.property(text, (value) => {
      expect(framed('Content-Length', value)).toEqual(
        /^[0-9]{1,15}$/.test(value)
          ? { length: Number(value), persistent: true, keepAliveHintMs: null }
          : 'its content-length is not valid',
      )
    }),
    { numRuns: 1000 },
  )
})

test('for any connection header, the word close alone ends the connection', () => {
  const words = fc.array(
    fc.constantFrom('close', 'Close', 'keep-alive', 'Keep-Alive', 'x-close', 'closed', ''),
  )
  fc.assert(
    fc.property(words, fc.constantFrom(',', ', ', ' '), (list, between) => {
      const closes = list.some((word) => word.toLowerCase() === 'close')
      expect(framed('content-length', '1', 'Connection', list.join(between))).toMatchObject({
        persistent: !closes,
      })
    }),
  )
})

test('when there is no length, the body ends with the connection, which nothing can be asked on then', () => {
  expect(framed('keep-alive', 'timeout=5')).toEqual({
    length: untilClose,
    persistent: false,
    keepAliveHintMs: 5000,
  })
})
