// Faults of the request, by the codes of any service: they pass to the client unchanged, whatever else they
// mention.
import { isRecord } from '../../../base/is-record.ts'
import type { FailedAnswer } from '../outcome-row.ts'
import type { FailureRow } from '../failure-row.ts'

const client = (status: number): boolean => status >= 400 && status < 500

/** Codes that name a part of the request. */
const REQUEST_CODE = new RegExp(
  [
    String.raw`^context_(length|window)_exceeded$`,
    '^(model_max_prompt_tokens_exceeded|exceed_context_size_error|prompt_too_long|max_tokens_exceeded)$',
    '^(string|array|integer|decimal|number|object)_(above|below)_(max|min)',
    '^(invalid|unsupported|unknown|missing|unrecognized|malformed|empty)[_.-]?(required[_.-]?)?(param|parameters?|argument|value|type|image|schema|json|tool|tools|function|message|messages|input|prompt|body|payload|file|field|format|base64|encoding|media|audio|content|request_?body|encrypted_content)',
    String.raw`^invalid\s?parameter(error)?(\.|$)`,
    '^(image|file|audio|video)_?(too_large|too_small|parse_error|content_policy|download_failed|unsupported|not_found)',
    '^(content_policy_violation|content_filter(ed)?|content_blocked|moderation_blocked|prompt_blocked|responsibleaipolicyviolation|data_?inspection_?failed|safety_violation|cyber_policy_violation)$',
    '^(tool_use_failed|json_validate_failed|previous_response_not_found|json_invalid|bad_response_format|failed_generation)$',
    '^(unsupported_api_for_model|convert_request_failed|read_request_body_failed)$',
    '^(parameter_unknown|out_of_range|unprocessable_entity|validation_?error|request_validation_error|request_too_large)$',
  ].join('|'),
  'i',
)

/**
 * The places of wrong fields, as FastAPI lists them: vLLM, Mistral, many servers. The body is
 * `{"detail":[{"loc":["body","messages"],"msg":"...","type":"..."}]}`.
 */
function listWrongFields({ body, error }: FailedAnswer): readonly unknown[] {
  const list = (isRecord(body) ? body.detail : undefined) ?? error.detail ?? error.errors
  return Array.isArray(list)
    ? list.flatMap((item: unknown) => (isRecord(item) && 'loc' in item ? [item.loc] : []))
    : []
}

/** `["header","x-api-key"]`: the header of the account's key. A client may send others, such as `idempotency-key`. */
const isKeyHeader = (place: unknown): boolean =>
  Array.isArray(place) &&
  place[0] === 'header' &&
  /^(?:authorization|x-api-key|api-key|x-goog-api-key)$/i.test(String(place[1]))

/** Every listed place is the header of a key: a body that is wrong too is the fault of the request. */
function missesKey(answer: FailedAnswer): boolean {
  const places = listWrongFields(answer)
  return places.length > 0 && places.every(isKeyHeader)
}

