import type { ServiceFailures } from '../failure-row.ts'

const NIM = 'docs.api.nvidia.com/nim (2026-11)'

export const nvidiaFailures: ServiceFailures = {
  id: 'nvidia',
  label: 'NVIDIA NIM',
  providers: ['nvidia'],
  rows: [
    {
      id: 'nvidia-no-function',
      message: /\bfunction\b.{0,60}\bnot found for account\b/i,
      class: 'model-unavailable',
      about: 'this account does not have the model',
      source: 'github.com/Alishahryar1/free-claude-code/issues/1021 (2026-07)',
      examples: [
        {
          status: 404,
          body: {
            status: 404,
            title: 'Not Found',
            detail:
              "Function '23d4f03a-b8a6-4adb-a183-7daa083a09cc': Not found for account 'Qawmu2vUw3rdcREnubcAVqe1c55nUTb1hCogKQx4BCA'",
          },
        },
      ],
    },
    {
      id: 'nvidia-degraded',
      message: /\bDEGRADED function cannot be invoked\b/,
      class: 'overloaded',
      about: 'the model is broken at the service',
      source: 'github.com/decolua/9router/issues/2527 (2026-07)',
      examples: [
        {
          status: 400,
          body: {
            status: 400,
            title: 'Bad Request',
            detail: "Function id '87ea0ddc-cff1-4bca-bf8b-3bd98a35ddd0': DEGRADED function cannot be invoked",
          },
        },
      ],
    },
    {
      id: 'nvidia-no-credits',
      message: /\bcloud credits expired\b/i,
      class: 'quota-hard',
      about: 'the free credits are used up',
      source: NIM,
      examples: [
        {
          status: 402,
          body: {
            type: 'urn:inference-service:problem-details:payment-required',
            title: 'Payment Required',
            status: 402,
            detail: "Account 'me': Cloud credits expired - Please contact NVIDIA representatives",
            instance: '/v2/nvcf',
          },
        },
      ],
    },
  ],
  bodies: [
    {
      status: 429,
      body: { status: 429, title: 'Too Many Requests' },
      class: 'rate-short',
      source: 'github.com/Alishahryar1/free-claude-code/issues/1485 (2026-08)',
    },
    {
      status: 403,
      body: { status: 403, title: 'Forbidden', detail: 'Authorization failed' },
      class: 'auth-dead',
      source: 'github.com/dmMaze/BallonsTranslator/issues/1233 (2026-07)',
    },
    {
      status: 422,
      body: {
        type: 'urn:inference-service:problem-details:unprocessable',
        title: 'Unprocessable Entity',
        status: 422,
        detail: 'Value error, max_tokens must be at least 1',
      },
      class: 'bad-request',
      source: NIM,
    },
  ],
}
