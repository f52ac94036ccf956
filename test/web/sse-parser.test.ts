import fc from 'fast-check'
import { expect, test } from 'vitest'
import { backOff } from '../../web/src/api/event-stream.ts'
import { SseParser } from '../../web/src/api/sse-parser.ts'

function parsed(text: string, cuts: number[] = []): unknown[] {
  const parser = new SseParser()
  const places = [...cuts.map((cut) => cut % (text.length + 1)), 0, text.length].sort((a, b) => a - b)
  return places.slice(1).flatMap((place, index) => parser.push(text.slice(places[index], place)))
}

const stream =
  'event: hello\ndata: {"now":"x"}\n\n: ping\n\nid: 7\r\nevent: request\r\ndata: one\r\ndata: two\r\n\r\ndata:plain\n\n'

test('events are read with their name, id and all lines of data; comments are none', () => {
  expect(parsed(stream)).toEqual([
    { event: 'hello', data: '{"now":"x"}', id: null },
    { event: 'request', data: 'one\ntwo', id: '7' },
    { event: 'message', data: 'plain', id: '7' },
  ])
})

test('wherever the stream is cut, the same events are read', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(), { maxLength: 8 }), (cuts) => {
      expect(parsed(stream, cuts)).toEqual(parsed(stream))
    }),
  )
})

test('an event that is not finished is not told', () => {
  expect(parsed('event: quota\ndata: {"a":1}\n')).toEqual([])
})

test('tries to come back grow apart, and never beyond a quarter of a minute', () => {
  expect([1, 2, 3, 4, 5, 6, 60].map(backOff)).toEqual([1000, 2000, 4000, 8000, 15_000, 15_000, 15_000])
})
