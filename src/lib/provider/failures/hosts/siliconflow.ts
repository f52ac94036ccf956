import type { ServiceFailures } from '../failure-row.ts'

const SILICON = 'docs.siliconflow.cn/faqs/error-code (2026-11)'
const silicon = (code: number, message: string) => ({ code, message, data: null })

export const siliconflowFailures: ServiceFailures = {
  id: 'siliconflow',
  label: 'SiliconFlow',
  providers: ['siliconflow'],
  rows: [
    {
      id: 'siliconflow-no-money',
      code: '30001',
      class: 'quota-hard',
      about: 'no balance',
      source: SILICON,
      examples: [{ status: 403, body: silicon(30001, 'Sorry, your account balance is insufficient') }],
    },
    {
      id: 'siliconflow-not-verified',
      code: ['30003', '30011'],
      class: 'model-unavailable',
      about: 'the model is disabled for this account, or needs a verified one',
      source: SILICON,
      examples: [{ status: 403, body: silicon(30003, 'Model disabled.') }],
    },
    {
      id: 'siliconflow-no-model',
      code: '20012',
      class: 'model-unavailable',
      about: 'there is no such model',
      source: SILICON,
      examples: [{ status: 400, body: silicon(20012, 'Model does not exist. Please check it carefully.') }],
    },
    {
      id: 'siliconflow-request',
      code: ['20015', '20024', '20041'],
      class: 'bad-request',
      about: 'a parameter of the request',
      source: SILICON,
      examples: [{ status: 400, body: silicon(20015, 'The parameter is invalid. Please check it again.') }],
    },
    {
      id: 'siliconflow-busy',
      code: ['50501', '50503', '50505', '50603'],
      class: 'overloaded',
      about: 'too much load at the service',
      source: SILICON,
      examples: [
        { status: 503, body: silicon(50505, 'Model service overloaded. Please try again later.') },
        { status: 429, body: silicon(50603, 'System is too busy now. Please try again later.') },
      ],
    },
  ],
  bodies: [
    {
      status: 429,
      body: { message: 'Request was rejected due to rate limiting. Details: TPM limit reached.', data: null },
      class: 'rate-short',
      source: SILICON,
    },
    { status: 401, body: '"Invalid token"', class: 'auth-dead', source: SILICON },
    {
      status: 403,
      body: {
        message: 'RPM limit exceeded. Please complete identity verification to lift the restriction.',
        data: null,
      },
      class: 'auth-dead',
      source: SILICON,
    },
  ],
}
