// A model or an endpoint that this account does not have, in the words of any service.
import type { FailedAnswer } from '../outcome-row.ts'
import type { FailureRow } from '../failure-row.ts'

/** The APIs of a service beside chat: an account without one of them still serves chat. */
export const PRODUCT = String.raw`(?:embeddings?|responses|files?|batch(?:es)?|realtime|live|images?|videos?|audio|speech|transcriptions?|assistants?|agents?|threads|moderations?|fine[- ]?tuning|legacy completions|completions|rerank\w*|vision|search|web search|vector stores?|conversations|evals?|admin|usage|models|messages|token counting)`
const GONE = String.raw`(?:does not exist|doesn't exist|do not exist|not exist|not found|not (?:currently )?available|unavailable to|no longer (?:available|supported|served|offered|hosted)|reached (?:the |its )?end[- ]of[- ](?:its )?life|(?:isn't|aren't) (?:supported|available|deployed|enabled|allowed)|(?:is|are|been) (?:deprecated|decommissioned|retired|discontinued|removed|shut down|sunset|unknown|disabled)|not (?:a )?(?:supported|recognized|recognised|valid|allowed|enabled|activated|deployed|loaded|permitted|authorized|accessible|configured|purchased|subscribed|served|hosted)(?! (?:value|format|type|for (?:json|tools|functions)))|unsupported|not included in)`
const MODEL = new RegExp(
  [
    String.raw`\bmodels?\b(?:[^.]|\.(?=\d)){0,100}?\b${GONE}\b|\b(?:bot|adapter) \S{1,100} (?:not found|(?:does not|doesn't|not) exist)\b|\bmodels? \S{1,100} is gated\b|\bonly \S{1,100} allowed now, your model \S{1,100}$|\bno such deployment\b`,
    String.raw`\b(?:unknown|no such|unsupported|unrecognized|nonexistent|invalid|unavailable|wrong) model(?:s|_id|_name| id| name| code| identifier)?\b(?! (?:parameters?|input|output|settings?|config|response|format|type))`,
    String.raw`\b(?:no|not have|without|lacks?|denied|any) (?:permission|access|right|rights|authorization|authorisation|entitlement)s?\b[^.]{0,40}\bmodels?\b|\b(?:access|use|call|invoke) (?:to )?(?:the |this |that )?models?\b[^.]{0,60}\b(?:denied|forbidden|not (?:allowed|permitted|enabled))|\bmodel access\b|\bno available (?:\w+ )?accounts?\b[^.:]{0,30}\b(?:support|serve|have) the requested model\b|\bnot (?:allowed|permitted|authorized) to (?:use|access|call) (?:publisher |this |the )?models?\b`,
    String.raw`\bno available (?:model )?(?:providers?|endpoints?|channels?|deployments?)\b|\bno (?:endpoints?|providers?|deployments?|instances?(?! available \(yet\))|available (?:endpoints?|providers?|channels?))\b[^.]{0,80}\b(?:found|available|support|for|serve)|\b(?:deployment|endpoint)\b[^.]{0,60}\b(?:does not exist|not found)\b|\bendpoint is disabled due to a rate limit set to 0\b|^(?:the )?specified version does not exist\b`,
    String.raw`\bmodel\b[^.]{0,60}\b(?:requires?|must|need)\b[^.]{0,40}\b(?:terms|license|licence|agreement|acceptance|gated|approval|higher tier|paid plan|subscription|upgrade)|\b(?:accept|agree)\b[^.]{0,60}\b(?:terms|license|conditions|share your contact)\b|\bgated (?:repo|model)\b`,
    String.raw`\bis not a valid model\b|\bnot a valid model id\b|\bmodel_not_found\b|\btry pulling it first\b|\bno models? loaded\b|\bpull model\b|\bplease download the model\b|\bmodels? not support(?:ed)?\.?$|\bmodel identifier is invalid\b|\bon-demand throughput isn.t supported\b|\bhas no provider supported\b|\bunknown provider for model\b|\bno model is loaded\b|\bnot activated the model\b|\bcould not find real modelid\b|\bno router for (?:requested )?model\b`,
    '模型.{0,30}(?:不存在|未找到|不支持|未开通|已下线|无权|无可用|没有权限|未授权|暂未开放|不可用)|无可用(?:渠道|模型)|无权(?:访问|使用|调用).{0,20}模型|暂未开放.{0,30}权限',
  ].join('|'),
  'i',
)

const MODEL_CODE =
  /^(?:model_?not_?(?:found|exist|supported|available|allowed|permitted|authorized|active|open)|(?:invalid|unknown|unsupported|unavailable|no_such)_?model(?:_error|_name|_id)?|model_(?:decommissioned|deprecated|unavailable|gated|terms_required|access_denied|permission_blocked\w*|does_not_exist|disabled|error_not_found)|deployment_?not_?found|no_available_channel|no_access|unavailable_model|key_model_access_denied|team_model_access_denied|modelnotopen|invalidendpointormodel\w*)$/i

