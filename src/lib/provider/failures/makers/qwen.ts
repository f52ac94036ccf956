import { calendarWindow } from '../../../quota/zone.ts'
import type { ServiceFailures } from '../failure-row.ts'

const CODES = 'alibabacloud.com/help/en/model-studio/error-code (2026-11)'
const PLAN = 'alibabacloud.com/help/en/model-studio/coding-plan-faq (2026-11)'

/** The OpenAI form of its errors. */
export const compatible = (code: string | null, message: string, type = 'invalid_request_error') => ({
  error: { message, type, param: null, code },
  request_id: 'r1',
})
const native = (code: string, message: string) => ({ code, message, request_id: 'r1' })

/**
 * Codes in their native form (`Throttling.RateQuota`) and their OpenAI form (`limit_requests`). The vendor's own
 * rule: 429 is a rate, 403 is a quota. Limits apply per cloud account and model. A stream may say any of this after
 * a 200, so no row needs a status.
 */
export const qwenFailures: ServiceFailures = {
  id: 'qwen',
  label: 'Qwen (Alibaba Cloud Model Studio)',
  providers: ['qwen'],
  rows: [
    // Coding Plan and Token Plan: only the message names the window.
    {
      id: 'qwen-plan-hours',
      message: /\bhour allocated quota exceeded/i,
      class: 'quota-window',
      scope: 'account',
      about: 'the 5 hours of a plan are used up',
      source: PLAN,
      examples: [{ status: 429, body: compatible('insufficient_quota', 'hour allocated quota exceeded.') }],
    },
    {
      id: 'qwen-plan-week',
      message: /\bweek allocated quota exceeded/i,
      class: 'quota-window',
      scope: 'account',
      until: (answer) => calendarWindow('week', 'Asia/Shanghai', answer.now).end,
      about: 'the week of a plan, until Monday 00:00 UTC+8',
      source: PLAN,
      examples: [
        {
          status: 429,
          body: compatible('insufficient_quota', 'week allocated quota exceeded.'),
          ends: '2026-11-29T16:00:00.000Z',
        },
      ],
    },
    {
      id: 'qwen-plan-month',
      message: /\bmonth allocated quota exceeded/i,
      class: 'quota-window',
      scope: 'account',
      about: 'the month of a plan is used up',
      source: PLAN,
      examples: [{ status: 429, body: compatible('insufficient_quota', 'month allocated quota exceeded.') }],
    },
    {
      id: 'qwen-plan-concurrency',
      message: /\bconcurrency allocated quota exceeded/i,
      class: 'rate-short',
      scope: 'account',
      about: 'too many requests of a plan at once',
      source: PLAN,
      examples: [
        { status: 429, body: compatible('insufficient_quota', 'concurrency allocated quota exceeded.') },
      ],
    },
    // Passes within about an hour; the service names no time, so none is claimed.
    {
      id: 'qwen-plan-held',
      message: /\busage allocated quota exceeded/i,
      class: 'quota-window',
      scope: 'account',
      about: 'a plan is held back for a while',
      source: PLAN,
      examples: [
        {
          status: 429,
          body: compatible('insufficient_quota', 'usage allocated quota exceeded. please try again later.'),
        },
      ],
    },
    {
      id: 'qwen-free-only',
      code: 'AllocationQuota.FreeTierOnly',
      class: 'quota-hard',
      scope: 'model',
      about: 'the free quota is used up and the console says to stop there',
      source: CODES,
      examples: [
        {
          status: 403,
          body: native('AllocationQuota.FreeTierOnly', 'The free tier of the model has been exhausted.'),
        },
      ],
    },
    {
      id: 'qwen-free-used',
      message: /\bfree allocated quota exceeded/i,
      class: 'quota-hard',
      scope: 'model',
      about: 'the free quota of the model is used up',
      source: CODES,
      examples: [
        {
          status: 429,
          body: compatible('insufficient_quota', 'Free allocated quota exceeded.', 'insufficient_quota'),
        },
      ],
    },
    {
      id: 'qwen-unpaid',
      code: [
        'Arrearage',
        'CommodityNotPurchased',
        'PrepaidBillOverdue',
        'PostpaidBillOverdue',
        'BudgetLimitExceeded',
      ],
      class: 'quota-hard',
      about: 'unpaid, not bought, or over a budget',
      source: CODES,
      examples: [
        {
          status: 400,
          body: native('Arrearage', 'Access denied, please make sure your account is in good standing.'),
        },
        { status: 429, body: native('CommodityNotPurchased', 'Commodity has not purchased yet.') },
      ],
    },
    {
      id: 'qwen-model-down',
      code: ['ModelServingError', 'ModelUnavailable'],
      class: 'overloaded',
      about: 'the model cannot answer now',
      source: CODES,
      examples: [{ status: 503, body: native('ModelServingError', 'Model serving error.') }],
    },
    {
      id: 'qwen-capacity',
      message: /system capacity limits/i,
      class: 'overloaded',
      about: 'too much load at the service',
      source: 'github.com/QwenLM/qwen-code/issues/1641 (2026-11)',
      examples: [
        {
          status: 200,
          body: native(
            'Throttling',
            'Too many requests. Your requests are being throttled due to system capacity limits.',
          ),
        },
      ],
    },
    {
      id: 'qwen-throttled',
      code: /^throttling(\.|$)/i,
      class: 'rate-short',
      about: 'requests or tokens of a minute or second',
      source: CODES,
      examples: [
        {
          status: 429,
          body: native('Throttling.RateQuota', 'Requests rate limit exceeded, please try again later.'),
        },
      ],
    },
    {
      id: 'qwen-limit',
      code: ['LimitRequests', 'limit_requests', 'limit_burst_rate'],
      class: 'rate-short',
      about: 'the same, in the OpenAI form',
      source: CODES,
      examples: [
        { status: 429, body: compatible('limit_requests', 'You exceeded your current requests list.') },
      ],
    },
    {
      id: 'qwen-tokens',
      code: 'insufficient_quota',
      isOwn: 'later',
      class: 'rate-short',
      about: '`insufficient_quota` is tokens per minute here, nothing to do with money',
      source: CODES,
      examples: [
        {
          status: 429,
          body: compatible(
            'insufficient_quota',
            'You exceeded your current quota, please check your plan and billing details.',
            'insufficient_quota',
          ),
        },
      ],
    },
    {
      id: 'qwen-tokens-type',
      type: ['limit_requests', 'limit_burst_rate', 'insufficient_quota'],
      isOwn: 'later',
      class: 'rate-short',
      about: 'the same, said by the type',
      source: CODES,
      examples: [{ status: 429, body: compatible(null, 'No.', 'limit_requests') }],
    },
    {
      id: 'qwen-tokens-words',
      code: 'insufficient_quota',
      message: /allocated quota exceeded|aliyun\.com|alibabacloud\.com|\btoken-limit\b/i,
      class: 'rate-short',
      about: 'its `insufficient_quota` at whatever account: tokens per minute',
      source: CODES,
      examples: [
        {
          status: 429,
          body: compatible(
            'insufficient_quota',
            'Allocated quota exceeded, please increase your quota limit.',
            'insufficient_quota',
          ),
        },
      ],
    },
    {
      id: 'qwen-key',
      code: ['InvalidApiKey', 'invalid_api_key'],
      class: 'auth-dead',
      about: 'the key is refused: wrong, or of another region',
      source: CODES,
      examples: [{ status: 401, body: native('InvalidApiKey', 'Invalid API-key provided.') }],
    },
    {
      id: 'qwen-key-elsewhere',
      status: 403,
      message: /invalid api-?key/i,
      class: 'auth-dead',
      about: 'a key of a plan at the general base URL, or the other way round',
      source: PLAN,
      examples: [{ status: 403, body: compatible(null, 'invalid api-key') }],
    },
    {
      id: 'qwen-key-kind',
      message: /invalid access token or token expired/i,
      class: 'auth-dead',
      about: 'a key of another kind, or the subscription has ended',
      source: PLAN,
      examples: [{ status: 401, body: compatible(null, 'invalid access token or token expired') }],
    },
    {
      id: 'qwen-no-model',
      code: ['ModelNotFound', 'model_not_found', 'model_not_supported'],
      class: 'model-unavailable',
      about: 'there is no such model here',
      source: CODES,
      examples: [{ status: 404, body: native('ModelNotFound', 'Model not exist.') }],
    },
    {
      id: 'qwen-model-not-in-plan',
      message: /\bmodel\b.{0,80}\bis not supported\b/i,
      isOwn: 'later',
      class: 'model-unavailable',
      about: 'the plan does not have the model',
      source: PLAN,
      examples: [{ status: 400, body: compatible(null, "model 'qwen9' is not supported") }],
    },
    {
      id: 'qwen-denied',
      code: /^((model|workspace|endpoint)\.)?accessdenied(\.unpurchased)?$/i,
      // Azure uses the same code for the network of the caller. Words for a key or a rate say more than the code.
      when: ({ message }) =>
        !/\bvirtual network\b|\bfirewall\b|\bapi[- ]?key\b|\brate limit\b/i.test(message),
      class: 'model-unavailable',
      about: 'this account may not use the model',
      source: CODES,
      examples: [
        {
          status: 403,
          body: native(
            'AccessDenied.Unpurchased',
            'Access to model denied. Please make sure you are eligible for using the model.',
          ),
        },
      ],
    },
  ],
  bodies: [
    {
      status: 400,
      body: compatible(
        'invalid_parameter_error',
        '<400> InternalError.Algo.InvalidParameter: Range of input length should be [1, 129024]',
      ),
      class: 'bad-request',
      source: CODES,
    },
    {
      status: 400,
      body: native('InvalidParameter', 'Field required: input.messages'),
      class: 'bad-request',
      source: CODES,
    },
    {
      status: 400,
      body: compatible('data_inspection_failed', 'Input text data may contain inappropriate content.'),
      class: 'bad-request',
      source: CODES,
    },
    {
      status: 400,
      body: compatible(
        'invalid_parameter_error',
        'This model only support stream mode, please enable the stream parameter to access the model.',
      ),
      class: 'bad-request',
      source: CODES,
    },
    {
      status: 429,
      body: native(
        'Throttling.AllocationQuota',
        'Allocated quota exceeded, please increase your quota limit.',
      ),
      class: 'rate-short',
      source: CODES,
    },
  ],
}
