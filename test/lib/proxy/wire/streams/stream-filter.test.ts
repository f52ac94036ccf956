import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Usage } from '../../../../../src/lib/provider/provider.ts'
import {
  StreamFilter,
  type StreamFilterOptions,
} from '../../../../../src/lib/proxy/wire/streams/stream-filter.ts'
import { cut } from './cut-bytes.ts'
import { anthropicStream, chatStream, readUsage, responsesStream } from './recorded-streams.ts'

const nothing: Usage = { inputTokens: null, outputTokens: null, costUsd: null }

test.each([
  ['chat completions', chatStream.join(''), { inputTokens: 9, outputTokens: 3 }],
  [
    'chat completions with CRLF',
    chatStream.join('').replaceAll('\n', '\r\n'),
    { inputTokens: 9, outputTokens: 3 },
  ],
  ['Anthropic messages', anthropicStream.join(''), { inputTokens: 25, outputTokens: 15 }],
  ['Responses', responsesStream.join(''), { inputTokens: 11, outputTokens: 4 }],
])('when %s are cut anywhere, bytes, usage and end are the same', (_, stream, usage) => {
  fc.assert(
    fc.property(fc.array(fc.nat()), (cuts) => {
      const { filter, sent } = run(cut(Buffer.from(stream), cuts))
      expect(sent).toBe(stream)
      expect(filter).toMatchObject({
        usage,
        sawEnd: true,
        isOpen: true,
        refusal: null,
        erroredMidStream: null,
      })
    }),
    { numRuns: 200 },
  )
})

const EMPTY = 'data: {"id":"x","model":"m"}\n\n'
const DONE = 'data: [DONE]\n\n'

test.each([EMPTY, EMPTY + DONE, `: wait\n\n${EMPTY}${DONE}`])(
  'a stream whose only data has no content of an answer is refused, so that another account answers: %j',
  (stream) => {
    for (const cuts of [[], [...Buffer.from(stream).keys()]]) {
      const { filter, sent } = run(cut(Buffer.from(stream), cuts))
      expect([sent, filter.isOpen]).toEqual(['', false])
      expect(filter.refusal).toMatchObject({ body: { id: 'x', model: 'm' } })
    }
  },
)

test.each([
  EMPTY + chatStream.join(''),
  EMPTY + EMPTY + DONE,
  'data: {"type":"started"}\n\n' + DONE,
  'data: {"id":"x","choices":[]}\n\n' + DONE,
  'event: hello\ndata: {"id":"x"}\n\n' + DONE,
])('a first frame without content stays where more follows, or where it names itself: %j', (stream) => {
  for (const cuts of [[], [...Buffer.from(stream).keys()]]) {
    const { filter, sent } = run(cut(Buffer.from(stream), cuts))
    expect([sent, filter.refusal]).toEqual([stream, null])
  }
})

test('when the usage chunk is ours alone, it is taken out and every other byte passes', () => {
  const stream = chatStream.join('')
  const usageChunk = chatStream.at(-2) ?? ''
  for (const cuts of [[], [...Buffer.from(stream).keys()]]) {
    const { filter, sent } = run(cut(Buffer.from(stream), cuts), { stripUsage: true })
    expect(sent).toBe(stream.replace(usageChunk, ''))
    expect(filter.usage).toMatchObject({ inputTokens: 9, outputTokens: 3 })
  }
})

test.each([
  'data: {"choices":[{"delta":{},"finish_reason":"stop"}],"usage":{"prompt_tokens":1,"completion_tokens":2}}\n\n',
  'data: {"choices":[],"prompt_filter_results":[]}\n\n',
  'data: {"choices":[],"usage":null}\n\n',
  'data: {"type":"message_delta","usage":{"output_tokens":2}}\n\n',
])('when usage is stripped, the frame %j is left untouched', (frame) => {
  expect(run([Buffer.from(frame)], { stripUsage: true }).sent).toBe(frame)
})

test('when a chunk holds many frames, they leave as one buffer', () => {
  const chunk = Buffer.from(chatStream.join(''))
  expect(filterWith().push(chunk)).toEqual([chunk])
})

test('when comments and pings come before the first data, they are held and then sent first', () => {
  const filter = filterWith()
  const waiting = ': OPENROUTER PROCESSING\n\nevent: ping\ndata: {"type":"ping"}\n\nid: 1\n\n\n'
  expect(filter.push(Buffer.from(waiting))).toEqual([])
  expect(filter.isOpen).toBe(false)
  expect(text(filter.push(Buffer.from('data: {"choices":[]}\n\n')))).toBe(
    `${waiting}data: {"choices":[]}\n\n`,
  )
  expect(text(filter.push(Buffer.from(': later\n\n')))).toBe(': later\n\n')
})

