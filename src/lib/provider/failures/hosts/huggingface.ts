import { calendarWindow } from '../../../quota/zone.ts'
import type { ServiceFailures } from '../failure-row.ts'

const HF = 'huggingface.co/docs/inference-providers/pricing (2026-11)'

export const huggingfaceFailures: ServiceFailures = {
  id: 'huggingface',
  label: 'Hugging Face router',
  providers: ['huggingface'],
  rows: [
    {
      id: 'huggingface-credits',
      message: /\bmonthly included credits\b/i,
      class: 'quota-window',
      until: (answer) => calendarWindow('month', 'UTC', answer.now).end,
      about: 'the credits of the month are used up; they come back with the month',
      source: 'github.com/huggingface/agents-course/issues/386 (2025-03)',
      examples: [
        {
          status: 402,
          body: {
            error:
              'You have exceeded your monthly included credits for Inference Providers. Subscribe to PRO to get 20x more monthly included credits.',
          },
          ends: '2026-12-01T00:00:00.000Z',
        },
        {
          status: 402,
          body: {
            error:
              'You have depleted your monthly included credits. Purchase pre-paid credits to continue using Inference Providers.',
          },
          ends: '2026-12-01T00:00:00.000Z',
        },
      ],
    },
    {
      id: 'huggingface-token-permission',
      message: /\bsufficient permissions to call inference providers\b/i,
      class: 'auth-dead',
      about: 'the token lacks the permission for inference',
      source: HF,
      examples: [
        {
          status: 403,
          body: {
            error:
              'This authentication method does not have sufficient permissions to call Inference Providers on behalf of user me',
          },
        },
      ],
    },
  ],
  bodies: [
    { status: 401, body: { error: 'Invalid username or password.' }, class: 'auth-dead', source: HF },
    {
      status: 400,
      body: {
        error: {
          message: "The requested model 'maker/x' is not supported by any provider you have enabled.",
          type: 'invalid_request_error',
          param: 'model',
          code: 'model_not_supported',
        },
      },
      class: 'model-unavailable',
      source: HF,
    },
    {
      status: 503,
      body: { error: 'Model maker/x is currently loading', estimated_time: 20 },
      ends: '2026-11-25T10:00:20.000Z',
      class: 'overloaded',
      source: 'huggingface.co/docs/api-inference (2026-11)',
    },
  ],
}
