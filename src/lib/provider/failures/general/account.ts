// A single account as a whole, in the words of any service: its key, organisation, region, verification and terms.
import type { FailedAnswer } from '../outcome-row.ts'
import type { FailureRow } from '../failure-row.ts'
import { isRate } from './rate.ts'
import { PRODUCT } from './model.ts'

const KEY = String.raw`(?:api[- _]?(?:keys?|tokens?)|access[- _]?tokens?|access key ids?|auth(?:entication|orization)?[- _]?(?:tokens?|keys?|headers?)|bearer[- _]?tokens?|secret keys?|credentials?|session token|security tokens?|oauth (?:access )?tokens?|json web tokens?|jwt)`
const KEY_REFUSED = new RegExp(
  [
    String.raw`\b(?:invalid|incorrect|wrong|expired|revoked|missing|disabled|malformed|unknown|unrecognized|bad|no(?: valid)?|not a valid|inactive)(?: or (?:missing|invalid|expired|incorrect|revoked|malformed))? ${KEY}\b|\bunable to (?:retrieve|find|verify|validate|authenticate) (?:the |your )?${KEY}\b`,
    String.raw`\b${KEY}\b[^.]{0,60}\b(?:invalid|incorrect|expired|revoked|not valid|not found|does not exist|required|missing|could not be (?:validated|verified)|leaked|deleted|blocked|suspended|deactivated|disabled|not active|has been (?:disabled|revoked|deleted|removed)|is wrong|does not belong to|not allowed for this)\b`,
    String.raw`\bmissing (?:the )?(?:required )?(?:request )?headers?:? (?:x-)?(?:api-key|authorization)\b|\b(?:invalid|failed|missing|no) authentication\b|\bauthentication (?:failed|fails|required|failure|error)\b|\bauthorization failed\b|\bno auth credentials\b|^not authenticated\b|\bno cookie auth\b|\buser not found\b|\bunable to authenticate\b|\bcould not (?:validate|verify) credentials\b|\bmust be logged in\b|\bnot logged in\b|\bunregistered callers\b|\bsignature we calculated does not match\b|\binvalid token\b(?! (?:ids?|count|index|sequence)\b)|\btoken (?:is |has )?(?:expired|revoked|been revoked|invalid)|\billegal access\b|\bno app_?id\b|\bsecret_?id is not found\b|\bauthentication is disabled\b`,
    '无效的令牌|令牌(?:无效|已过期|不存在|不可用|已禁用|状态不可用|验证失败)|该令牌|密钥.{0,6}(?:无效|错误|过期)|身份验证|鉴权失败|认证失败|未提供令牌|登录.{0,6}(?:过期|失效)|[Aa][Pp][Ii] ?[Kk]ey.{0,10}(?:无效|错误|不存在|过期|失效|禁用|停用|吊销)',
  ].join('|'),
  'i',
)

const WHO = String.raw`(?:organi[sz]ation|account|workspace|team|(?:your|the|this) (?:project|user)|subscription|tenant|membership|billing account|consumer)`
/** A bare `user` or `project` is also a field of the request: the verb must follow at once. */
const BARE_WHO = String.raw`(?:user|project)(?: account)?(?: (?:…|[^ .]{0,40}[\d-][^ .]{0,40}))?`
/** The service as a whole: access to a model, a file or a tool is another matter. */
const SERVICE = String.raw`(?:(?:the|this|our|your) )?(?:[\w.]+ )?(?:apis?|services?|accounts?|platform|ak|api keys?)`
/** An administrator may disable the API, or a single feature of it. */
const DISABLER = String.raw`your (?:organi[sz]ation|workspace|team)`
const FEATURE_DISABLED = new RegExp(
  String.raw`\b${DISABLER} has disabled\b[^.]{0,60}\b(?:web|internet|tools?|mcp|connectors?|search|execution|files?|images?|vision|computer|plugins?|skills?|memory|functions?|batch|thinking|streaming|citations?)\b`,
  'i',
)