test('when comments come without end, the stream opens at a bound', () => {
  const filter = filterWith()
  const comment = Buffer.from(`: ${'x'.repeat(1000)}\n\n`)
  let sent = 0
  for (let index = 0; index < 100; index++) sent += text(filter.push(comment)).length
  expect(filter.isOpen).toBe(true)
  expect(sent).toBe(comment.length * 100)
})

test.each([
  [
    'DashScope',
    ': wait\n\nid:1\nevent:error\n:HTTP_STATUS/429\ndata:{"request_id":"r","code":"Throttling.AllocationQuota","message":"m"}\n\n',
    { status: 429, body: { request_id: 'r', code: 'Throttling.AllocationQuota', message: 'm' } },
  ],
  [
    'DashScope without an event',
    'data:{"code":"Arrearage","message":"m"}\n\n',
    { status: null, body: { code: 'Arrearage' } },
  ],
  [
    'OpenRouter',
    'data: {"error":{"code":502,"message":"m"},"choices":[]}\n\n',
    { status: 502, body: { error: { code: 502 } } },
  ],
  [
    'OpenAI',
    'data: {"error":{"code":"slow_down","message":"m"}}\n\n',
    { status: null, body: { error: { code: 'slow_down' } } },
  ],
  [
    'Amazon Bedrock',
    'data: {"throttlingException":{"message":"m"}}\n\n',
    { status: null, body: { throttlingException: { message: 'm' } } },
  ],
  [
    'Anthropic',
    'event: error\ndata: {"type":"error","error":{"type":"overloaded_error","message":"m"}}\n\n',
    { status: null, body: { error: { type: 'overloaded_error' } } },
  ],
  [
    'Gemini',
    'data: [{"error":{"code":429,"status":"RESOURCE_EXHAUSTED"}}]\n\n',
    { status: 429, body: { error: { code: 429 } } },
  ],
  [
    'Responses',
    'event: response.failed\ndata: {"type":"response.failed","response":{"error":{"code":"rate_limit_exceeded"}}}\n\n',
    { status: null, body: { error: { code: 'rate_limit_exceeded' } } },
  ],
  ['Baidu', 'data: {"error_code":18,"error_msg":"qps"}\n\n', { body: { error_code: 18 } }],
  [
    'vLLM',
    'data: {"object":"error","message":"m","type":"BadRequestError","code":400}\n\n',
    { body: { object: 'error', code: 400 } },
  ],
  ['Mistral', 'data: {"object":"error","message":"m","code":"3051"}\n\n', { body: { code: '3051' } }],
  [
    'not JSON',
    'event: error\ndata: out of order\n\n',
    { status: null, body: undefined, text: 'out of order' },
  ],
  [
    'a bare JSON body',
    '[{\n\n"error":{"code":429,"message":"m"}}]',
    { status: 429, body: { error: { code: 429 } } },
  ],
  ['an unfinished frame', 'data: {"error":{"code":500}}', { status: 500, body: { error: { code: 500 } } }],
])(
  'when the first data is an error of %s, nothing is let out and the caller has it',
  (_, stream, expected) => {
    for (const cuts of [[], [...Buffer.from(stream).keys()]]) {
      const { filter, sent } = run(cut(Buffer.from(stream), cuts))
      expect(sent).toBe('')
      expect(filter.isOpen).toBe(false)
      expect(filter.refusal).toMatchObject(expected)
    }
  },
)

test.each([
  ['data', chatStream.join('')],
  ['a frame too large to be read', `data: ${'x'.repeat(100)}\n\n`],
  ['comments without end', `: ${'x'.repeat(30)}\n\n`.repeat(3000)],
])('when a refused stream continues with %s, nothing of it is let out', (_, rest) => {
  const chunks = ['data: {"error":{}}\n\n', rest].map((part) => Buffer.from(part))
  const { filter, sent } = run(chunks, { maxFrameBytes: 50 })
  expect([sent, filter.isOpen]).toEqual(['', false])
})

test('when an error comes after data, it is passed on and reported', () => {
  const error = 'data: {"error":{"code":502,"message":"gone"},"choices":[{"finish_reason":"error"}]}\n\n'
  const { filter, sent } = run([Buffer.from(chatStream[0] + error)])
  expect(sent).toBe(chatStream[0] + error)
  expect(filter.refusal).toBeNull()
  expect(filter.erroredMidStream).toMatchObject({ status: 502, body: { error: { message: 'gone' } } })
})