/** An object of the request that is missing: another account would not have it either. */
const OTHER_OBJECT =
  /\b(?:file|response|thread|assistant|conversation|batch|item|vector store|message|run|job|session|cached content|container|voice)\b/i

/** A setting or a part of the request that the model does not take: every account gives the same answer. */
const SETTING =
  /\b(?:logit_bias|json_schema|response_format|temperature|top_[pk]|(?:top_)?logprobs|tool_choice|max_(?:\w+_)?tokens|reasoning_effort|parallel_tool_calls|file_ids?|in metadata|n greater|support (?:stop|seed|streaming)|(?:embedding|image|audio|video|file|pdf) inputs?|outputs? (?:tokens?|format|schema)|value \S{1,40} (?:is )?not)\b|^streaming\b|(?<![-/\w])(?:stop|seed|streaming) (?:is |are )?(?:not|unsupported)\b/i
/** Under 429 a model is missing only if the words name the plan: most are about its rate. */
const IN_PLAN =
  /\bmodels?\b[^.]{0,60}\bnot (?:yet )?(?:available|included|supported|offered|accessible)\b[^.]{0,20}\b(?:plan|tier|subscription|package)\b/i
const MAINTENANCE = /\bmaintenance\b|\btemporar/i

const isModel = ({ status, words }: FailedAnswer): boolean => {
  if (status >= 500) return !MAINTENANCE.test(words)
  if (status === 429) return IN_PLAN.test(words)
  return !((status === 400 || status === 422) && SETTING.test(words))
}

const fails = (status: number): boolean => status >= 400 || status < 300

export const modelRows: readonly FailureRow[] = [
  {
    id: 'no-model-code',
    code: MODEL_CODE,
    class: 'model-unavailable',
    about: 'a code for a model that this account does not have',
    source: 'console.groq.com/docs/errors, docs.mistral.ai/resources/error-glossary (2026-11)',
    examples: [
      {
        status: 404,
        body: {
          error: {
            message: 'The model `gpt-9` does not exist or you do not have access to it.',
            type: 'invalid_request_error',
            param: null,
            code: 'model_not_found',
          },
        },
      },
      {
        status: 400,
        body: {
          error: {
            message: 'The model `llama3-70b-8192` has been decommissioned and is no longer supported.',
            type: 'invalid_request_error',
            code: 'model_decommissioned',
          },
        },
      },
      {
        status: 403,
        body: {
          error: { code: 'no_access', message: 'No access to model: o3', details: 'No access to model: o3' },
        },
      },
    ],
  },
  {
    id: 'no-model-type',
    type: MODEL_CODE,
    class: 'model-unavailable',
    about: 'the same, said by the type',
    source: 'docs.mistral.ai/resources/error-glossary (2026-11)',
    examples: [
      {
        status: 400,
        body: {
          object: 'error',
          message: 'Invalid model: mistral-x',
          type: 'invalid_model',
          param: null,
          code: '1500',
        },
      },
    ],
  },
  {
    id: 'no-model-words',
    status: fails,
    // Words only: `param: "model"` alone may also mean a badly written name, which says the same.
    words: MODEL,
    when: isModel,
    class: 'model-unavailable',
    about: 'words for a model that this account does not have',
    source:
      'api-docs.deepseek.com, docs.z.ai/api-reference/api-code, github.com/songquanpeng/one-api/issues/2340 (2026-11)',
    examples: [
      {
        status: 400,
        body: {
          error: {
            message: 'Model Not Exist',
            type: 'invalid_request_error',
            param: null,
            code: 'invalid_request_error',
          },
        },
      },
      {
        status: 404,
        body: {
          error: {
            message: 'model "llama9" not found, try pulling it first',
            type: 'api_error',
            param: null,
            code: null,
          },
        },
      },
      {
        status: 404,
        body: { type: 'error', error: { type: 'not_found_error', message: 'model: claude-9' } },
      },
      {
        status: 503,
        body: {
          error: {
            message: '当前分组 default 下对于模型 gpt-5 无可用渠道 (request id: 1)',
            type: 'one_api_error',
          },
        },
      },
      {
        status: 403,
        body: { error: { message: 'You do not have access to this model', type: 'permission_error' } },
      },
      {
        status: 400,
        body: {
          error: {
            message:
              'The model `canopylabs/orpheus` requires terms acceptance. Please have the org admin accept the terms at https://console.groq.com',
            type: 'invalid_request_error',
            code: 'model_terms_required',
          },
        },
      },
      { status: 404, body: { error: { message: 'No endpoints found for qwen/qwen9.', code: 404 } } },
    ],
  },
  {
    id: 'no-model-named',
    status: 404,
    message: /^model: |\bmodels?\b/i,
    when: ({ message }) => !OTHER_OBJECT.test(message),
    class: 'model-unavailable',
    about: '404 with a word about a model',
    source: 'docs.anthropic.com/en/api/errors (2026-11)',
    examples: [
      {
        status: 404,
        body: { type: 'error', error: { type: 'not_found_error', message: 'model: claude-opus-9' } },
      },
    ],
  },
]

