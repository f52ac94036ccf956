import { expect, test } from 'vitest'
import { readTokenLimit } from '../../../../../src/lib/proxy/pipeline/attempt/token-limit.ts'

const read = (message: string) => readTokenLimit(Buffer.from(JSON.stringify({ error: { message } })))

test.each([
  ['DeepSeek', 'Invalid max_tokens value, the valid range of max_tokens is [1, 8192]', 8192],
  [
    'Anthropic',
    'max_tokens: 128000 > 64000, which is the maximum allowed number of output tokens for claude-x',
    64_000,
  ],
  [
    'OpenAI',
    'max_tokens is too large: 32000. This model supports at most 16384 completion tokens, whereas you provided 32000.',
    16_384,
  ],
  ['DashScope', '<400> InternalError.Algo.InvalidParameter: Range of max_tokens should be [1, 8192]', 8192],
  [
    'Groq',
    '`max_tokens` must be less than or equal to `8192`, the maximum value for `max_tokens` is less than the `context_window` for this model',
    8192,
  ],
  [
    'Vertex AI',
    'Unable to submit request because it has a maxOutputTokens value of 64000 but the supported range is from 1 (inclusive) to 8193 (exclusive).',
    8192,
  ],
  ['GLM', 'max_tokens 参数非法，最大值为 4095', 4095],
  [
    'vLLM, input and answer together',
    "This model's maximum context length is 32768 tokens. However, you requested 42000 tokens (10000 in the messages, 32000 in the completion).",
    22_768,
  ],
  [
    'vLLM, of late',
    "'max_tokens' or 'max_completion_tokens' is too large: 32000. This model's maximum context length is 32768 tokens and your request has 1768 input tokens (32000 > 32768 - 1768).",
    31_000,
  ],
  ['Anthropic, both', 'input length and `max_tokens` exceed context limit: 188240 + 21333 > 200000', 11_760],
])('%s says how long an answer may be', (_, message, most) => {
  expect(read(message)).toBe(most)
})

test.each([
  [
    'a conversation that is too long',
    'maximum context length is 8192 tokens. However, you requested 9000 tokens (8900 in the messages, 100 in the completion).',
  ],
  [
    'a prompt alone',
    "This model's maximum context length is 128000 tokens. However, your messages resulted in 130000 tokens.",
  ],
  ['another parameter', 'temperature: 3 > 1, which is the maximum'],
  ['no number', 'Invalid max_tokens param'],
  ['another word for a message', 'messages: 5 in the list [1, 2] are wrong'],
])('%s says nothing about it', (_, message) => {
  expect(read(message)).toBeNull()
})
