// Requests that fail a check, recognised by structure. They are read first: such a message repeats parts of the
// request. Those parts may contain the words of any other failure.
import type { FailedAnswer } from '../outcome-row.ts'
import type { FailureRow } from '../failure-row.ts'

const isRefused = (status: number): boolean => status === 400 || status === 422 || status < 300

/** OpenAI names the field: `messages[0].content`, `tools[1].function.parameters`, `max_tokens`. */
const REQUEST_FIELD =
  /^(messages|tools?|tool_choice|functions?|input|prompt|instructions|max_(completion_|output_)?tokens|temperature|top_[pk]|n|stop|seed|logprobs|top_logprobs|logit_bias|presence_penalty|frequency_penalty|response_format|text|reasoning|reasoning_effort|modalities|audio|stream_options|user|metadata|size|quality|image|file|dimensions|encoding_format|parallel_tool_calls|include|store|truncation|previous_response_id)\b/

/** An unverified organisation gets a `param` too. */
const namesField = ({ error, message }: FailedAnswer): boolean =>
  typeof error.param === 'string' && REQUEST_FIELD.test(error.param) && !/must be verified/i.test(message)

/** The account itself broke the rules, before a colon: the text of a request may follow it. */
const BROKE_RULES =
  /^[^:]{0,200}\b(?:your|this) (?:\w+ )?(?:account|organi[sz]ation|workspace|project|api key|key)\b[^:]{0,40}\b(?:flagged|violat\w+|suspended|banned|disabled|blocked|terminated|restricted)\b/i

export const validationRows: readonly FailureRow[] = [
  {
    id: 'request-field',
    status: isRefused,
    when: namesField,
    class: 'bad-request',
    about: '`param` names a field of the request',
    source: 'platform.openai.com/docs/guides/error-codes (2026-11)',
    examples: [
      {
        status: 400,
        body: {
          error: {
            message: 'You have a rate limit exceeded tool twice.',
            type: 'invalid_request_error',
            param: 'tools[1]',
            code: null,
          },
        },
      },
      {
        status: 400,
        body: {
          error: {
            message: 'Invalid value for user: the account has been disabled.',
            type: 'invalid_request_error',
            param: 'user',
            code: null,
          },
        },
      },
    ],
  },
  {
    id: 'request-path',
    status: isRefused,
    message: /^(?:messages|tools|system|contents|input|body)(?:\.\d+|\[\d+\])[\w.[\]]*: /,
    class: 'bad-request',
    about: 'the message starts with the path of a field, then repeats its content',
    source: 'docs.anthropic.com/en/api/errors (2026-11)',
    examples: [
      {
        status: 400,
        body: {
          type: 'error',
          error: {
            type: 'invalid_request_error',
            message: 'messages.0.content: the text says that the account is suspended',
          },
        },
      },
    ],
  },
  {
    id: 'request-flagged',
    status: (status) => isRefused(status) || status === 403 || status === 451,
    message:
      /^(?:your|the|this) (?:prompt|input|request|message|content|text)\b[^:]{0,100}\b(?:flagged|moderation|content polic|usage polic|safety)/i,
    // A request of an account that broke the rules before.
    when: ({ message }) => !BROKE_RULES.test(message),
    class: 'bad-request',
    about: 'a refusal of the content, which may follow in its own words',
    source: 'platform.openai.com/docs/guides/moderation (2026-11)',
    examples: [
      {
        status: 400,
        body: {
          error: {
            message: 'Your prompt contains text that our moderation flagged: my api key expired',
            type: 'invalid_request_error',
          },
        },
      },
    ],
  },
  {
    id: 'request-unreadable',
    status: isRefused,
    message:
      /^(?:[\w.]+(?:error|exception): ?)?(?:invalid|malformed|duplicate|(?:failed|unable) to parse|(?:could not|cannot) parse|error parsing)\b[^:]{0,40}\b(?:arguments|tools?|tool[ _]calls?|functions?|schema|json(?! web token))\b[^:]{0,60}: /i,
    class: 'bad-request',
    about: 'a part of the request is unreadable, and follows in its own words',
    source: 'platform.openai.com/docs/guides/function-calling, docs.vllm.ai (2026-11)',
    examples: [
      {
        status: 400,
        body: {
          error: {
            message:
              'Invalid tool call arguments: {"message":"Your account is suspended","code":"insufficient_quota"}',
            type: 'invalid_request_error',
          },
        },
      },
    ],
  },
  {
    id: 'request-pydantic',
    status: isRefused,
    message: /\[type=\w+, input_value=/,
    class: 'bad-request',
    about: 'a list of fields that are wrong, with the refused values',
    source: 'docs.pydantic.dev/latest/errors/errors, github.com/vllm-project/vllm (2026-11)',
    examples: [
      {
        status: 400,
        body: {
          error: {
            message:
              "1 validation error for ChatRequest\nmessages.0.content\n  Input should be a valid string [type=string_type, input_value=[{'type': 'text', 'text': 'my api key expired'}], input_type=list]",
            type: 'BadRequestError',
          },
        },
      },
    ],
  },
  {
    id: 'request-mcp-server',
    status: [400, 424],
    message: /\bMCP server\b/,
    class: 'bad-request',
    about: 'a tool server that the request names refuses or is down, whatever account asks',
    source: 'platform.claude.com/docs/en/agents-and-tools/mcp-connector, community.openai.com (2026-11)',
    examples: [
      {
        status: 400,
        body: {
          type: 'error',
          error: {
            type: 'invalid_request_error',
            message:
              'Authentication error while communicating with MCP server. Please check your authorization token.',
          },
        },
      },
      {
        status: 424,
        body: {
          error: {
            message:
              "Error retrieving tool list from MCP server: 'docs'. Http status code: 401 (Unauthorized)",
            type: 'external_connector_error',
            param: 'tools',
            code: 'http_error',
          },
        },
      },
    ],
  },
  {
    id: 'request-wrong-endpoint',
    status: [400, 404],
    message:
      /\bmodel\b.{0,40}\bnot supported in the v1\/|\bonly supported in v1\/|\bnot (?:supported|accessible|available) (?:via|by|in|with|on|through) (?:the )?(?:\/?(?:v1\/)?(?:responses|chat[ /]completions|completions|messages)) (?:api|endpoint)\b/i,
    class: 'bad-request',
    about: 'the model exists and serves other endpoints; every account gives the same answer',
    source: 'github.com/n8n-io/n8n/issues/18352 (2025-08), github.com/micz/ThunderAI/issues/570 (2025-12)',
    examples: [
      {
        status: 404,
        body: {
          error: {
            message:
              'This is a chat model and not supported in the v1/completions endpoint. Did you mean to use v1/chat/completions?',
            type: 'invalid_request_error',
            param: 'model',
            code: null,
          },
        },
      },
      {
        status: 404,
        body: {
          error: {
            message: 'This model is only supported in v1/responses and not in v1/chat/completions.',
            type: 'invalid_request_error',
            param: 'model',
            code: null,
          },
        },
      },
    ],
  },
]