test('when an exception of Amazon Bedrock comes after data, it is an error', () => {
  const error = 'data: {"modelStreamErrorException": {"message":"gone"}}\n\n'
  const { filter, sent } = run([Buffer.from(chatStream[0] + error)])
  expect(sent).toBe(chatStream[0] + error)
  expect(filter.erroredMidStream?.body).toEqual({ modelStreamErrorException: { message: 'gone' } })
})

test('when a Responses stream fails in the middle, it has ended, and as an error', () => {
  const failed = 'data: {"type": "response.failed", "response": {"error": {"code": "server_error"}}}\n\n'
  const { filter } = run([Buffer.from(responsesStream[0] + failed)])
  expect(filter).toMatchObject({
    sawEnd: true,
    erroredMidStream: { body: { error: { code: 'server_error' } } },
  })
})

test.each([
  'data: {"choices":[{"delta":{"content":"say \\"error\\": {} and \\"usage\\": {} and \\"finish_reason\\": \\"stop\\""}}]}\n\n',
  'data: {"choices":[{"delta":{"tool_calls":[{"function":{"arguments":"{\\"error\\":{}}"}}]},"finish_reason":null}],"usage":null,"error":null}\n\n',
  'event: response.created\ndata: {"type":"response.created","response":{"error":null,"usage":null}}\n\n',
  'data: {"choices":[{"delta":{"content":"Exception"}}],"throttlingException":{"message":"m"}}\n\n',
  'id:1\nevent:result\n:HTTP_STATUS/200\ndata:{"choices":[{}]}\n\n',
])('when an answer only talks about errors and usage (%j), it is no error and no end', (frame) => {
  const { filter, sent } = run([Buffer.from(frame), Buffer.from(frame)])
  expect(sent).toBe(frame + frame)
  expect(filter).toMatchObject({ erroredMidStream: null, refusal: null, sawEnd: false, usage: nothing })
})

test('when the stream stops after a finish reason, it is complete unless the connection broke', () => {
  const finish = 'data: {"choices":[{"delta":{},"finish_reason":"stop"}]}\n\n'
  expect(run([Buffer.from(finish)]).filter.sawEnd).toBe(true)
  expect(run([Buffer.from(finish)], {}, true).filter.sawEnd).toBe(false)
})

test.each([
  [chatStream.slice(0, 2), false],
  [anthropicStream.slice(0, 3), false],
  [responsesStream.slice(0, 1), false],
  [['data: {}\n\n', 'data:[DONE]\n\n'], true],
  [['data: {}\n\n', 'event: message_stop\ndata: {}\n\n'], true],
  [['data: {}\n\n', 'data: {"type": "response.incomplete"}\n\n'], true],
])('when the stream is %j, whether it said its end is %s', (frames, sawEnd) => {
  expect(run([Buffer.from(frames.join(''))]).filter.sawEnd).toBe(sawEnd)
})

test.each([
  ['data: [DONE]', 'data: [DONE]\n\n', true],
  ['data: [DONE]\n', 'data: [DONE]\n\n\n', true],
  ['data: [DONE]\r', 'data: [DONE]\r\n\n', true],
  ['data: {"choices":[{"finish_reason":"stop"}]}', 'data: {"choices":[{"finish_reason":"stop"}]}\n\n', true],
  ['data: {"choices":[{"finish_re', '', false],
  [': keep-al', '', false],
  ['event: message_stop', '', false],
])('when the stream ends in %j, sends %j for it', (rest, expected, sawEnd) => {
  const { filter, sent } = run([Buffer.from(`data: {}\n\n${rest}`)])
  expect(sent).toBe(`data: {}\n\n${expected}`)
  expect(filter.sawEnd).toBe(sawEnd)
})

test('when nothing but comments came, nothing is let out and nothing is refused', () => {
  const { filter, sent } = run([Buffer.from(': wait\n\n: wai')])
  expect([sent, filter.isOpen, filter.refusal]).toEqual(['', false, null])
})

test('when a frame is too large to be read, it passes, and a cut inside it is closed', () => {
  const { sent, filter } = run([Buffer.from('data: 0123456789'), Buffer.from('abcdef')], { maxFrameBytes: 8 })
  expect(sent).toBe('data: 0123456789abcdef\n\n')
  expect(filter.sawEnd).toBe(false)
})

test('when a frame too large to be read ends with a carriage return, nothing is added', () => {
  const { sent } = run(
    ['data: 0123456789', '\r\r'].map((part) => Buffer.from(part)),
    { maxFrameBytes: 8 },
  )
  expect(sent).toBe('data: 0123456789\r\r')
})

test('when reading usage throws, the frame still passes', () => {
  const readUsage = () => {
    throw new Error('odd usage')
  }
  const { filter, sent } = run([Buffer.from(chatStream.join(''))], { readUsage })
  expect(sent).toBe(chatStream.join(''))
  expect(filter.usage).toEqual(nothing)
})

