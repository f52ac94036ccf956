import { expect, test } from 'vitest'
import { builtinProviders } from '../../../../src/lib/provider/builtin/index.ts'
import { explainAnswer } from '../../../../src/lib/toolkit/providers/explain-answer.ts'

const NOW = Date.parse('2026-11-25T10:00:00.000Z')
const explain = (status: number, text: string, id = 'custom') =>
  explainAnswer(
    builtinProviders.find((provider) => provider.id === id)!,
    { status, headers: {}, text },
    NOW,
  )

test.each([
  [
    'an error event',
    'event: error\ndata: {"type":"error","error":{"type":"overloaded_error"}}\n\n',
    'overloaded',
  ],
  [
    'an event with its status in a comment',
    'id:1\nevent:error\n:HTTP_STATUS/429\ndata:{"code":"Throttling.RateQuota","message":"Requests rate limit exceeded"}\n\n',
    'rate-short',
  ],
  ['a chunk with an error', 'data: {"error":{"message":"Insufficient credits"}}\n\n', 'quota-hard'],
  ['a body with a byte order mark', '\uFEFF{"error":{"message":"Insufficient credits"}}', 'quota-hard'],
])('%s under 200 is read as the proxy reads it', (_, text, verdict) => {
  expect(explain(200, text)).toMatchObject({ verdict, movesOn: true })
})

test.each(['{"choices":[{"message":{"content":"hi"}}]}', 'data: {"choices":[{"delta":{"content":""}}]}\n\n'])(
  'an answer is no failure: %s',
  (text) => {
    expect(explain(200, text)).toMatchObject({
      verdict: 'ok',
      trouble: 'none',
      subject: null,
      cooldown: null,
      movesOn: false,
      rule: { id: null },
    })
  },
)

test('the cooldown is that of a first failure', () => {
  const { cooldown } = explain(401, '{"error":{"message":"Incorrect API key provided"}}')
  expect(cooldown).toEqual({ until: '2026-11-25T10:15:00.000Z', guessed: true })
  expect(explain(503, '{"error":{"message":"The model is overloaded"}}').cooldown?.until).not.toBeUndefined()
})
