import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ResponseHeadBytes } from '../../../../../src/lib/proxy/transport/fast/client/response-head-bytes.ts'
import { HeadLines } from '../../../../../src/lib/proxy/transport/fast/client/head-lines.ts'
import { PassedHeaders } from '../../../../../src/lib/proxy/wire/headers/response-headers.ts'

test('heads written one after the other say each what they were given, whatever the ones before said', () => {
  const name = fc.constantFrom('content-length', 'x-request-id', 'x-qwenctl-account', 'retry-after')
  const value = fc.oneof(
    fc.constantFrom('', '1', '12', 'work', 'x'.repeat(100)),
    fc.stringMatching(/^[ -ÿ]{0,20}$/),
  )
  const headers = fc.array(fc.tuple(name, value), { maxLength: 12 }).map((pairs) => pairs.flat())
  const passed = new PassedHeaders(['date', 'Thu, 01 Jan 1970 00:00:00 GMT', 'x-upstream', 'é'])
  const end = { true: 'connection: close\r\n\r\n', false: 'connection: keep-alive\r\n\r\n' }
  fc.assert(
    fc.property(fc.array(fc.tuple(headers, fc.boolean()), { minLength: 1, maxLength: 8 }), (heads) => {
      const headLines = new HeadLines()
      for (const [list, isLast] of heads) {
        let lines = 'HTTP/1.1 200 OK\r\ndate: Thu, 01 Jan 1970 00:00:00 GMT\r\nx-upstream: é\r\n'
        for (let index = 0; index < list.length; index += 2) lines += `${list[index]}: ${list[index + 1]}\r\n`
        const owner = { isClosing: isLast, headLines }
        expect(new ResponseHeadBytes(200, passed, list, owner).text).toBe(lines + end[`${isLast}`])
      }
    }),
    { numRuns: 500 },
  )
})
