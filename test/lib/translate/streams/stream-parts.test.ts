import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ObjectEnd } from '../../../../src/lib/translate/neutral/tools/object-end.ts'
import { SseReader } from '../../../../src/lib/translate/streams/sse-reader.ts'

function events(pieces: (string | Uint8Array)[], isEnding = true): unknown[] {
  const said: unknown[] = []
  const reader = new SseReader({
    onEvent: ({ name, data, status }) => said.push([name, data, status]),
    onComment: () => said.push('comment'),
  })
  for (const piece of pieces) reader.push(piece)
  if (isEnding) reader.end()
  return said
}

describe('the events of a stream', () => {
  const STREAM =
    '\uFEFF: hi\n\nevent: a\nid: 1\ndata: ä\ndata:b\n\ndata\n\n\n:HTTP_STATUS/429\nevent:error\ndata:  x\n\n'
  const SAID = ['comment', ['a', 'ä\nb', null], ['error', ' x', 429]]

  test.each(['\n', '\r\n', '\r'])('with lines that end in %j, cut at every byte', (end) => {
    const bytes = new TextEncoder().encode(STREAM.replaceAll('\n', end))
    for (let at = 0; at <= bytes.length; at += 1) {
      expect(events([bytes.subarray(0, at), bytes.subarray(at)])).toEqual(SAID)
    }
    expect(events([...bytes].map((byte) => Uint8Array.of(byte)))).toEqual(SAID)
  })

  test('as text, cut anywhere', () => {
    const text = STREAM.replaceAll('\n', '\r\n')
    for (let at = 0; at <= text.length; at += 1) {
      expect(events([text.slice(0, at), '', text.slice(at)])).toEqual(SAID)
    }
  })

  test('a last event without its blank line counts when the stream is over', () => {
    expect(events(['data: x'], false)).toEqual([])
    expect(events(['data: x'])).toEqual([[null, 'x', null]])
    expect(events(['data: x\n', 'data: y'])).toEqual([[null, 'x\ny', null]])
  })
})

test('a JSON object is complete at its last character, not before', () => {
  const object = fc.dictionary(fc.string(), fc.jsonValue())
  fc.assert(
    fc.property(object, fc.constantFrom('', ' ', '\n'), (value, blank) => {
      const text = blank + JSON.stringify(value)
      const end = new ObjectEnd()
      for (const character of text) {
        expect(end.isComplete).toBe(false)
        end.feed(character)
      }
      expect(end.isComplete).toBe(true)
    }),
  )
})
