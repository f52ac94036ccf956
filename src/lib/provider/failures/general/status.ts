// The meaning of a status without known words or codes. Inside a stream the status is 200 and says nothing.
import type { FailureRow } from '../failure-row.ts'

const server = (status: number): boolean => status >= 500
const client = (status: number): boolean => status >= 400 && status < 500
const HTTP = 'rfc-editor.org/rfc/rfc9110 (2022-06)'

export const statusRows: readonly FailureRow[] = [
  {
    id: 'status-401',
    status: 401,
    class: 'auth-dead',
    about: '401',
    source: HTTP,
    examples: [{ status: 401, body: { error: { message: 'Unauthorized' } } }],
  },
  {
    id: 'type-authentication',
    type: /^(?:authentication_error|invalid_authentication_error|incorrect_api_key_error|authenticationerror|unauthorized)$/i,
    class: 'auth-dead',
    about: 'a type for a refused key',
    source: 'docs.anthropic.com/en/api/errors, platform.kimi.com/docs/api/errors (2026-11)',
    examples: [
      { status: 200, body: { type: 'error', error: { type: 'authentication_error', message: 'No.' } } },
    ],
  },
  {
    id: 'code-authentication',
    code: /^(?:invalid_?api_?key|unauthorized(?:_?operation)?|unauthenticated|token_expired|invalid_grant|invalid_token|account_deactivated|key_(?:expired|disabled|blocked)|access_?denied_?by_?key|unrecognizedclient(?:exception)?|invalidclienttokenid|incompletesignature|expired_?token(?:exception)?|optinrequired)$/i,
    class: 'auth-dead',
    about: 'a code for a refused key',
    source:
      'platform.openai.com/docs/guides/error-codes, docs.aws.amazon.com/bedrock/latest/userguide/troubleshooting-api-error-codes.html (2026-11)',
    examples: [{ status: 200, body: { error: { message: 'No.', code: 'invalid_api_key' } } }],
  },
  {
    id: 'status-402',
    status: 402,
    class: 'quota-hard',
    about: '402',
    source: HTTP,
    examples: [{ status: 402, body: { error: { message: 'No.' } } }],
  },
  {
    id: 'status-413',
    status: 413,
    class: 'bad-request',
    about: '413: the body is too large',
    source: HTTP,
    examples: [
      { status: 413, body: '<html><head><title>413 Request Entity Too Large</title></head></html>' },
    ],
  },
  {
    id: 'status-429',
    status: [429, 420],
    class: 'rate-short',
    about: '429, and 420 of older services',
    source: 'rfc-editor.org/rfc/rfc6585 (2012-04), github.com/treeverse/lakeFS/pull/6711 (2023-10)',
    examples: [
      { status: 429, body: { status: 429, title: 'Please wait' } },
      { status: 429, headers: { 'retry-after': '1.25' }, body: '', ends: '2026-11-25T10:00:01.250Z' },
    ],
  },
  {
    id: 'status-408',
    status: [408, 499, 504, 524],
    class: 'timeout',
    about: '408, 499, 504, 524: something gave up waiting',
    source: HTTP,
    examples: [{ status: 408, body: '' }],
  },
  {
    id: 'status-5xx',
    status: server,
    class: 'overloaded',
    about: '5xx',
    source: HTTP,
    examples: [{ status: 500, body: { error: { message: 'No.' } } }],
  },
  {
    id: 'status-403',
    status: 403,
    class: 'model-unavailable',
    about: '403 without a known word: often this key may not use this model; another account may',
    source: HTTP,
    examples: [{ status: 403, body: { error: { message: 'Forbidden' } } }],
  },
  {
    id: 'type-permission',
    type: /^permission_?(?:error|denied\w*)$/i,
    class: 'model-unavailable',
    about: 'the same, said by the type',
    source: 'docs.anthropic.com/en/api/errors (2026-11)',
    examples: [{ status: 200, body: { type: 'error', error: { type: 'permission_error', message: 'No.' } } }],
  },
  {
    id: 'status-4xx',
    status: client,
    class: 'bad-request',
    about: 'any other 4xx: the client gets it as it came',
    source: HTTP,
    examples: [
      { status: 400, body: { error: { message: 'No.' } } },
      { status: 422, body: { error: { message: 'No.' } } },
    ],
  },
  {
    id: 'type-request',
    type: /^(?:invalid_request(?:_error)?|badrequesterror|invalid_?argument|validation_error|unprocessable_entity)$/i,
    class: 'bad-request',
    about: 'a type for a fault of the request',
    source: 'docs.anthropic.com/en/api/errors (2026-11)',
    examples: [
      { status: 200, body: { type: 'error', error: { type: 'invalid_request_error', message: 'No.' } } },
    ],
  },
  {
    id: 'code-request',
    code: /^validation_?exception$/i,
    class: 'bad-request',
    about: 'a code for a fault of the request, which Amazon Bedrock also uses for models and accounts',
    source: 'docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html (2026-11)',
    examples: [
      { status: 200, body: { validationException: { message: 'The toolConfig is not consistent.' } } },
    ],
  },
  {
    id: 'status-3xx',
    status: (status) => status >= 300 && status < 400,
    class: 'unreachable',
    about: 'a redirect: whatever answers at this base URL does not speak this API',
    source: HTTP,
    examples: [{ status: 302, body: '' }],
  },
]
