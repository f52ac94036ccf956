// Limits, in the words of any service: a plan's window with its end, or a rate that refills.
import { announcedEnd, type FailedAnswer } from '../outcome-row.ts'
import { isRate, RATE, RATE_OR_SIZE, refusesRate } from './rate.ts'
import { parseResetTime } from '../../limits/reset-time.ts'
import type { FailureRow } from '../failure-row.ts'

const LONG = String.raw`(?:daily|weekly|monthly|hourly|\d+[- ]?(?:hours?|h|days?|weeks?)(?:ly)?|five[- ]hour|session|billing cycle|billing period|calendar)`
const SPENT = String.raw`(?:exceed\w*|reach\w*|hit|exhaust\w*|used up|depleted|over|run out|ran out|consumed|spent|full)`
const THING = String.raw`(?:limits?|windows?(?! size)|quotas?|usage|caps?|allowances?|allocations?|requests?|tokens?|credits?)`

/** A window of one model: requests or tokens of a day. */
const OF_MODEL = new RegExp(
  [
    String.raw`\((?:TPD|RPD|TPM per day)\)|\b(?:RPD|TPD)\b[^.]{0,20}\b(?:limit|reach|exceed)|\byour daily rate limit\b|\btoday'?s quota for model\b`,
    String.raw`\b(?:requests?|tokens?|calls?|queries) ?(?:per|\/|a) ?(?:day|month|week)\b`,
    String.raw`\b(?:per|\/) ?(?:86400 ?s|day)\b[^.]{0,60}\b(?:exceed|limit|reach)|\b(?:daily|monthly|weekly) (?:request|token|api call)s?\b`,
    '今日调用次数|每日.{0,8}(?:次数|调用)',
  ].join('|'),
  'i',
)

/** Mistral has a cap of a month over all models (docs.mistral.ai/deployment/ai-studio/tier, 2026-11). */
const isOfWholeAccount = (words: string): boolean =>
  /\b(?:for|of|in) (?:this|your) (?:workspace|organi[sz]ation|account|team)\b/i.test(words) &&
  !/\bmodels?\b/i.test(words)

/** A window of a plan or an account. */
const OF_ACCOUNT = new RegExp(
  [
    String.raw`\b${LONG}\b[^.]{0,60}\b${THING}\b[^.]{0,60}\b${SPENT}\b|\b${SPENT}\b[^.]{0,60}\b${LONG}\b[^.]{0,40}\b${THING}\b|\b${LONG}\/${LONG}\b|\b${LONG} (?:usage |message |request )?${THING} (?:is |was |has been )?(?:${SPENT}|used)\b|\b${THING}\b[^.]{0,40}\bbilling (?:cycle|period)\b[^.]{0,30}\b${SPENT}\b`,
    String.raw`\b${THING}\b[^.]{0,60}\b${SPENT}\b[^.]{0,60}\b(?:for (?:the|this|your) )?(?:day|week|month|today|billing cycle|billing period|\d+ ?hours?)\b`,
    String.raw`\busage limit\b[^.]{0,60}\b${SPENT}\b|\b${SPENT}\b[^.]{0,60}\b(?:usage|message|plan) limit\b|\bplan limit\b|\breached your subscription quota\b|\b(?:quota|limit)s? (?:will )?(?:be )?(?:reset|refresh|renew)\w*\b[^.]{0,60}\b(?:cycle|month|week|day|tomorrow|hours?)\b|\bout of (?:usage|quota|requests|messages|call volume quota)\b|\b(?:used up|exceeded|exhausted|reached)\b[^.]{0,40}\b(?:quota|limit|usage)\b[^.]{0,20}\b(?:today|this (?:week|month)|the (?:day|week|month))\b`,
    String.raw`\b(?:you've|you have) (?:hit|reached) your (?:usage )?limit\b|\b(?:quota|allocation)\b[^.]{0,30}\b(?:has been |is |was )?(?:exhausted|used up)\b|\bquota[_ ]?exceeded\b[^.]{0,60}\b(?:day|month|week)|\bno (?:remaining )?(?:premium requests|usage) (?:left|remaining)\b|\btoday'?s (?:quota|limit|allowance)\b|\btry again tomorrow\b|\bexceeded your token quota\b|(?<!\b(?:per|an?) )\b(?:hour|day|week|month) (?:quota|limit|allowance|cap) (?:is |was |has been )?(?:exceeded|reached|exhausted|used up)\b|\b(?:exhausted|used up) your (?:\w+ ){0,3}(?:quota|allowance|allocation)\b|\b(?:used|consumed|at) 100 ?% of\b|\bno (?:more|remaining) (?:requests|messages|tokens|calls|generations) (?:for )?(?:today|this (?:week|month))\b|\bper \d{1,3} (?:hours|days|weeks)\b[^.]{0,30}\b${SPENT}\b|\bconsumption limit for your plan\b|\bwait until (?:the )?next (?:day|week|month)\b`,
    '(?<![今每当前\\d])[日周月](?:额度|配额|限额).{0,8}(?:用完|用尽|耗尽|上限)|(?:小时|每日|每周|每月|今日|当日|本周|本月|周期).{0,16}(?:使用上限|上限|限额|额度|用量|配额|用尽|用完|(?:费用|消费|请求|次数)(?:次数)?(?:限制|上限))|已达(?:到)?.{0,16}(?:使用上限|限额|上限)|(?:限额|额度|配额).{0,14}(?:重置|刷新)',
  ].join('|'),
  'i',
)

