// Errors of OpenRouter about the services behind its models.
import { isRecord } from '../../../base/is-record.ts'
import type { FailureRow } from '../failure-row.ts'
import type { FailedAnswer } from '../outcome-row.ts'
import type { JsonObject } from '../read-error.ts'

export const DOCS = 'openrouter.ai/docs/api-reference/errors-and-debugging (2026-11)'

export function readRouterMetadata(answer: Pick<FailedAnswer, 'error'>): JsonObject {
  return isRecord(answer.error.metadata) ? answer.error.metadata : {}
}

/** `metadata.raw` is the body of the service behind the model. */
function isAboutProviderAccount(answer: FailedAnswer): boolean {
  const raw = readRouterMetadata(answer).raw
  return (
    answer.status === 401 ||
    (typeof raw === 'string' &&
      /credit balance|insufficient (?:balance|credit|quota)|exceeded your current quota|billing|api key|invalid_api_key|organization/i.test(
        raw,
      ))
  )
}

export const said = (code: number, message: string, more?: object) => ({
  error: { message, code, ...(more === undefined ? {} : { metadata: more }) },
  user_id: 'user_1',
})

export const openrouterUpstreamRows: readonly FailureRow[] = [
  {
    id: 'openrouter-provider-key',
    status: [400, 401, 402, 403],
    message: /^provider returned error/i,
    when: isAboutProviderAccount,
    class: 'model-unavailable',
    about: 'the service behind the model refuses the key or the credit that OpenRouter uses there',
    source: 'openrouter.ai/docs/use-cases/byok, github.com/open-webui/computer/issues/293 (2026-09)',
    examples: [
      {
        status: 400,
        body: said(400, 'Provider returned error', {
          raw: '{"type":"error","error":{"type":"invalid_request_error","message":"Your credit balance is too low to access the Anthropic API."}}',
          provider_name: 'Anthropic',
          is_byok: true,
        }),
      },
      {
        status: 401,
        body: said(401, 'Provider returned error', {
          raw: '{"error":{"message":"Incorrect API key provided: sk-x.","code":"invalid_api_key"}}',
          provider_name: 'OpenAI',
          is_byok: true,
        }),
      },
    ],
  },
  {
    id: 'openrouter-provider-refused',
    status: 400,
    message: /^provider returned error/i,
    class: 'bad-request',
    about: 'the service behind the model refuses the request',
    source: DOCS,
    examples: [
      {
        status: 400,
        body: said(400, 'Provider returned error', {
          provider_name: 'Acme',
          raw: '{"error":{"message":"bad tool"}}',
        }),
      },
    ],
  },
  {
    id: 'openrouter-provider-failed',
    status: (status) => status === 429 || status >= 500,
    message: /provider returned error/i,
    class: 'overloaded',
    about: 'the service behind the model is at its limit or fails; the account is well',
    source: DOCS,
    examples: [
      {
        status: 429,
        body: said(429, 'Provider returned error', {
          provider_name: 'Acme',
          raw: 'slow down',
          is_byok: false,
        }),
      },
    ],
  },
  {
    id: 'openrouter-provider-limit',
    status: 429,
    when: (answer) => 'provider_name' in readRouterMetadata(answer),
    class: 'overloaded',
    about: 'the same, said by `provider_name`',
    source: DOCS,
    examples: [{ status: 429, body: said(429, 'slow', { provider_name: 'Acme' }) }],
  },
  {
    id: 'openrouter-no-endpoint-for-request',
    status: 404,
    message: /\bno endpoints found that (?:support|can handle)\b/i,
    class: 'request-declined',
    about: 'no service offers the model with tools, images or parameters of this request',
    source:
      'github.com/Kilo-Org/kilocode/issues/9006 (2026-04), github.com/zed-industries/zed/issues/36094 (2025-08)',
    examples: [
      {
        status: 404,
        body: said(
          404,
          'No endpoints found that support tool use. To learn more about provider routing, visit: https://openrouter.ai/docs/provider-routing',
        ),
      },
      { status: 404, body: said(404, 'No endpoints found that support image input') },
    ],
  },
  {
    id: 'openrouter-no-endpoint',
    status: 404,
    message: /\bendpoints?\b|\bmodels?\b|\bproviders?\b/i,
    isOwn: 'later',
    class: 'model-unavailable',
    about: 'no service has the model, under the data policy of the account',
    source: DOCS,
    examples: [{ status: 404, body: said(404, 'No endpoints found matching your data policy.') }],
  },
  {
    id: 'openrouter-region-of-model',
    status: 403,
    message: /\bnot available in your region\b|\bprohibited due to a violation of provider terms\b/i,
    isOwn: 'later',
    class: 'model-unavailable',
    about: 'the service behind the model does not serve this region',
    source: 'github.com/continuedev/continue/issues/11154 (2026-03)',
    examples: [{ status: 403, body: said(403, 'This model is not available in your region.') }],
  },
  {
    id: 'openrouter-no-model',
    status: 400,
    message: /is not a valid model/i,
    class: 'model-unavailable',
    about: 'there is no such model',
    source: DOCS,
    examples: [{ status: 400, body: said(400, 'maker/nope is not a valid model ID') }],
  },
]
