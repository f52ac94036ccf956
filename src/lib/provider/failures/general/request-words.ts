// Faults of the request without a code, recognised by the words.
import type { FailureRow } from '../failure-row.ts'

const client = (status: number): boolean => status >= 400 && status < 500

const REQUEST_WORDS = new RegExp(
  [
    String.raw`^(?:[\w.]+(?:error|exception)?: ?)?(?:invalid|unsupported|unknown|unexpected|missing|unrecognized|malformed|bad|duplicate|empty) (?:request body|schema|type|value|values|parameters?|params?|arguments?|fields?|property|properties|input|json|json schema|tool|tools|tool call|tool_choice|function|message|messages|role|content|content type|image|file|base64|mime|media|url|format|response_format|content-type|body|payload|required|keyword|max_tokens|temperature|top_p|stop)\b`,
    String.raw`\b(?:maximum|max(?:imum)?|model'?s?|available|allowed) context (?:length|window|size)|\bcontext (?:length|window|size|limit)\b.{0,40}\b(?:exceed|too long|is)|exceed(?:s|ed)?\b.{0,60}\b(?:context (?:length|window|size|limit)|maximum (?:number of tokens|input|prompt|length)|token limit|max(?:imum)? (?:length|tokens|size))`,
    String.raw`\bprompt is too long\b|\bprompt \(length \d+\) is longer than\b|\b(?:input|prompt|message|messages|request|conversation)\b[^.]{0,40}\btoo (?:long|large|many tokens|big)\b|\btoo many tokens: |\btoo many (?:images|tools|messages|documents|functions|files|stop sequences)\b`,
    String.raw`\btoken count\b.{0,80}\bexceeds?\b|\brange of input length should\b|\binput token length too long\b|\bexceeded model token limit\b|\breduce the length of\b`,
    String.raw`\b(?:image|file|video|audio|document|pdf|attachment)s?\b[^.]{0,50}\b(?:too (?:large|big|small|many)|exceeds?|unsupported|not supported|could not be (?:processed|decoded|read|downloaded)|invalid|corrupt|dimensions?|must be)\b|\b(?:could not|unable to|failed to|cannot) (?:process|decode|parse|download|fetch|load|open|identify) (?:the )?(?:input |provided |base64 )?(?:image|file|video|audio|document|pdf|json|body|request|url|schema|template)`,
    String.raw`\b(?:field required|extra inputs? (?:are|is) not permitted|additional ?properties|is a required property|is required but|must be (?:a|an|one of|between|less|greater|at least|at most|non-empty|followed|a multiple|>=?|<=?|positive)|should be (?:a|an|one of|between|less|greater|in)\b|expected (?:a|an|one of|object|string|array|number|boolean)\b|is not of type|not a valid (?:json|enum|choice|list|string|integer|number|boolean|dict)|input should be)`,
    String.raw`\b(?:roles must alternate|tool_use_id|tool_call_id|tool_calls? (?:must|that|without|should)|tool results? |unexpected role|final assistant|assistant message|system message must|first message must|last message must|messages? (?:must|should|cannot|parameter|at least)|at least one message)`,
    String.raw`\b(?:does not|doesn't|do not|don't) support (?:tools?|tool use|tool choice|tool_choice|function|functions|function calling|image|images|vision|audio|video|file|files|streaming|system|developer|json|structured|response_format|reasoning|thinking|assistant|prefill|parallel|logprobs|n|temperature|the parameter|parameter|this parameter|chat|embeddings?|generate)\b|\bis not (?:a )?multimodal\b|\bonly supports? (?:streaming|text|stream)|\bonly the default\b|\bonly support(?:s|ed)? stream mode`,
    String.raw`\b(?:not supported|unsupported|not available|not allowed|not permitted|cannot be used|incompatible|not compatible) (?:with|by|for|on|in) this (?:model|endpoint|request|api version)\b`,
    String.raw`\b(?:content management|content policy|usage polic(?:y|ies)|safety (?:system|filter|setting|reason|guideline|check)s?|moderation|flagged|inappropriate content|harmful|sexual|high risk|sensitive content|blocked (?:by|due to) (?:the |our )?(?:content|safety|prompt|guardrail|filter)|prohibited content|prompt injection|jailbreak|copyright|recitation|guardrails? (?:intervened|triggered|tripped)|content blocked|personally identifiable information|(?:PII|malware|malicious|harmful|personal data)[^.]{0,20} detected|DLP policy|violat\w+ (?:our |the )?(?:content|usage|safety))\b`,
    String.raw`\b(?:json parse error|parse error|unexpected token|unexpected end of|invalid json|could not parse|failed to parse|not valid json|we could not parse the json|jinja|chat template|expecting value|unterminated string|trailing comma|deserialize)\b`,
    '敏感(?:词|内容|信息)|内容不合规|(?:触发|违反).{0,4}(?:安全|内容).{0,4}(?:策略|规则|规范)|不安全或敏感|内容安全|违规内容|涉及敏感|输入.{0,12}(?:过长|超长|超过)|[Pp]rompt ?超长|参数.{0,12}(?:有误|错误|非法|无效|不正确|不合法)|请求参数|缺少.{0,8}参数|图片.{0,12}(?:过大|太大|格式)|不能同时设置|违法违规|审核不通过|上下文.{0,12}(?:过长|超出|超限)|压缩上下文|不支持(?:图片|图像|视频|音频|多模态|工具|函数|流式|该参数|此参数|参数|思考|联网)',
  ].join('|'),
  'i',
)

