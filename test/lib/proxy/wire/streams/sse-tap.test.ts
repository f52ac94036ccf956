import fc from 'fast-check'
import { expect, test } from 'vitest'
import { SseTap, type SseFrame } from '../../../../../src/lib/proxy/wire/streams/sse-tap.ts'
import { cut } from './cut-bytes.ts'

const anyLine = fc.oneof(
  fc.constantFrom(
    '',
    ':',
    ': keep-alive',
    ':HTTP_STATUS/429',
    'event: error',
    'event:ping',
    'data',
    'data:',
    'data: [DONE]',
  ),
  fc.constantFrom(
    'data: {"a":"é語😀"}',
    'data:{"usage":{}}',
    'id:1',
    'retry: 5',
    'nonsense',
    'datax: y',
    '\ufeffdata: x',
  ),
  fc.string({ maxLength: 10 }).map((text) => `data: ${text}`),
)
const anyStream = fc
  .array(fc.tuple(anyLine, fc.constantFrom('\n', '\r\n', '\r', '\n\n', '\r\n\r\n')), { maxLength: 12 })
  .chain((lines) =>
    fc.constantFrom('', 'data: cut').map((rest) => lines.map((line) => line.join('')).join('') + rest),
  )

test('for any stream however it is cut, the frames are the same and their bytes are the input', () => {
  fc.assert(
    fc.property(anyStream, fc.array(fc.nat()), (stream, cuts) => {
      const bytes = Buffer.from(stream)
      const whole = readFrames([bytes])
      expect(Buffer.concat(whole.map((frame) => frame.bytes))).toEqual(bytes)
      expect(readFrames(cut(bytes, cuts)).map(pickFields)).toEqual(whole.map(pickFields))
      expect(readFrames(cut(bytes, [...bytes.keys()])).map(pickFields)).toEqual(whole.map(pickFields))
    }),
    { numRuns: 1000 },
  )
})

test('for any stream, data and events are those of the standard', () => {
  fc.assert(
    fc.property(anyStream, (stream) => {
      const read = readFrames([Buffer.from(stream)]).filter((frame) => frame.isComplete && frame.hasData)
      expect(read.map(({ event, data }) => ({ event, data }))).toEqual(byTheStandard(stream))
    }),
    { numRuns: 1000 },
  )
})

test('for arbitrary bytes and a small bound, nothing is lost and nothing throws', () => {
  const bytes = fc.array(fc.constantFrom(...Buffer.from('da:e \r\n\n\r')), { maxLength: 80 })
  fc.assert(
    fc.property(bytes, fc.array(fc.nat()), (input, cuts) => {
      const frames = readFrames(cut(Buffer.from(input), cuts), new SseTap({ maxFrameBytes: 8 }))
      expect(Buffer.concat(frames.map((frame) => frame.bytes))).toEqual(Buffer.from(input))
    }),
    { numRuns: 1000 },
  )
})

test('when a chunk holds whole frames, they are views of it, not copies', () => {
  const chunk = Buffer.from('data: a\n\ndata: b\n\n')
  const frames = new SseTap().push(chunk)
  expect(frames.map((frame) => frame.bytes.buffer === chunk.buffer)).toEqual([true, true])
})

test.each([
  ['data: a\n\n', { event: null, data: 'a', isComment: false, statusHint: null }],
  [
    'data:a\ndata: b\r\ndata:\rdata\n\n',
    { event: null, data: 'a\nb\n\n', isComment: false, statusHint: null },
  ],
  [
    'event: message_stop\ndata:  {}\n\n',
    { event: 'message_stop', data: ' {}', isComment: false, statusHint: null },
  ],
  [': OPENROUTER PROCESSING\n\n', { event: null, data: null, isComment: true, statusHint: null }],
  ['\n', { event: null, data: null, isComment: true, statusHint: null }],
  ['id: 7\n\n', { event: null, data: null, isComment: false, statusHint: null }],
  ['\ufeffdata: a\n\n', { event: null, data: 'a', isComment: false, statusHint: null }],
  [
    'id:1\nevent:error\n:HTTP_STATUS/429\ndata:{"code":"Throttling"}\n\n',
    { event: 'error', data: '{"code":"Throttling"}', isComment: false, statusHint: 429 },
  ],
])('when the frame is %j, reads %j', (text, expected) => {
  const [frame, ...more] = readFrames([Buffer.from(text)])
  expect(more).toEqual([])
  expect(frame).toMatchObject(expected)
})

test('when the stream ends without a blank line, the remainder is handed out as incomplete', () => {
  const frames = readFrames([Buffer.from('data: a\n\ndata: b\n')])
  expect(frames.map(({ data, isComplete }) => [data, isComplete])).toEqual([
    ['a', true],
    ['b', false],
  ])
})

test('when the last carriage return of a stream ends a blank line, the frame is complete', () => {
  expect(readFrames([Buffer.from('data: a\r\r')]).map((frame) => frame.isComplete)).toEqual([true])
})

test('when the stream ended between frames, nothing remains', () => {
  const tap = new SseTap()
  tap.push(Buffer.from('data: a\n\n'))
  expect(tap.end()).toBeNull()
})

test('when a frame is over the bound, its pieces pass unread and the next frame is read again', () => {
  const tap = new SseTap({ maxFrameBytes: 10 })
  const frames = readFrames(
    ['data: 0123', '456789', 'abc\n\ndata: z\n\n'].map((text) => Buffer.from(text)),
    tap,
  )
  expect(frames.map(({ isOpaque, data }) => [isOpaque, data])).toEqual([
    [true, null],
    [true, null],
    [false, 'z'],
  ])
})

test('when a frame over the bound lies within one chunk, it is not read either', () => {
  const [frame] = new SseTap({ maxFrameBytes: 10 }).push(Buffer.from('data: 0123456789\n\n'))
  expect(frame).toMatchObject({ isOpaque: true, data: null, isComplete: true })
})

test('when a frame of megabytes is made of carriage returns alone, it is read in one pass', () => {
  const [frame] = readFrames([Buffer.from(`${'data: x\r'.repeat(500_000)}\r`)])
  expect(frame?.data?.length).toBe(999_999)
})

function readFrames(chunks: Buffer[], tap = new SseTap()): SseFrame[] {
  const frames = chunks.flatMap((chunk) => tap.push(chunk))
  const rest = tap.end()
  return rest === null ? frames : [...frames, rest]
}

function pickFields({ bytes, event, data, isComment, isComplete, statusHint }: SseFrame) {
  return { bytes: bytes.toString('latin1'), event, data, isComment, isComplete, statusHint }
}

/** The parsing algorithm of the standard, in its own words: lines, fields, dispatch at a blank line. */
function byTheStandard(stream: string): { event: string | null; data: string }[] {
  const dispatched: { event: string | null; data: string }[] = []
  let event: string | null = null
  let data: string[] = []
  const lines = stream.replace(/^\ufeff/, '').split(/\r\n|\n|\r/)
  lines.pop() // what follows the last line end is no line yet
  for (const line of lines) {
    if (line === '') {
      if (data.length > 0) dispatched.push({ event, data: data.join('\n') })
      event = null
      data = []
      continue
    }
    const [, field, value = ''] = /^([^:]*)(?:: ?(.*))?$/s.exec(line) ?? []
    if (field === 'event') event = value
    if (field === 'data') data.push(value)
  }
  return dispatched
}