/**
 * Headers of windows of a day and longer without a remaining amount: Cerebras and others, in seconds with
 * fractions.
 */
function spentDay({ header, now }: FailedAnswer): number | null {
  const ends: number[] = []
  for (const metric of ['requests', 'tokens', 'input-tokens', 'output-tokens']) {
    for (const unit of ['day', 'month', 'week', 'hour']) {
      if (header(`x-ratelimit-remaining-${metric}-${unit}`)?.trim() !== '0') continue
      const at = parseResetTime(header(`x-ratelimit-reset-${metric}-${unit}`), now)
      if (at !== null) ends.push(at)
    }
  }
  return ends.length === 0 ? null : Math.max(...ends)
}

const isRefused = (status: number): boolean =>
  status === 429 || status === 403 || status === 402 || status === 503

/** The end in headers or words, else that of a header for a used-up window. */
function windowEnd(answer: FailedAnswer): number | null {
  return spentDay(answer) ?? announcedEnd(answer)
}

export const limitRows: readonly FailureRow[] = [
  {
    id: 'day-used-up-by-header',
    status: isRefused,
    when: (answer) => spentDay(answer) !== null,
    class: 'quota-window',
    scope: 'model',
    until: spentDay,
    about: 'a window of an hour or longer has nothing left, by its header',
    source: 'inference-docs.cerebras.ai/support/rate-limits (2026-11)',
    examples: [
      {
        status: 429,
        headers: { 'x-ratelimit-remaining-tokens-day': '0', 'x-ratelimit-reset-tokens-day': '33011.382867' },
        body: {
          message: 'Tokens per day limit exceeded - too many tokens processed.',
          type: 'too_many_tokens_error',
          param: 'quota',
          code: 'token_quota_exceeded',
        },
        ends: '2026-11-25T19:10:11.383Z',
      },
    ],
  },
  {
    id: 'model-window-words',
    words: OF_MODEL,
    when: ({ status, words }) =>
      (status === 429 || status === 403 || status === 402 || status < 300) && !isOfWholeAccount(words),
    class: 'quota-window',
    scope: 'model',
    until: windowEnd,
    about: 'requests or tokens of a day or longer are used up for this model',
    source: 'console.groq.com/docs/rate-limits, github.com/diegosouzapw/OmniRoute/pull/12252 (2026-09)',
    examples: [
      {
        status: 429,
        body: {
          error: {
            message:
              'Rate limit reached for model `llama-3.3-70b-versatile` in organization `org_1` on tokens per day (TPD): Limit 100000, Used 99336, Requested 5000. Please try again in 1h2m26.4s.',
            type: 'tokens',
            code: 'rate_limit_exceeded',
          },
        },
        ends: '2026-11-25T11:02:26.400Z',
      },
    ],
  },
  {
    id: 'plan-window-code',
    status: (status) => isRefused(status) || status < 300,
    code: /(?:^|_)(?:hour|day|week|month|session|(?:hour|dai|week|month)ly)_(?:\w{1,40}_)?(?:quota|limit|rate_limit|usage)(?:_?(?:exceeded|reached|exhausted)|ed)(?::\w{1,40})?$|^(?:token_quota_reached|free_quota_exceeded|overage_limit_reached|additional_spend_limit_reached)$/i,
    class: 'quota-window',
    scope: 'account',
    until: windowEnd,
    about: 'a code for a used-up window of a plan',
    source:
      'github.com/github/copilot-cli/issues/2740 (2026-04), cloud.baidu.com/doc/qianfan-api/s/rmwbl43x7 (2026-11)',
    examples: [
      {
        status: 429,
        body: {
          error: {
            code: 'user_weekly_rate_limited',
            message: "Sorry, you've exceeded your weekly rate limit. Please review our Terms of Service.",
          },
        },
      },
    ],
  },
  {
    id: 'plan-window-words',
    words: OF_ACCOUNT,
    when: ({ status, words }) => status !== 404 && !/\bper (?:second|minute)\b|\bcontext\b/i.test(words),
    class: 'quota-window',
    scope: 'account',
    until: windowEnd,
    about: 'a window of a plan is used up',
    source:
      'github.com/NousResearch/hermes-agent/pull/68832, github.com/openclaw/openclaw/pull/142656 (2026-09)',
    examples: [
      {
        status: 429,
        body: { error: "you've reached your hourly usage limit, please wait or upgrade to continue" },
      },
      {
        status: 403,
        body: {
          error: {
            message:
              "You've reached your weekly (7-day) usage limit. Your quota will reset when the current 7-day window ends.",
            type: 'access_terminated_error',
          },
        },
      },
      {
        status: 403,
        body: {
          statusCode: 403,
          message: 'Out of call volume quota. Quota will be replenished in 2.14:12:03.',
        },
        ends: '2026-11-28T00:12:03.000Z',
      },
      {
        status: 429,
        body: {
          type: 'error',
          error: { type: 'GoUsageLimitError', message: '5-hour usage limit reached. Resets in 3hr 12min.' },
        },
        ends: '2026-11-25T13:12:00.000Z',
      },
      {
        status: 429,
        body: {
          error: 'Daily cost limit exceeded',
          message: '已达到每日费用限制 ($10)',
          costLimit: 10,
          resetAt: '2026-11-26T00:00:00.000Z',
        },
        ends: '2026-11-26T00:00:00.000Z',
      },
      {
        status: 429,
        body: { error: { message: 'Daily quota exceeded. Try again in 3 hours.' } },
        ends: '2026-11-25T13:00:00.000Z',
      },
      {
        status: 429,
        body: { error: { message: '您已达到每周使用上限，您的限额将在 3小时后重置' } },
        ends: '2026-11-25T13:00:00.000Z',
      },
    ],
  },
  {
    id: 'long-wait',
    status: isRefused,
    when: (answer) => (announcedEnd(answer) ?? 0) - answer.now > 10 * 60_000,
    words: /\blimit|\bquota|\bexceed|\btoo many|\bexhaust|\bwait\b|限|额度/i,
    class: 'quota-window',
    scope: 'model',
    until: announcedEnd,
    about: 'a limit with a stated end more than ten minutes away is a window, not a burst',
    source: 'github.com/github/copilot-cli/issues/2696, github.com/jasonacox/TinyLLM/issues/17 (2026-11)',
    examples: [
      {
        status: 429,
        body: {
          error: {
            code: 'rate_limited',
            message:
              "Sorry, you've hit a rate limit that restricts the number of model requests you can make within a specific time period. Please try again in 58 hours.",
          },
        },
        ends: '2026-11-27T20:00:00.000Z',
      },
      {
        status: 429,
        body: {
          error: {
            code: '429',
            message:
              'Requests to the ChatCompletions_Create Operation under Azure OpenAI API version 2023-05-15 have exceeded token rate limit of your current AIServices S0 pricing tier. Please retry after 86400 seconds.',
          },
        },
        ends: '2026-11-26T10:00:00.000Z',
      },
    ],
  },
  {
    id: 'queue-of-an-address',
    words: /\bqueue full for ip\b|\brequests? already queued\b/i,
    class: 'rate-short',
    about: 'the address has requests in the queue; money is only one way around it',
    source: 'github.com/pollinations/pollinations/issues/11877 (2026-06)',
    examples: [
      {
        status: 402,
        body: {
          x402Version: 1,
          error:
            'Queue full for IP: 203.0.113.7: 1 requests already queued (max: 1). Get unlimited access at https://enter.pollinations.ai',
        },
      },
    ],
  },
  {
    id: 'rate-words',
    words: RATE,
    // Under 402 a quota is money.
    when: ({ status }) => status !== 404 && status !== 401 && status !== 402,
    class: 'rate-short',
    about: 'words for a rate that refills',
    source:
      'platform.openai.com/docs/guides/rate-limits, github.com/minaya/grammar-nazi-bot/issues/958 (2026-08)',
    examples: [
      {
        status: 429,
        body: {
          error: {
            message:
              'Rate limit reached for gpt-4o in organization org-x on requests per min (RPM): Limit 3, Used 3, Requested 1. Please try again in 20s.',
            type: 'requests',
            param: null,
            code: 'rate_limit_exceeded',
          },
        },
        ends: '2026-11-25T10:00:20.000Z',
      },
      {
        status: 429,
        body: {
          message: 'Requests per minute limit exceeded - too many requests sent.',
          type: 'too_many_requests_error',
          param: 'quota',
          code: 'request_quota_exceeded',
        },
      },
      { status: 400, body: { error: { message: 'Too many concurrent requests' } } },
      { status: 200, body: { code: 1302, msg: '您当前使用该 API 的并发数过高，请降低并发' } },
    ],
  },
  {
    id: 'rate-or-size-words',
    status: refusesRate,
    words: RATE_OR_SIZE,
    class: 'rate-short',
    about: 'words for a rate or for a size: the status says which',
    source: 'decided by qwenctl (2026-11)',
    examples: [{ status: 429, body: { error: { message: '您的请求超过限额' } } }],
  },
  {
    id: 'short-block',
    status: [403, 429],
    words: /\b(?:blocked|restricted|suspended|disabled|locked|banned)\b|限制|封禁|锁定|冻结|停用/i,
    when: isRate,
    class: 'rate-short',
    scope: 'account',
    about: 'the account, its key or its address is blocked for a short time',
    source: 'github.com/HanaokaYuzu/Gemini-API/issues/82 (2025-05)',
    examples: [
      {
        status: 429,
        body: { error: { message: 'Your account was temporarily restricted, retry in 20 seconds' } },
        ends: '2026-11-25T10:00:20.000Z',
      },
    ],
  },
  {
    id: 'rate-code',
    code: /^(?:request_?limit_?exceeded(?:\.\w+)?|(?:request_|token_)?rate_?limit(?:ed|s|_exceeded|_reached|_error|_exceeded_error)?|ratelimitreached|slow_?down|too_?many_?requests(?:_error)?|throttl\w*|limit_requests|requests_limit_exceeded|resource_exhausted|concurrency_limit\w*|too_many_concurrent\w*|servicequotaexceeded(?:exception)?)$/i,
    class: 'rate-short',
    about: 'a code for a rate that refills',
    source: 'platform.openai.com/docs/guides/error-codes (2026-11)',
    examples: [
      { status: 400, body: { error: { message: 'Please be patient.', code: 'rate_limit_exceeded' } } },
    ],
  },
  {
    id: 'rate-or-size-code',
    status: refusesRate,
    code: /^limit_?exceeded(?:\.\w+)?$/i,
    class: 'rate-short',
    about: 'a code for a rate or for a size: the status says which',
    source: 'tencentcloud.com/document/product/597/35338 (2026-11)',
    examples: [{ status: 429, body: { code: 'limit_exceeded', message: 'Please wait' } }],
  },
  {
    id: 'rate-type',
    type: /^(?:rate_?limit\w*|too_many_(?:requests|tokens)\w*|throttling\w*|rate_limited)$/i,
    class: 'rate-short',
    about: 'a type for a rate that refills',
    source: 'docs.anthropic.com/en/api/errors (2026-11)',
    examples: [
      {
        status: 200,
        body: { type: 'error', error: { type: 'rate_limit_error', message: 'Please be patient.' } },
      },
    ],
  },
]
