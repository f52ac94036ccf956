import { calendarWindow } from '../../../quota/zone.ts'
import type { ServiceFailures } from '../failure-row.ts'

const COHERE = 'docs.cohere.com/reference/errors (2026-11)'

export const cohereFailures: ServiceFailures = {
  id: 'cohere',
  label: 'Cohere',
  providers: ['cohere'],
  rows: [
    {
      id: 'cohere-trial-month',
      message: /\bTrial key\b.{0,80}\/ ?month\b/i,
      class: 'quota-window',
      scope: 'account',
      until: (answer) => calendarWindow('month', 'UTC', answer.now).end,
      about: 'the calls of a trial key for this month',
      source: 'github.com/diegosouzapw/OmniRoute/pull/12252 (2026-09)',
      examples: [
        {
          status: 429,
          body: {
            id: 'c1',
            message:
              "You are using a Trial key, which is limited to 1000 API calls / month. You can continue to use the Trial key for free or upgrade to a Production key with higher rate limits at 'https://dashboard.cohere.com/api-keys'.",
          },
          ends: '2026-12-01T00:00:00.000Z',
        },
      ],
    },
    {
      id: 'cohere-trial-minute',
      message: /\bTrial key\b.{0,80}\/ ?minute\b/i,
      class: 'rate-short',
      scope: 'account',
      about: 'the calls of a trial key for this minute',
      source: 'github.com/cohere-ai/cohere-python/issues/325 (2023-10)',
      examples: [
        {
          status: 429,
          body: { message: 'You are using a Trial key, which is limited to 20 API calls / minute.' },
        },
      ],
    },
    {
      id: 'cohere-removed',
      message: /\bwas removed on\b/i,
      class: 'model-unavailable',
      about: 'the model is gone',
      source: COHERE,
      examples: [
        {
          status: 404,
          body: {
            id: 'c1',
            message:
              "model 'command-r' was removed on September 15, 2025. See https://docs.cohere.com/docs/models.",
          },
        },
      ],
    },
  ],
  bodies: [
    { status: 401, body: { id: 'c1', message: 'invalid api token' }, class: 'auth-dead', source: COHERE },
    {
      status: 404,
      body: {
        id: 'c1',
        message:
          "model 'command-9' not found, make sure the correct model ID was used and that you have access to the model.",
      },
      class: 'model-unavailable',
      source: COHERE,
    },
    {
      status: 400,
      body: {
        id: 'c1',
        message:
          'too many tokens: total number of tokens in the prompt cannot exceed 128000 - received 140000. Try using a shorter prompt, or enable prompt truncating.',
      },
      class: 'bad-request',
      source: COHERE,
    },
    {
      status: 422,
      body: { id: 'c1', message: 'invalid request: tool results must be provided for every tool call' },
      class: 'bad-request',
      source: COHERE,
    },
    {
      status: 402,
      body: { message: 'You have reached your billing limit.' },
      class: 'quota-hard',
      source: COHERE,
    },
  ],
}
