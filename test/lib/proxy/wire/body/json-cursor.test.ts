import { expect, test } from 'vitest'
import { elementSpans, memberSpans } from '../../../../../src/lib/proxy/wire/body/json-cursor.ts'
import type { Span } from '../../../../../src/lib/proxy/wire/body/json-scan.ts'

test.each([
  ['[1, "a,b" ,{"c":[2]}]', 2, ['1', '"a,b"']],
  ['[1,2]', 5, ['1', '2']],
  ['[]', 5, []],
  ['{"a":1}', 5, []],
  ['"[1]"', 5, []],
])('when the value is %s, its first %i elements are %j', (text, count, expected) => {
  const body = Buffer.from(text)
  expect(texts(body, elementSpans(body, whole(body), count))).toEqual(expected)
})

test.each([
  ['{"a":1,"b":{"a":2}}', ['1']],
  ['{"a":1,"\\u0061":[3]}', ['1', '[3]']],
  ['{"b":1}', []],
  ['["a"]', []],
])('when the value is %s, the values of "a" are %j', (text, expected) => {
  const body = Buffer.from(text)
  expect(texts(body, memberSpans(body, whole(body), 'a'))).toEqual(expected)
})

function whole(body: Buffer): Span {
  return { start: 0, end: body.length }
}

function texts(body: Buffer, spans: Span[]): string[] {
  return spans.map(({ start, end }) => body.toString('utf8', start, end))
}