const SHUT_OUT = new RegExp(
  [
    String.raw`(?:\b${WHO}\b[^.]{0,80}|\b${BARE_WHO} )\b(?:has been|is|was|have been|are|currently|temporarily|permanently) (?:currently |temporarily |permanently |been |flagged [^.]{0,40} and )?(?:disabled|suspended|banned|blocked|restricted|deactivated|terminated|locked|frozen|closed|inactive|on hold|not active|deleted|denied access)\b`,
    String.raw`\b(?:banned|suspended|deactivated|restricted|blocked|terminated|disabled) (?:your )?${WHO}\b|(?<!\bmodel )\baccess (?:to ${SERVICE} )?(?:has been |is |was )?(?:terminated|revoked|denied due to|suspended)\b|\baccess to ${SERVICE} has been (?:blocked|disabled)\b|\byour (?:account|organi[sz]ation|workspace) (?:has been|was|is) (?:flagged|archived)\b|\brequests (?:from (?:referr?er|this (?:android|ios) client)|to this api)\b.{0,150}\bare blocked\b|\bsubscription (?:has )?(?:expired|ended|lapsed|been cancell?ed)|\bplan (?:has )?expired\b|\baccount (?:temporarily |permanently )?(?:locked|deactivated|banned|terminated)\b|\baccount (?:suspended|disabled)(?=\s*(?:[.,;:!]|$))|\b(?:service|api) (?:has been|is|was) (?:disabled|suspended|blocked|deactivated) (?:in|on|for) (?:this|your) ${WHO}\b|\b${DISABLER} has disabled claude code\b|\b${DISABLER} has disabled (?:[\w-]+ ){0,4}(?:(?<!\b(?:web|internet|network|file|tool|search|url|mcp) )access(?= for\b| to ${SERVICE}\b|\s*(?:[.,;:!·]|$))|(?<!\b${PRODUCT} )api(?: access| usage)?(?=\s*(?:[.,;:!]|$)| for\b))|(?<!\b${PRODUCT} )\bapi(?: access)? (?:is |has )?not (?:been )?(?:enabled|activated|available|included)\b[^.]{0,40}\b(?:${WHO}|plan)\b|\bapi has not been used in project\b|\bnot licensed to use\b|\b(?:plan|subscription|tier) does not (?:include|allow|have|permit) api access\b|\b(?:your|this) ${WHO} (?:is|are) not (?:allowed|permitted|entitled|authorized)(?: to (?:access|use|call|invoke) (?:this|the|our) (?:api(?: operation)?|endpoint|service)| for (?:this |the |our )?api(?: access)?)?(?=\s*(?:[.,;:!]|$))|(?<!\bfree )\btrials? (?:has|have|is|are)(?: been)? (?:temporarily )?(?:ended|expired|over|paused|suspended)\b|\b(?:no|not have an?(?: valid)?) (?:active )?(?:\w+ )?subscription\b`,
    '账户.{0,14}(?:封禁|锁定|冻结|禁用|停用|限制使用|非活动|不存在|异常|违规)|账号.{0,14}(?:封禁|锁定|冻结|禁用|停用|限制使用|异常|违规)|用户.{0,6}(?:已被封禁|被禁用)|套餐已到期|服务未开通|订阅.{0,6}(?:过期|到期)|违规行为|不符合公平使用',
  ].join('|'),
  'i',
)

const REGION =
  /\b(?:country|region|territory|location|countries|regions)\b[^.]{0,60}\b(?:not (?:yet )?(?:supported|available|allowed|permitted|enabled)|unsupported|restricted|blocked|sanctioned|embargoed|prohibited)|\b(?:not (?:yet |currently )?(?:available|supported|permitted|allowed)|unavailable(?: for legal reasons)?) (?:in|from|for) (?:your|this) (?:country|region|location|territory|area)|\bunsupported[_ ](?:country|region|location)/i

/** A dot inside a model name ends no sentence. */
const SENTENCE_END = /。|[.!;](?:\s|$)/
/** A model that a region lacks leaves the others. A policy about regions refuses a text. */
const namesRegionOfAccount = (sentence: string): boolean =>
  REGION.test(sentence) && !/\bmodels?\b|\bcontent (?:about|polic)/i.test(sentence)

