import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  bodyKeys,
  readBoolean,
  readString,
  scanBody,
  type BodyFields,
} from '../../../../../src/lib/proxy/wire/body/scan-body.ts'
import { anyBody, anyNoise, noisyJson } from './noisy-json.ts'

const BYTE_ORDER_MARK = '\ufeff'

test('for any JSON object however it is written, the spans hold the values that a parser finds', () => {
  fc.assert(
    fc.property(anyBody, anyNoise, (value, choose) => {
      const text = noisyJson(value, choose)
      const body = Buffer.from(text)
      const { fields } = scanned(body)
      const parsed = JSON.parse(text) as Record<string, unknown>
      for (const key of bodyKeys) {
        const span = fields[key]
        expect(
          span === undefined ? undefined : JSON.parse(body.toString('utf8', span.start, span.end)),
        ).toEqual(Object.hasOwn(parsed, key) ? parsed[key] : undefined)
      }
    }),
    { numRuns: 500 },
  )
})

test('every beginning of a valid body is refused', () => {
  fc.assert(
    fc.property(anyBody, anyNoise, (value, choose) => {
      const body = Buffer.from(noisyJson(value, choose))
      expect(scanBody(body).ok).toBe(true)
      for (let end = 0; end < body.length; end++) expect(scanBody(body.subarray(0, end)).ok).toBe(false)
    }),
    { numRuns: 50 },
  )
})

test('when bytes are changed at random, the scan never throws, and accepts all that a parser accepts', () => {
  const mutation = fc.record({
    at: fc.nat(),
    byte: fc.oneof(fc.nat({ max: 255 }), fc.constantFrom(...Buffer.from('{}[]",:\\ -0e.t'))),
  })
  fc.assert(
    fc.property(anyBody, fc.array(mutation, { minLength: 1, maxLength: 4 }), (value, mutations) => {
      const body = Buffer.from(JSON.stringify(value))
      for (const { at, byte } of mutations) body[at % body.length] = byte
      const scan = scanBody(body)
      const parsed = parsedObject(body)
      if (parsed !== null && !scan.ok) expect(scan.reason).toBe('duplicate')
      if (scan.ok)
        for (const span of Object.values(scan.fields))
          if (span !== undefined) expect(span.start).toBeLessThan(span.end)
    }),
    { numRuns: 2000 },
  )
})

test('for arbitrary bytes, the scan never throws', () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 200 }),
      (bytes) => typeof scanBody(Buffer.from(bytes)).ok === 'boolean',
    ),
  )
})

test.each([
  ['', 'not-an-object'],
  ['   ', 'not-an-object'],
  ['[]', 'not-an-object'],
  ['"model"', 'not-an-object'],
  ['null', 'not-an-object'],
  ['<html>', 'not-an-object'],
  ['{', 'malformed'],
  ['{}}', 'malformed'],
  ['{} {}', 'malformed'],
  ['{"model":"a"} x', 'malformed'],
  ['{model:"a"}', 'malformed'],
  ["{'model':'a'}", 'malformed'],
  ['{"model" "a"}', 'malformed'],
  ['{"model":}', 'malformed'],
  ['{"model":"a",}', 'malformed'],
  ['{"model":"a" "b":1}', 'malformed'],
  ['{,"model":"a"}', 'malformed'],
  ['{"a":[1,]}', 'malformed'],
  ['{"a":[1}', 'malformed'],
  ['{"a":{]}', 'malformed'],
  ['{"model":"a}', 'malformed'],
  ['{"model":"a\\"}', 'malformed'],
  ['{"a":tru}', 'malformed'],
  ['{"a":nulll}', 'malformed'],
  ['{"a":undefined}', 'malformed'],
  ['{"a":NaN}', 'malformed'],
  ['{"a":01}', 'malformed'],
  ['{"a":1.}', 'malformed'],
  ['{"a":.5}', 'malformed'],
  ['{"a":-}', 'malformed'],
  ['{"a":+1}', 'malformed'],
  ['{"a":1e}', 'malformed'],
  ['{1:2}', 'malformed'],
  ['{"a":1}\0', 'malformed'],
  ['{"model":"a","model":"b"}', 'duplicate'],
  ['{"model":"a","mod\\u0065l":"b"}', 'duplicate'],
  ['{"model":"a","Model":"b"}', 'duplicate'],
  ['{"stream":true,"x":1,"stream":false}', 'duplicate'],
])('when the body is %s, refuses it as %s', (text, reason) => {
  expect(scanBody(Buffer.from(text))).toEqual({ ok: false, reason })
})

