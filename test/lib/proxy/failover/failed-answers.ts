// Ways in which an upstream fails before its first byte of an answer, and what each must come to.

import type { Answer } from '../../../support/servers/fake-upstream.ts'
import { bytes, closeEarly, events, frame, json, raw, reset } from '../../../support/servers/fake-upstream.ts'

const error = (fields: object) => ({ error: { message: 'no', type: null, code: null, ...fields } })
const HTML = '<html><title>Access denied</title>nothing for you</html>'

export interface FailedAnswer {
  when: string
  provider?: string
  answer: Answer
  stream?: boolean
  outcome: string
  /** The cooldown afterwards. Model null is the whole account; the number is seconds; null lasts until the user acts. */
  cools: { scope?: string; model: string | null; seconds: number | null; isGuess?: boolean } | 'nothing'
  status?: string
  /** Whether the provider counted it. */
  counted?: boolean
}

const MODEL = 'm1'
export const failedAnswers: FailedAnswer[] = [
  {
    when: 'a rate limit with a time',
    answer: json(429, error({ message: 'slow down' }), { 'retry-after': '20' }),
    outcome: 'rate-short',
    cools: { model: MODEL, seconds: 20 },
  },
  {
    when: 'a rate limit without a time',
    answer: json(429, error({ message: 'slow down' })),
    outcome: 'rate-short',
    cools: { model: MODEL, seconds: 1, isGuess: true },
  },
  {
    when: 'a used-up plan window that says its end',
    provider: 'openai',
    answer: json(429, error({ type: 'usage_limit_reached', resets_in_seconds: 7200 })),
    outcome: 'quota-window',
    cools: { model: null, seconds: 7200 },
    status: 'exhausted',
  },
  {
    when: 'no money left',
    answer: json(402, error({ message: 'Insufficient Balance' })),
    outcome: 'quota-hard',
    cools: { model: null, seconds: null },
    status: 'no-credit',
  },
  {
    when: 'insufficient_quota at OpenAI, which is about money',
    provider: 'openai',
    answer: json(429, error({ type: 'insufficient_quota', code: 'insufficient_quota' })),
    outcome: 'quota-hard',
    cools: { model: null, seconds: null },
    status: 'no-credit',
  },
  {
    when: 'insufficient_quota at Qwen, which is about a minute',
    provider: 'qwen',
    answer: json(429, error({ type: 'insufficient_quota', code: 'insufficient_quota' })),
    outcome: 'rate-short',
    cools: { model: MODEL, seconds: 1, isGuess: true },
  },
  {
    when: 'a refused key',
    answer: json(401, error({ message: 'Incorrect API key provided' })),
    outcome: 'auth-dead',
    cools: { model: null, seconds: 900, isGuess: true },
    status: 'key-refused',
    counted: false,
  },
  {
    when: 'a missing model',
    answer: json(404, error({ message: 'The model m1 does not exist', code: 'model_not_found' })),
    outcome: 'model-unavailable',
    cools: { model: MODEL, seconds: 600, isGuess: true },
  },
  { when: 'an internal error', answer: json(500, error({})), outcome: 'overloaded', cools: 'nothing' },
  {
    when: 'an overload',
    answer: json(503, error({}), { 'retry-after': '5' }),
    outcome: 'overloaded',
    cools: { scope: 'provider', model: MODEL, seconds: 5 },
  },
  {
    when: 'a gateway page',
    answer: bytes(502, { 'content-type': 'text/html' }, HTML),
    outcome: 'overloaded',
    cools: 'nothing',
  },
  { when: 'a reset', answer: reset, outcome: 'unreachable', cools: 'nothing' },
  {
    when: 'an end without an answer',
    answer: closeEarly,
    outcome: 'unreachable',
    cools: 'nothing',
  },
  {
    when: 'bytes that are no HTTP',
    answer: raw('SSH-2.0-OpenSSH_9.9\r\n\r\n'),
    outcome: 'unreachable',
    cools: 'nothing',
  },
  {
    when: 'half a head',
    answer: raw('HTTP/1.1 200 OK\r\ncontent-ty'),
    outcome: 'unreachable',
    cools: 'nothing',
  },
  {
    when: 'an answer that is cut',
    answer: raw(
      'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 500\r\n\r\n{"choices":[',
    ),
    outcome: 'unreachable',
    cools: 'nothing',
  },
  {
    when: 'two lengths',
    answer: raw('HTTP/1.1 200 OK\r\ncontent-length: 2\r\ntransfer-encoding: chunked\r\n\r\n{}'),
    outcome: 'unreachable',
    cools: 'nothing',
  },
  {
    when: 'a web page with status 200',
    answer: bytes(200, { 'content-type': 'text/html' }, HTML),
    outcome: 'overloaded',
    cools: 'nothing',
  },
  {
    when: 'JSON that is none',
    answer: bytes(200, { 'content-type': 'application/json' }, '{"choices":[{'),
    outcome: 'overloaded',
    cools: 'nothing',
  },
  {
    when: 'nothing with status 200',
    answer: bytes(200, { 'content-type': 'application/json' }, ''),
    outcome: 'overloaded',
    cools: 'nothing',
  },
  {
    when: 'status 200 with an error in the body',
    answer: json(200, error({ type: 'rate_limit_error' })),
    outcome: 'rate-short',
    cools: { model: MODEL, seconds: 1, isGuess: true },
  },
  {
    when: 'status 200 with a list of errors',
    answer: json(200, [
      { error: { code: 429, status: 'RESOURCE_EXHAUSTED', message: 'Resource has been exhausted' } },
    ]),
    outcome: 'rate-short',
    cools: { model: MODEL, seconds: 1, isGuess: true },
  },
  {
    when: 'a stream whose first event is an error in DashScope form',
    provider: 'qwen',
    answer: events(
      'id:1\nevent:error\n:HTTP_STATUS/429\ndata:{"code":"Throttling.RateQuota","message":"Requests rate limit exceeded","request_id":"r"}\n\n',
    ),
    stream: true,
    outcome: 'rate-short',
    cools: { model: MODEL, seconds: 1, isGuess: true },
  },
  {
    when: 'a stream whose first event is an error in OpenRouter form, after comments',
    provider: 'openrouter',
    answer: events(
      ': OPENROUTER PROCESSING\n\n',
      ': OPENROUTER PROCESSING\n\n',
      frame({
        id: 'g',
        choices: [{ index: 0, delta: { content: '' }, finish_reason: 'error' }],
        error: { code: 502, message: 'Provider disconnected' },
      }),
    ),
    stream: true,
    outcome: 'overloaded',
    cools: 'nothing',
  },
  {
    when: 'a stream without an event',
    answer: events(''),
    stream: true,
    outcome: 'overloaded',
    cools: 'nothing',
  },
  {
    when: 'a stream that is reset before its first event',
    answer: ({ res, socket }) => {
      res.writeHead(200, { 'content-type': 'text/event-stream' })
      res.write(': hello\n\n', () => socket.resetAndDestroy())
    },
    stream: true,
    outcome: 'unreachable',
    cools: 'nothing',
  },
]