/** The words of servers for an unknown path. */
const NO_ROUTE =
  /^(?:404:? ?)?(?:page |resource |route |endpoint |path |the requested (?:url|resource|page)\b.*)?(?:was )?not found\.?$|^cannot (?:post|get) \/|^invalid url\b|\bno (?:such )?route\b|\bunexpected endpoint or method\b|\b(?:route|endpoint|path|url|method|operation)\b[^.]{0,60}\b(?:not found|does not exist|not implemented|not supported|not exist)|\bmethod not allowed\b|\bnot implemented\b|\bunknown (?:request )?(?:url|endpoint|path|route)\b|\bnot supported by (?:the )?responses api\b|^error 404|^404\b|\bcould not route to\b|\b(?:endpoint|route|api(?![- ]?(?:keys?|tokens?)\b))\b[^.]{0,20}\b(?:has been|was|is) (?:removed|retired|discontinued|no longer supported)\b|^https?:\/\/\S{1,100} is no longer supported\b/i

const isBare = ({ body, message, error }: FailedAnswer): boolean =>
  message === '' ||
  (body === undefined && !OTHER_OBJECT.test(message)) ||
  (Object.keys(error).length === 0 && !OTHER_OBJECT.test(message))

export const routeRows: readonly FailureRow[] = [
  {
    id: 'api-not-included',
    status: [400, 403, 404],
    words: new RegExp(
      String.raw`\b${PRODUCT} api(?: access)? (?:(?:is|has|are) ?)?(?:not|n['’]t) (?:been )?(?:currently )?(?:enabled|activated|available|included|supported)\b|^only \/v\d[^\s,&]{1,100}(?:(?:,| and| or|&&) ?\/v\d[^\s,&]{1,100}){0,9} (?:is |are )?allowed\b`,
      'i',
    ),
    class: 'route-missing',
    about: 'the plan lacks one API of the service; others it has',
    source: 'decided by qwenctl (2026-11)',
    examples: [
      { status: 403, body: { error: { message: 'The Embeddings API is not enabled for your account.' } } },
      { status: 403, body: { error: { message: 'Responses API is not available on your plan' } } },
    ],
  },
  {
    id: 'no-route-words',
    status: (status) => [404, 405, 410].includes(status) || status >= 500 || status < 300,
    words: NO_ROUTE,
    // Z.ai puts `404 NOT_FOUND` beside the code 500. Other words of a 5xx are about the service.
    when: ({ message, status }) =>
      !/\bmodels?\b|\bimage_?url\b|\bendpoint with name\b/i.test(message) &&
      (status < 500 || status === 501 || /^404[ _]not[ _]found$/i.test(message)),
    class: 'route-missing',
    about: 'the account has no such endpoint',
    source: 'fastapi.tiangolo.com, expressjs.com, lmstudio.ai/docs/developer/openai-compat (2026-11)',
    examples: [
      { status: 404, body: { detail: 'Not Found' } },
      { status: 404, body: '404 page not found' },
      {
        status: 404,
        body: {
          error: {
            message: 'Invalid URL (POST /v1/responses)',
            type: 'invalid_request_error',
            param: null,
            code: null,
          },
        },
      },
      { status: 404, body: '<html><head><title>404 Not Found</title></head><body></body></html>' },
      {
        status: 404,
        body: '<!DOCTYPE html><html><head><title>Error</title></head><body><pre>Cannot POST /v1/responses</pre></body></html>',
      },
      { status: 200, body: { error: 'Unexpected endpoint or method. (POST /v1/responses)' } },
      { status: 405, body: { detail: 'Method Not Allowed' } },
      { status: 200, body: { code: 500, msg: '404 NOT_FOUND', success: false } },
      {
        status: 501,
        body: {
          error: {
            code: 501,
            message: 'This server does not support embeddings. Start it with `--embeddings`',
            type: 'not_supported_error',
          },
        },
      },
    ],
  },
]

/** Read after the words for a model: a bare 404 says least. */
export const bareRouteRows: readonly FailureRow[] = [
  {
    id: 'no-route-bare',
    status: [404, 405, 410, 501],
    when: isBare,
    class: 'route-missing',
    about: '404, 405, 410 or 501 without a word',
    source: 'rfc-editor.org/rfc/rfc9110#name-404-not-found (2022-06)',
    examples: [
      { status: 404, body: '' },
      { status: 405, body: '' },
    ],
  },
]
