import type { ServiceFailures } from '../failure-row.ts'

export const geminiCodeAssistFailures: ServiceFailures = {
  id: 'gemini-code-assist',
  label: 'Gemini Code Assist',
  providers: ['gemini'],
  rows: [
    {
      id: 'gemini-no-capacity',
      code: 'RESOURCE_EXHAUSTED',
      message: /^No capacity available for model\b/i,
      class: 'overloaded',
      about: 'the servers of the model are full; no quota of the account is used up',
      source: 'github.com/google-gemini/gemini-cli/issues/26633 (2026-05)',
      examples: [
        {
          status: 429,
          body: {
            error: {
              code: 429,
              message: 'No capacity available for model gemini-3-flash-preview on the server',
              status: 'RESOURCE_EXHAUSTED',
              details: [{ reason: 'MODEL_CAPACITY_EXHAUSTED' }],
            },
          },
        },
      ],
    },
  ],
  bodies: [],
}