/** A check of an account. A message also asks to verify a part of the request, or the access to a model. */
const VERIFY = String.raw`verify your (?:\w+ ){0,2}(?:account|identity|organi[sz]ation|e-?mail|phone|age|business|profile|payment|card|credentials?|keys?)\b(?! (?:has|have|can|limits?|usage|quotas?|settings|permissions?)\b)`
const NOT_VERIFIED = new RegExp(
  String.raw`\b(?:${VERIFY}|must verify|unverified|complete (?:the )?(?:identity |phone |email |account )?verification|identity verification|not (?:been )?verified|real[- ]name)\b|实名认证|未实名|未认证`,
  'i',
)

/** The service cannot check the key or reach the account now: the key may be valid. */
const FAULT =
  /\btemporar|\bunavailable\b|\bmaintenance\b|\bat this time\b|\btime[- ]?out\b|\btimed out\b|\bdatabase\b|\bauth\w* (?:service|server|backend|provider)\b|\b(?:unable|failed) to\b|\bcould not\b|\bcannot\b|\btry again\b/i
const isServiceFault = ({ status, words }: FailedAnswer): boolean => status >= 500 && FAULT.test(words)

export const accountRows: readonly FailureRow[] = [
  {
    id: 'organisation-not-verified-for-model',
    message: /\borgani[sz]ation must be verified\b|\bverify organi[sz]ation\b/i,
    class: 'model-unavailable',
    about: 'the organisation must be verified before it may use this model so',
    source:
      'github.com/charmbracelet/crush/issues/422, github.com/continuedev/continue/issues/7129 (2026-11)',
    examples: [
      {
        status: 400,
        body: {
          error: {
            message:
              'Your organization must be verified to stream this model. Please go to: https://platform.openai.com/settings/organization/general and click on Verify Organization.',
            type: 'invalid_request_error',
            param: 'stream',
            code: 'unsupported_value',
          },
        },
      },
      {
        status: 403,
        body: {
          error: {
            message: 'Your organization must be verified to use the model `gpt-image-1`.',
            type: 'invalid_request_error',
            param: null,
            code: null,
          },
        },
      },
    ],
  },
  {
    id: 'key-lacks-scope',
    words:
      /\bmissing scopes?\b|\binsufficient[_ ]scope\b|\binsufficient authentication scopes\b|\bdoes not meet scope requirement\b|\bdoes not have the (?:required )?(?:scope|permission)s? (?:for|to (?:use|call|access)) this (?:endpoint|operation|resource)|\binsufficient permissions for this operation\b|\brestricted (?:api )?key\b[^.]{0,60}\bscopes?\b/i,
    class: 'route-missing',
    about: 'the key may not use this endpoint; others it may',
    source:
      'github.com/bytedance/trae-agent/issues/162, github.com/continuedev/continue/issues/10059 (2026-11)',
    examples: [
      {
        status: 401,
        body: {
          error: {
            message:
              "You have insufficient permissions for this operation. Missing scopes: api.responses.write. Check that you have the correct role in your organization and, if you're using a restricted API key, that it has the necessary scopes.",
            type: 'invalid_request_error',
            param: null,
            code: null,
          },
        },
      },
    ],
  },
  {
    id: 'account-code',
    code: /^(?:authfailure(?:\.\w+)?|deactivated_workspace|account_(?:deactivated|suspended|disabled|blocked|banned|inactive|locked)|(?:organization|workspace)_(?:deactivated|restricted|disabled|archived)|user_inactive|api_key_(?:expired|disabled|revoked)|(?:\w+[._])?ip_not_(?:allowed|authorized|permitted|whitelisted)|(?:\w{1,40}_)?subscription_(?:not_found|expired|invalid|inactive)|(?:\w{1,40}_)?plan_not_subscribed|invalid_?subscription)$/i,
    class: 'auth-dead',
    about: 'a code for an account, a key or a subscription that has ended',
    source:
      'github.com/Wei-Shaw/sub2api, volcengine.com/docs/82379/1299023, cloud.baidu.com/doc/qianfan-api/s/rmwbl43x7 (2026-11)',
    examples: [
      { status: 402, body: { detail: { code: 'deactivated_workspace' } } },
      {
        status: 403,
        body: { code: 'SUBSCRIPTION_NOT_FOUND', message: 'No active subscription found for this group' },
      },
      { status: 401, body: { code: 'USER_INACTIVE', message: 'User account is not active' } },
      {
        status: 400,
        body: {
          error: {
            code: 'InvalidSubscription',
            message: 'Your account 2100 does not have a valid CodingPlan subscription, or it has expired.',
            type: 'BadRequest',
          },
        },
      },
    ],
  },
  {
    id: 'region-code',
    code: /^unsupported_(?:country|region|location)/i,
    class: 'auth-dead',
    about: 'a code for a region that the service does not serve',
    source: 'platform.openai.com/docs/guides/error-codes (2026-11)',
    examples: [
      { status: 403, body: { error: { message: 'No.', code: 'unsupported_country_region_territory' } } },
    ],
  },
  {
    id: 'region',
    words: REGION,
    when: ({ words }) => words.split(SENTENCE_END).some(namesRegionOfAccount),
    class: 'auth-dead',
    about: 'the service does not serve the country or region that this account sends from',
    source:
      'platform.openai.com/docs/guides/error-codes, github.com/google-gemini/gemini-cli/issues/24641 (2026-11)',
    examples: [
      {
        status: 403,
        body: {
          error: {
            code: 'unsupported_country_region_territory',
            message: 'Country, region, or territory not supported',
            param: null,
            type: 'request_forbidden',
          },
        },
      },
      {
        status: 400,
        body: [
          {
            error: {
              code: 400,
              message: 'User location is not supported for the API use.',
              status: 'FAILED_PRECONDITION',
            },
          },
        ],
      },
      { status: 403, body: { message: 'Service is not available in your region.' } },
    ],
  },
  {
    id: 'key-refused',
    words: KEY_REFUSED,
    // A key that is suspended for lack of money is no wrong key.
    when: (answer) =>
      answer.status !== 429 &&
      !/\bplease try again later\b|\binsufficient (?:credits?|balance|funds)\b|余额不足|欠费/i.test(
        answer.message,
      ) &&
      !isRate(answer) &&
      !isServiceFault(answer),
    class: 'auth-dead',
    about: 'the key is refused: wrong, expired, revoked or leaked',
    source:
      'platform.openai.com/docs/guides/error-codes, docs.x.ai, github.com/googleapis/python-genai/issues/1764 (2026-11)',
    examples: [
      {
        status: 400,
        body: {
          code: 'Client specified an invalid argument',
          error: 'Incorrect API key provided: ab***yz. You can obtain an API key from https://console.x.ai.',
        },
      },
      {
        status: 403,
        body: [
          {
            error: {
              code: 403,
              message: 'Your API key was reported as leaked. Please use another API key.',
              status: 'PERMISSION_DENIED',
            },
          },
        ],
      },
      { status: 401, body: { error: { message: '无效的令牌 (request id: 1)', type: 'new_api_error' } } },
      { status: 401, body: { message: 'invalid api token' } },
      { status: 403, body: { status: 403, title: 'Forbidden', detail: 'Authorization failed' } },
      { status: 200, body: { success: false, code: 401, msg: '身份验证失败' } },
    ],
  },
  {
    id: 'account-shut-out',
    words: SHUT_OUT,
    when: (answer) =>
      !/\b(?:balance|billing|credits?|payment|invoice|spending|quota|arrears|recharge)\b|余额|欠费|额度/i.test(
        answer.message,
      ) &&
      !isRate(answer) &&
      !isServiceFault(answer),
    class: 'auth-dead',
    about: 'the account, organisation or subscription is disabled, suspended or expired',
    source: 'github.com/Wei-Shaw/sub2api/issues/328, github.com/songquanpeng/one-api/issues/1764 (2026-11)',
    examples: [
      {
        status: 400,
        body: {
          type: 'error',
          error: { type: 'invalid_request_error', message: 'This organization has been disabled.' },
        },
      },
      {
        status: 400,
        body: {
          error: {
            message:
              'Organization has been restricted. Please reach out to support if you believe this was in error.',
            type: 'invalid_request_error',
            code: 'organization_restricted',
          },
        },
      },
      { status: 403, body: { error: { message: '用户已被封禁 (request id: 1)', type: 'new_api_error' } } },
      {
        status: 403,
        body: [
          {
            error: {
              code: 403,
              message: 'Your project has been denied access. Please contact support.',
              status: 'PERMISSION_DENIED',
            },
          },
        ],
      },
    ],
  },
  {
    id: 'organisation-not-found',
    words: /\b(?:organi[sz]ation|workspace|tenant) (?:was )?not found\b/i,
    // Under 400 and 404 a workspace may be an object that the request names.
    when: ({ status, words }) =>
      status === 401 ||
      status === 403 ||
      /\bnot found for (?:this|your|the) (?:api )?(?:key|token)\b/i.test(words),
    class: 'auth-dead',
    about: 'the organisation of the key does not exist',
    source: 'platform.openai.com/docs/guides/error-codes (2026-11)',
    examples: [{ status: 403, body: { error: { message: 'Organization not found' } } }],
  },
  {
    id: 'feature-disabled',
    status: [400, 403, 404, 422],
    words: FEATURE_DISABLED,
    class: 'bad-request',
    about: 'the organisation has disabled a feature that the request uses; the account serves others',
    source: 'platform.claude.com/docs/en/agents-and-tools/tool-use/web-search-tool (2026-11)',
    examples: [{ status: 403, body: { error: { message: 'Your workspace has disabled MCP connectors' } } }],
  },
  {
    id: 'account-terms',
    status: [400, 401, 403, 451],
    words:
      /\bterms (?:of (?:service|use) )?(?:have |has |were )?(?:not (?:been |yet )?accepted|must be accepted)|\baccept (?:the |our )?(?:updated|latest|new) terms\b/i,
    when: ({ message }) => !/\bmodels?\b/i.test(message),
    class: 'auth-dead',
    about: 'the account must accept the terms of the service first',
    source: 'docs.x.ai/docs/key-information/debugging, console.groq.com/docs/errors (2026-11)',
    examples: [
      {
        status: 403,
        body: {
          error: { message: 'Service Terms not accepted. Please accept the updated Terms of Service.' },
        },
      },
    ],
  },
  {
    id: 'account-not-verified',
    status: (status) => [400, 401, 402, 403, 429].includes(status) || status < 300,
    words: NOT_VERIFIED,
    class: 'auth-dead',
    about: 'the account must be verified first',
    source: 'docs.siliconflow.cn/faqs/error-code (2026-11)',
    examples: [
      {
        status: 403,
        body: {
          message: 'This model requires real-name verification of your account.',
          data: null,
        },
      },
      { status: 403, body: { message: '请先完成实名认证' } },
    ],
  },
  {
    id: 'address-not-allowed',
    words:
      /\b(?:ip|ip address|client ip)\b(?:[^.]|\.(?=\d)){0,60}\b(?:not (?:authorized|allowed|permitted|in the|on the|whitelisted)|blocked|denied|forbidden)|IP.{0,6}(?:不在|不被允许|未授权)|\bcannot be used from (?:this|your) (?:ip|address)|\bnot from an approved private endpoint\b|\bpublic access is disabled\b|\bvirtual network\/firewall rules\b|\bcheck your network settings\b/i,
    when: (answer) => !isRate(answer),
    class: 'auth-dead',
    about: 'the account does not accept requests from this address',
    source: 'platform.openai.com/docs/guides/error-codes (2026-11)',
    examples: [
      {
        status: 401,
        body: {
          error: {
            message:
              'IP not authorized. Your request IP 203.0.113.7 is not in the allow list of your organization.',
            type: 'invalid_request_error',
            param: null,
            code: 'ip_not_authorized',
          },
        },
      },
    ],
  },
]
