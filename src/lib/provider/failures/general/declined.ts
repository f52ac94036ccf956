// Requests that one account cannot serve and another may.
import type { FailureRow } from '../failure-row.ts'

/**
 * Requests that this account cannot serve, and another may: too large for its rate, too expensive for its credit.
 */
export const declinedRows: readonly FailureRow[] = [
  {
    id: 'cannot-afford',
    message:
      /\bcan only afford \d|\brequires more credits, or fewer max_tokens|\bprompt tokens limit exceeded: \d|(?<![\w,])[1-9][\d,]* (?:credits|characters) remaining, while \d/i,
    class: 'request-declined',
    about: 'the credit that is left does not pay for the size of this request',
    source:
      'github.com/can1357/oh-my-pi/issues/9569 (2026-08), github.com/continuedev/continue/issues/10962 (2026-03), github.com/home-assistant/core/issues/160414 (2026-01)',
    examples: [
      {
        status: 402,
        body: {
          error: {
            message:
              'This request requires more credits, or fewer max_tokens. You requested up to 65536 tokens, but can only afford 30104. To increase, visit https://openrouter.ai/settings/credits',
            code: 402,
            metadata: { provider_name: null },
          },
        },
      },
      {
        status: 402,
        body: {
          error: {
            message:
              'Prompt tokens limit exceeded: 69120 > 36608. To increase, visit https://openrouter.ai/settings/credits',
            code: 402,
          },
        },
      },
    ],
  },
  {
    id: 'larger-than-the-rate',
    message: /\brequest too large\b.{0,200}\blimit:? \d[\d,]*.{0,40}\brequested:? \d/is,
    class: 'request-declined',
    about: 'one request larger than all tokens of a minute: no wait makes it fit, a higher tier may',
    source: 'console.groq.com/docs/errors, platform.openai.com/docs/guides/error-codes (2026-11)',
    examples: [
      {
        status: 429,
        body: {
          error: {
            message:
              'Request too large for gpt-4o in organization org-x on tokens per min (TPM): Limit 30000, Requested 45000. The input or output tokens must be reduced in order to run successfully.',
            type: 'tokens',
            param: null,
            code: 'rate_limit_exceeded',
          },
        },
      },
      {
        status: 413,
        body: {
          error: {
            message:
              'Request too large for model `llama-3.1-8b-instant` in organization `org_1` service tier `on_demand` on tokens per minute (TPM): Limit 6000, Requested 7012, please reduce your message size and try again.',
            type: 'tokens',
            code: 'rate_limit_exceeded',
          },
        },
      },
    ],
  },
  {
    id: 'larger-than-the-rate-413',
    status: 413,
    code: 'rate_limit_exceeded',
    class: 'request-declined',
    about: 'the same, said by the status and the code',
    source: 'console.groq.com/docs/errors (2026-11)',
    examples: [
      {
        status: 413,
        body: { error: { message: 'Too large.', type: 'tokens', code: 'rate_limit_exceeded' } },
      },
    ],
  },
  {
    id: 'larger-than-the-tier',
    code: 'tokens_limit_reached',
    class: 'request-declined',
    about: 'the tier of this account takes smaller requests only',
    source: 'github.com/Aider-AI/aider/issues/2296 (2024-11), docs.github.com/en/github-models (2026-11)',
    examples: [
      {
        status: 413,
        body: {
          error: {
            code: 'tokens_limit_reached',
            message: 'Request body too large for gpt-4o model. Max size: 8000 tokens.',
            details: 'Request body too large for gpt-4o model. Max size: 8000 tokens.',
          },
        },
      },
    ],
  },
  {
    id: 'larger-than-the-free-tier',
    words: /\bprompt tokens for free accounts is limited to\b|免费.{0,12}输入token小于/,
    class: 'request-declined',
    about: 'a free account takes shorter requests only',
    source: 'github.com/chatanywhere/GPT_API_free/issues/334 (2024-12)',
    examples: [
      {
        status: 403,
        body: {
          error: {
            message:
              'The number of prompt tokens for free accounts is limited to 4096. If you have additional requirements, please visit https://buyca.tech to purchase a premium key.',
            type: 'chatanywhere_error',
            param: null,
            code: '403 FORBIDDEN',
          },
        },
      },
    ],
  },
]
