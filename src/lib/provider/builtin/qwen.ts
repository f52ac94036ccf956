import { calendarWindow } from '../../quota/zone.ts'
import { defineProvider } from '../define-provider.ts'
import { servesFamilies } from '../model-families.ts'
import type { OutcomeRow } from '../outcome-table.ts'
import { qwenBases, qwenEndpoints } from './qwen-endpoints.ts'

/**
 * https://www.alibabacloud.com/help/en/model-studio/error-code: codes in their native form (`Throttling.RateQuota`) and
 * their OpenAI form (`limit_requests`). The vendor's own rule: 429 is a rate, 403 is a quota. Limits hold per cloud
 * account and model. A stream may say any of this after a 200, so no row needs a status to recognise its code.
 */
export const qwenOutcomes: readonly OutcomeRow[] = [
  // Coding Plan and Token Plan: only the words tell the window.
  {
    message: /\bhour allocated quota exceeded/i,
    class: 'quota-window',
    scope: 'account',
    about: 'the 5 hours of a plan are used up',
  },
  {
    message: /\bweek allocated quota exceeded/i,
    class: 'quota-window',
    scope: 'account',
    until: (answer) => calendarWindow('week', 'Asia/Shanghai', answer.now).end,
    about: 'the week of a plan, until Monday 00:00 UTC+8',
  },
  {
    message: /\bmonth allocated quota exceeded/i,
    class: 'quota-window',
    scope: 'account',
    about: 'the month of a plan is used up',
  },
  {
    message: /\bconcurrency allocated quota exceeded/i,
    class: 'rate-short',
    scope: 'account',
    about: 'too many requests of a plan at once',
  },
  // Passes within about an hour; the service names no time, so none is claimed.
  {
    message: /\busage allocated quota exceeded/i,
    class: 'quota-window',
    scope: 'account',
    about: 'a plan is held back for a while',
  },

  // The free quota of one model.
  {
    code: 'AllocationQuota.FreeTierOnly',
    class: 'quota-hard',
    scope: 'model',
    about: 'the free quota is used up and the console says to stop there',
  },
  {
    message: /\bfree allocated quota exceeded/i,
    class: 'quota-hard',
    scope: 'model',
    about: 'the free quota of the model is used up',
  },

  // Unpaid, not bought, or over a budget.
  {
    code: [
      'Arrearage',
      'CommodityNotPurchased',
      'PrepaidBillOverdue',
      'PostpaidBillOverdue',
      'BudgetLimitExceeded',
    ],
    class: 'quota-hard',
    about: 'unpaid, not bought, or over a budget',
  },

  {
    code: ['ModelServingError', 'ModelUnavailable'],
    class: 'overloaded',
    about: 'the model cannot answer now',
  },
  { message: /system capacity limits/i, class: 'overloaded', about: 'too much load at the service' },

  // `insufficient_quota` is tokens per minute here, nothing to do with money.
  { code: /^throttling(\.|$)/i, class: 'rate-short', about: 'requests or tokens of a minute or second' },
  {
    code: ['LimitRequests', 'limit_requests', 'limit_burst_rate', 'insufficient_quota'],
    class: 'rate-short',
    about: 'the same; `insufficient_quota` is tokens per minute here',
  },
  {
    type: ['limit_requests', 'limit_burst_rate', 'insufficient_quota'],
    class: 'rate-short',
    about: 'the same',
  },

  {
    code: ['InvalidApiKey', 'invalid_api_key'],
    class: 'auth-dead',
    about: 'the key is refused: wrong, or of another region',
  },
  // A plan's key at the general base URL, or the other way round.
  {
    status: 403,
    message: /invalid api-?key/i,
    class: 'auth-dead',
    about: 'a key of a plan at the general base URL, or the other way round',
  },
  {
    message: /invalid access token or token expired/i,
    class: 'auth-dead',
    about: 'a key of another kind, or the subscription has ended',
  },

  {
    code: ['ModelNotFound', 'model_not_found', 'model_not_supported'],
    class: 'model-unavailable',
    about: 'there is no such model here',
  },
  {
    message: /\bmodel\b.{0,80}\bis not supported\b/i,
    class: 'model-unavailable',
    about: 'the plan does not have the model',
  },
  {
    code: /^((model|workspace|endpoint)\.)?accessdenied(\.unpurchased)?$/i,
    class: 'model-unavailable',
    about: 'this account may not use the model',
  },
]

/** Alibaba Cloud Model Studio: pay as you go, Coding Plan and Token Plan, told apart by base URL. */
export const qwen = defineProvider({
  id: 'qwen',
  label: 'Qwen (Alibaba Cloud Model Studio)',
  keysUrl: 'https://modelstudio.console.alibabacloud.com/?tab=playground#/api-key',
  keyVariables: [
    'DASHSCOPE_API_KEY',
    'BAILIAN_CODING_PLAN_API_KEY',
    'BAILIAN_TOKEN_PLAN_API_KEY',
    'QWEN_API_KEY',
  ],
  keyPattern: /^sk-(?!or-|ant-)[\w-]{8,}$/,
  endpoints: qwenEndpoints,
  bases: qwenBases,
  routes: {
    'chat/completions': true,
    // Pictures and sound have paths of the service's own, below `/api/v1`.
    'images/generations': false,
    'images/edits': false,
    'audio/speech': false,
    'audio/transcriptions': false,
  },
  countsTogether: 'all keys, workspaces and RAM users of one Alibaba Cloud account, for each model',
  outcomes: qwenOutcomes,
  serves: servesFamilies(['qwen'], ['deepseek', 'glm', 'kimi', 'minimax']),
  models: [
    'qwen3.8-max',
    'qwen3.8-flash',
    'qwen3.7-max',
    'qwen3.7-plus',
    'qwen3.6-plus',
    'qwen3.5-plus',
    'qwen3-coder-plus',
    'qwen3-coder-next',
    'qwen3-max-2026-01-23',
  ],
})