test('when usage comes in parts, of each field the last that was said counts', () => {
  const said = [
    { inputTokens: 5, outputTokens: 1, costUsd: null },
    { inputTokens: null, outputTokens: 7, costUsd: 0.5 },
  ]
  const frames = said.map(() => 'data: {"usage":{}}\n\n').join('')
  const { filter } = run([Buffer.from(frames)], { readUsage: () => said.shift() ?? nothing })
  expect(filter.usage).toEqual({ inputTokens: 5, outputTokens: 7, costUsd: 0.5 })
})

test('for arbitrary frames, what is sent is the input or nothing, and nothing throws', () => {
  const part = fc.constantFrom(
    'data: ',
    'event: error\n',
    '{"error":{}}',
    '{"usage":{}}',
    '[DONE]',
    '\n',
    '\r\n\r\n',
    '\n\n',
    ': c',
    'é',
  )
  fc.assert(
    fc.property(fc.array(part, { maxLength: 20 }), fc.array(fc.nat()), (parts, cuts) => {
      const stream = `${parts.join('')}\n\n`
      const { filter, sent } = run(cut(Buffer.from(stream), cuts))
      expect(sent).toBe(filter.isOpen ? stream : '')
    }),
    { numRuns: 1000 },
  )
})

describe('a credential in a stream that has begun', () => {
  const secret = 'sk-0123456789abcdef'
  const hidden = '*'.repeat(secret.length)
  const first = 'data: {"choices":[{"delta":{"content":"a"}}]}\n\n'
  test.each([
    ['an error', `data: {"error":{"message":"no ${secret}"}}\n\n`],
    ['an error by its event', `event: error\ndata: {"message":"no ${secret}"}\n\n`],
    ['an error by its type', `data: {"type":"error","error":{"message":"${secret}"}}\n\n`],
    ['a bare error', `data: {"code":"InvalidApiKey","message":"no ${secret}"}\n\n`],
    ['plain text', `data: no ${secret}\n\n`],
    ['a comment', `: no ${secret}\n\n`],
    [
      'a response that failed',
      `data: {"type":"response.failed","response":{"error":{"message":"${secret}"}}}\n\n`,
    ],
    ['an error too large to hold', `data: {"error":{"message":"${'x'.repeat(900)}${secret}"}}\n\n`],
  ])('is hidden in %s, wherever its pieces end', (_, error) => {
    fc.assert(
      fc.property(fc.array(fc.nat(), { maxLength: 8 }), (cuts) => {
        const stream = `${first}${error}${first}`
        const { sent } = run(cut(Buffer.from(stream), cuts), { secret, maxFrameBytes: 600 })
        expect(sent).toBe(stream.replaceAll(secret, hidden))
      }),
    )
  })

  test('is hidden in a bare error that escapes its characters or cuts it short', () => {
    const escaped = secret.replace('-', String.raw`\u002d`)
    for (const quoted of [escaped, secret.slice(0, 15)]) {
      const frame = `data: {"code":"InvalidApiKey","message":"no ${quoted}"}\n\n`
      const { sent } = run([Buffer.from(`${first}${frame}`)], { secret })
      expect(sent).toBe(`${first}${frame.replace(quoted, '*'.repeat(quoted.length))}`)
    }
  })

  test.each([
    ['an answer', `data: {"choices":[{"delta":{"content":"${secret}"}}]}\n\n`],
    [
      'an answer with escapes',
      String.raw`data: {"choices":[{"delta":{"content":"sk\u002d0123456789abcdef"}}]}` + '\n\n',
    ],
    [
      'an answer of the Messages API',
      `data: {"type":"content_block_delta","delta":{"text":"${secret}"}}\n\n`,
    ],
    [
      'an answer too large to hold',
      `data: {"choices":[{"delta":{"content":"${'x'.repeat(900)}${secret}"}}]}\n\n`,
    ],
  ])('stays in %s, which passes byte for byte', (_, answer) => {
    const stream = `${first}${answer}${first}`
    expect(run([Buffer.from(stream)], { secret, maxFrameBytes: 600 }).sent).toBe(stream)
  })
})

function filterWith(options: Partial<StreamFilterOptions> = {}): StreamFilter {
  return new StreamFilter({ readUsage, stripUsage: false, ...options })
}

function run(chunks: Buffer[], options: Partial<StreamFilterOptions> = {}, isCut = false) {
  const filter = filterWith(options)
  const out = chunks.flatMap((chunk) => filter.push(chunk))
  out.push(...filter.end({ isCut }))
  return { filter, sent: text(out) }
}

function text(buffers: Buffer[]): string {
  return Buffer.concat(buffers).toString()
}