test.each([
  '{}',
  ' \r\n\t{ } \n',
  '{"a":-0.5e+10,"b":[],"c":{},"d":[[]],"e":""}',
  '{"a":1,"a":2}',
  '{"a":{"model":1,"model":2}}',
])('when the body is %j, accepts it', (text) => {
  expect(scanBody(Buffer.from(text)).ok).toBe(true)
})

test('when the body begins with a byte order mark and white space, still finds the model', () => {
  const body = Buffer.from(`${BYTE_ORDER_MARK} \n{"model":"qwen3-coder-plus"}\n`)
  expect(readString(body, scanned(body).fields.model)).toBe('qwen3-coder-plus')
})

test('when keys are written with escapes, they are the same keys', () => {
  const body = Buffer.from('{"mod\\u0065l":"a","\\u0073tream":true,"m\\qodel":1,"\\ud83d":2}')
  const { fields } = scanned(body)
  const found = Object.entries(fields).filter(([, span]) => span !== undefined)
  expect(found.map(([key]) => key)).toEqual(['model', 'stream'])
  expect(readBoolean(body, fields.stream)).toBe(true)
})

test('when a nested object or a text mentions the keys, only the top level counts', () => {
  const body = Buffer.from(JSON.stringify({ a: { model: 'no' }, b: '"model":"no"', model: 'yes' }))
  expect(readString(body, scanned(body).fields.model)).toBe('yes')
})

test('when values nest 512 deep, accepts them; one deeper is refused', () => {
  const nested = (depth: number) => Buffer.from(`{"a":${'['.repeat(depth)}${']'.repeat(depth)}}`)
  expect(scanBody(nested(511)).ok).toBe(true)
  expect(scanBody(nested(512))).toEqual({ ok: false, reason: 'too-deep' })
  expect(scanBody(Buffer.from(`{"a":${'{"a":'.repeat(1_000_000)}`))).toEqual({
    ok: false,
    reason: 'too-deep',
  })
})

test('when a string is megabytes of backslashes and quotes, its end is found where a parser finds it', () => {
  const text = '\\"'.repeat(500_000) + '\\'
  const body = Buffer.from(JSON.stringify({ messages: text, model: 'm' }))
  expect(readString(body, scanned(body).fields.model)).toBe('m')
})

test.each([
  ['"plain"', 'plain'],
  ['"with \\"escapes\\" \\u00e9 \\ud83d\\ude00"', 'with "escapes" é 😀'],
  ['"語"', '語'],
  ['""', ''],
  ['1', null],
  ['null', null],
  ['{"a":"b"}', null],
  ['"bad \\q escape"', null],
  ['"bare \n control"', null],
  [`"${'x'.repeat(5000)}"`, null],
])('when the model is %s, reads %j', (written, expected) => {
  const body = Buffer.from(`{"model":${written}}`)
  expect(readString(body, scanned(body).fields.model)).toBe(expected)
})

test.each([
  ['true', true],
  ['false', false],
  ['null', null],
  ['"true"', null],
  ['1', null],
])('when stream is %s, reads %j', (written, expected) => {
  const body = Buffer.from(`{"stream":${written}}`)
  expect(readBoolean(body, scanned(body).fields.stream)).toBe(expected)
})

test('when a key is missing, reads null', () => {
  const body = Buffer.from('{}')
  const { fields } = scanned(body)
  expect([readString(body, fields.model), readBoolean(body, fields.stream)]).toEqual([null, null])
})

function scanned(body: Buffer): BodyFields {
  const scan = scanBody(body)
  if (!scan.ok) throw new Error(`refused as ${scan.reason}: ${body.toString()}`)
  return scan
}

function parsedObject(body: Buffer): object | null {
  try {
    const value: unknown = JSON.parse(body.toString())
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : null
  } catch {
    return null // not JSON
  }
}
