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
  { message: /\bhour allocated quota exceeded/i, class: 'quota-window', scope: 'account' },
  {
    message: /\bweek allocated quota exceeded/i,
    class: 'quota-window',
    scope: 'account',
    until: (answer) => calendarWindow('week', 'Asia/Shanghai', answer.now).end,
  },
  { message: /\bmonth allocated quota exceeded/i, class: 'quota-window', scope: 'account' },
  { message: /\bconcurrency allocated quota exceeded/i, class: 'rate-short', scope: 'account' },
  // Passes within about an hour; the service names no time, so none is claimed.
  { message: /\busage allocated quota exceeded/i, class: 'quota-window', scope: 'account' },

  // The free quota of one model.
  { code: 'AllocationQuota.FreeTierOnly', class: 'quota-hard', scope: 'model' },
  { message: /\bfree allocated quota exceeded/i, class: 'quota-hard', scope: 'model' },

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
  },

  { code: ['ModelServingError', 'ModelUnavailable'], class: 'overloaded' },
  { message: /system capacity limits/i, class: 'overloaded' },

  // `insufficient_quota` is tokens per minute here, nothing to do with money.
  { code: /^throttling(\.|$)/i, class: 'rate-short' },
  {
    code: ['LimitRequests', 'limit_requests', 'limit_burst_rate', 'insufficient_quota'],
    class: 'rate-short',
  },
  { type: ['limit_requests', 'limit_burst_rate', 'insufficient_quota'], class: 'rate-short' },

  { code: ['InvalidApiKey', 'invalid_api_key'], class: 'auth-dead' },
  // A plan's key at the general base URL, or the other way round.
  { status: 403, message: /invalid api-?key/i, class: 'auth-dead' },
  { message: /invalid access token or token expired/i, class: 'auth-dead' },

  { code: ['ModelNotFound', 'model_not_found', 'model_not_supported'], class: 'model-unavailable' },
  { message: /\bmodel\b.{0,80}\bis not supported\b/i, class: 'model-unavailable' },
  { code: /^((model|workspace|endpoint)\.)?accessdenied(\.unpurchased)?$/i, class: 'model-unavailable' },
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
