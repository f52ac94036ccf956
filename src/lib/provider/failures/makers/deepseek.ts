import type { ServiceFailures } from '../failure-row.ts'

const DEEPSEEK = 'api-docs.deepseek.com/quick_start/error_codes (2026-11)'
const deepseek = (
  message: string,
  type = 'invalid_request_error',
  code: string | null = 'invalid_request_error',
) => ({ error: { message, type, param: null, code } })

/** No rate headers; 429 is concurrency. */
export const deepseekFailures: ServiceFailures = {
  id: 'deepseek',
  label: 'DeepSeek',
  providers: ['deepseek'],
  rows: [
    {
      id: 'deepseek-no-money',
      words: /insufficient balance/i,
      class: 'quota-hard',
      about: 'no credit',
      source: 'github.com/continuedev/continue/issues/9853 (2026-01)',
      examples: [{ status: 402, body: deepseek('Insufficient Balance', 'unknown_error') }],
    },
    {
      id: 'deepseek-429',
      status: 429,
      isOwn: 'later',
      isWeak: true,
      class: 'rate-short',
      scope: 'account',
      about: 'too many requests at once',
      source: DEEPSEEK,
      examples: [{ status: 429, body: deepseek('Hold on.') }],
    },
  ],
  bodies: [
    { status: 400, body: deepseek('Model Not Exist'), class: 'model-unavailable', source: DEEPSEEK },
    {
      status: 401,
      body: deepseek('Authentication Fails, Your api key: ****abcd is invalid', 'authentication_error'),
      class: 'auth-dead',
      source: DEEPSEEK,
    },
    {
      status: 400,
      body: deepseek(
        "This model's maximum context length is 65536 tokens. However, you requested 70000 tokens (62000 in the messages, 8000 in the completion). Please reduce the length of the messages or completion.",
      ),
      class: 'bad-request',
      source: DEEPSEEK,
    },
    {
      status: 400,
      body: deepseek('Invalid max_tokens value, the valid range of max_tokens is [1, 8192]'),
      class: 'bad-request',
      source: DEEPSEEK,
    },
    {
      status: 422,
      body: deepseek(
        'Failed to deserialize the JSON body into the target type: messages[0]: missing field `content` at line 1 column 40',
      ),
      class: 'bad-request',
      source: DEEPSEEK,
    },
  ],
}