export const requestCodeRows: readonly FailureRow[] = [
  {
    id: 'request-code',
    code: REQUEST_CODE,
    // An unverified organisation gets `unsupported_value` too, a wrong key at xAI `invalid-argument`. 401 and 402 never
    // concern the request. Tencent's `InvalidParameterValue.Model` names a model that the account lacks.
    when: ({ status, words, code }) =>
      !/\.model$/i.test(code ?? '') &&
      status !== 401 &&
      status !== 402 &&
      !/must be verified|\bincorrect api key\b/i.test(words),
    class: 'bad-request',
    about: 'a code that names a part of the request',
    source:
      'platform.openai.com/docs/guides/error-codes, help.aliyun.com/zh/model-studio/error-code (2026-11)',
    examples: [
      {
        status: 400,
        body: {
          error: {
            message:
              "This model's maximum context length is 128000 tokens. However, your messages resulted in 130000 tokens.",
            type: 'invalid_request_error',
            param: 'messages',
            code: 'context_length_exceeded',
          },
        },
      },
      {
        status: 400,
        body: {
          error: {
            message:
              "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.",
            type: 'invalid_request_error',
            param: 'max_tokens',
            code: 'unsupported_parameter',
          },
        },
      },
      {
        status: 400,
        body: {
          error: {
            message:
              "Invalid schema for function 'check_insufficient_balance': schema must be a JSON Schema of 'type: \"object\"'",
            type: 'invalid_request_error',
            param: 'tools[0].function.parameters',
            code: 'invalid_function_parameters',
          },
        },
      },
      {
        status: 400,
        body: {
          error: {
            message:
              "The response was filtered due to the prompt triggering Azure OpenAI's content management policy.",
            type: null,
            param: 'prompt',
            code: 'content_filter',
            status: 400,
            innererror: { code: 'ResponsibleAIPolicyViolation' },
          },
        },
      },
      {
        status: 400,
        body: {
          code: 'InvalidParameter',
          message: 'Range of max_tokens should be [1, 8192]',
          request_id: 'r1',
        },
      },
      {
        status: 400,
        body: {
          code: 'DataInspectionFailed',
          message: 'Input data may contain inappropriate content.',
          request_id: 'r1',
        },
      },
      {
        status: 400,
        body: {
          error: {
            message: 'Failed to call a function. Please adjust your prompt.',
            type: 'invalid_request_error',
            code: 'tool_use_failed',
            failed_generation: '<tool>',
          },
        },
      },
      {
        status: 400,
        body: {
          error: {
            message: "Previous response with id 'resp_1' not found.",
            type: 'invalid_request_error',
            param: 'previous_response_id',
            code: 'previous_response_not_found',
          },
        },
      },
      {
        status: 400,
        body: {
          error: {
            message:
              "Unsupported value: 'temperature' does not support 0.2 with this model. Only the default (1) value is supported.",
            type: 'invalid_request_error',
            param: 'temperature',
            code: 'unsupported_value',
          },
        },
      },
      {
        status: 400,
        body: {
          error: {
            code: 400,
            message: 'the request exceeds the available context size, try increasing it',
            type: 'exceed_context_size_error',
          },
        },
      },
    ].map((example) => example),
  },
  {
    id: 'request-too-long',
    type: /^(exceed_context_size_error|request_too_large|context_length_exceeded)$/i,
    class: 'bad-request',
    about: 'the request is larger than the model or the service takes',
    source: 'docs.anthropic.com/en/api/errors (2026-11), llama.cpp tools/server/README.md (2026-11)',
    examples: [
      {
        status: 413,
        body: {
          type: 'error',
          error: { type: 'request_too_large', message: 'Request exceeds the maximum size' },
        },
      },
      {
        status: 400,
        body: {
          error: {
            code: 400,
            message:
              'request (9000 tokens) exceeds the available context size (4096 tokens), try increasing it',
            type: 'exceed_context_size_error',
            n_prompt_tokens: 9000,
            n_ctx: 4096,
          },
        },
      },
    ],
  },
  {
    id: 'key-header-missing',
    status: client,
    when: missesKey,
    class: 'auth-dead',
    about: 'the service misses the header of the key: it wants the key in another header',
    source: 'fastapi.tiangolo.com/tutorial/header-params (2026-11)',
    examples: [
      {
        status: 422,
        body: { detail: [{ type: 'missing', loc: ['header', 'x-api-key'], msg: 'Field required' }] },
      },
    ],
  },
  {
    id: 'request-validation',
    status: (status) => client(status) || status < 300,
    when: (answer) => listWrongFields(answer).length > 0,
    class: 'bad-request',
    about: 'a list of fields that are wrong',
    source: 'fastapi.tiangolo.com/tutorial/handling-errors (2026-11)',
    examples: [
      {
        status: 422,
        body: { detail: [{ type: 'missing', loc: ['body', 'messages'], msg: 'Field required', input: {} }] },
      },
      {
        status: 422,
        body: {
          object: 'error',
          message: {
            detail: [
              {
                type: 'extra_forbidden',
                loc: ['body', 'stream_options'],
                msg: 'Extra inputs are not permitted',
                input: {},
              },
            ],
          },
          type: 'invalid_request_error',
          param: null,
          code: null,
        },
      },
    ],
  },
]
