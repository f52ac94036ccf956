import type { ServiceFailures } from '../failure-row.ts'

const LEARN = 'learn.microsoft.com/azure/ai-services/openai/how-to/quota (2026-11)'

export const azureFailures: ServiceFailures = {
  id: 'azure',
  label: 'Azure OpenAI',
  providers: ['azure'],
  rows: [
    {
      id: 'azure-no-deployment',
      code: /^deployment_?not_?found$/i,
      class: 'model-unavailable',
      about: 'the resource has no deployment of this name',
      source: LEARN,
      examples: [
        {
          status: 404,
          body: {
            error: {
              code: 'DeploymentNotFound',
              message:
                'The API deployment for this resource does not exist. If you created the deployment within the last 5 minutes, please wait a moment and try again.',
            },
          },
        },
      ],
    },
    {
      id: 'azure-wrong-key-or-region',
      message: /\binvalid subscription key or wrong api endpoint\b/i,
      class: 'auth-dead',
      about: 'the key is wrong, or belongs to another resource',
      source: LEARN,
      examples: [
        {
          status: 401,
          body: {
            error: {
              code: '401',
              message:
                'Access denied due to invalid subscription key or wrong API endpoint. Make sure to provide a valid key for an active subscription and use a correct regional API endpoint for your resource.',
            },
          },
        },
      ],
    },
    {
      id: 'azure-no-resource',
      status: 404,
      code: '404',
      message: /^resource not found$/i,
      class: 'route-missing',
      about: 'the path or its API version is not there',
      source: LEARN,
      examples: [{ status: 404, body: { error: { code: '404', message: 'Resource not found' } } }],
    },
  ],
  bodies: [
    {
      status: 429,
      body: {
        error: {
          code: '429',
          message:
            'Requests to the ChatCompletions_Create Operation under Azure OpenAI API version 2024-02-01 have exceeded call rate limit of your current OpenAI S0 pricing tier. Please retry after 26 seconds.',
        },
      },
      ends: '2026-11-25T10:00:26.000Z',
      class: 'rate-short',
      source: 'github.com/dyad-sh/dyad/issues/1849 (2025-11)',
    },
    {
      status: 429,
      body: { error: { code: '429', message: 'Rate limit is exceeded. Try again in 2 seconds.' } },
      ends: '2026-11-25T10:00:02.000Z',
      class: 'rate-short',
      source: 'github.com/microsoft/copilot-camp/issues/551 (2025-04)',
    },
    {
      status: 403,
      body: {
        error: { code: 'AccessDenied', message: 'Access denied due to Virtual Network/Firewall rules.' },
      },
      class: 'auth-dead',
      source: LEARN,
    },
    {
      status: 400,
      body: {
        error: {
          code: 'OperationNotSupported',
          message:
            'The chatCompletion operation does not work with the specified model, text-embedding-3-small. Please choose different model and try again.',
        },
      },
      class: 'bad-request',
      source: LEARN,
    },
    {
      status: 400,
      body: {
        error: {
          message:
            "The response was filtered due to the prompt triggering Azure OpenAI's content management policy. Please modify your prompt and retry.",
          type: null,
          param: 'prompt',
          code: 'content_filter',
          status: 400,
          innererror: {
            code: 'ResponsibleAIPolicyViolation',
            content_filter_result: { hate: { filtered: true, severity: 'high' } },
          },
        },
      },
      class: 'bad-request',
      source: LEARN,
    },
  ],
}