export const requestWordRows: readonly FailureRow[] = [
  {
    id: 'request-words',
    status: (status) =>
      (client(status) && status !== 401 && status !== 402) || status < 300 || status === 500,
    words: REQUEST_WORDS,
    // Tokens of a time span are a rate.
    when: ({ status, words }) => status !== 429 || !/\btime (?:frame|period|window|span)\b/i.test(words),
    class: 'bad-request',
    about: 'words about a part of the request',
    source:
      'docs.vllm.ai, ai.google.dev/gemini-api/docs/troubleshooting, docs.anthropic.com/en/api/errors (2026-11)',
    examples: [
      {
        status: 400,
        body: {
          type: 'error',
          error: {
            type: 'invalid_request_error',
            message: 'prompt is too long: 210000 tokens > 200000 maximum',
          },
        },
      },
      {
        status: 400,
        body: {
          error: {
            message:
              "This model's maximum context length is 32768 tokens. However, you requested 40000 tokens.",
            type: 'BadRequestError',
            param: null,
            code: 400,
          },
        },
      },
      {
        status: 400,
        body: [
          {
            error: {
              code: 400,
              message:
                'The input token count (1200000) exceeds the maximum number of tokens allowed (1048576).',
              status: 'INVALID_ARGUMENT',
            },
          },
        ],
      },
      {
        status: 400,
        body: {
          type: 'error',
          error: {
            type: 'invalid_request_error',
            message:
              'messages: roles must alternate between "user" and "assistant", but found multiple "user" roles in a row',
          },
        },
      },
      {
        status: 400,
        body: {
          error: {
            message: 'image_url: image exceeds 5 MB maximum: 7340032 bytes > 5242880 bytes',
            type: 'invalid_request_error',
          },
        },
      },
      { status: 400, body: { error: 'registry.ollama.ai/library/gemma:2b does not support tools' } },
      {
        status: 400,
        body: {
          error: {
            message: 'Your request was rejected as a result of our safety system.',
            type: 'image_generation_user_error',
            code: null,
          },
        },
      },
      {
        status: 400,
        body: { error: { message: 'Input token length too long', type: 'invalid_request_error' } },
      },
      {
        status: 403,
        body: {
          error: {
            code: 403,
            message: 'x-ai/grok-4 requires moderation. Your input was flagged for "violence"',
            metadata: { reasons: ['violence'], flagged_input: 'x' },
          },
        },
      },
    ],
  },
  {
    id: 'too-long-behind-a-gateway',
    status: (status) => status > 500,
    words:
      /\bmaximum context length is \d|\bprompt is too long: \d|\bcontext_(?:length|window)_exceeded\b|\bexceeds? the (?:model'?s? |maximum |available )?context (?:window|length|size)\b/i,
    class: 'bad-request',
    about: 'a gateway repeats the refusal of a request that is too long under a status of its own',
    source:
      'github.com/EasyMetaAu/helm-api/pull/702 (2026-08), github.com/BenedictKing/ccx/issues/110 (2026-05)',
    examples: [
      {
        status: 502,
        body: { error: { message: 'Provider error: prompt is too long: 210000 tokens > 200000 maximum' } },
      },
    ],
  },
]
