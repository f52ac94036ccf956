// No money, in the words of any service and under any status.
import type { FailureRow } from '../failure-row.ts'

const MONEY = new RegExp(
  [
    String.raw`\b(?:insufficient|inadequate|low|negative|zero|no) (?:account |user |wallet |available |prepaid |api )?(?:balance|credits?|funds?)\b`,
    String.raw`\b(?:balance|credits?|funds|prepay(?:ment)?)\b[^.]{0,40}\b(?:insufficient|too low|below (?:the )?minimum|depleted|exhausted|used up|not enough|negative|run out|ran out|expired)\b`,
    String.raw`\b(?:not enough|doesn't have any|do not have (?:any|enough)|don't have (?:any|enough)|does not have (?:any|enough)|purchase (?:more )?|buy (?:more )?|add (?:more )?|out of|used all (?:your |of your |available |the )?(?:available )?|exhausted (?:your|all)(?: of your)?(?: available)?|run out of|ran out of|no (?:more|remaining)) (?:available |remaining |included |prepaid |api |free )?(?:balance|credits?|funds|money|licenses)\b`,
    String.raw`\bcredits? (?:balance|limit|quota)? ?(?:is |has been |was )?(?:exceeded|exhausted|reached|depleted|too low)|\bNOT_ENOUGH_BALANCE\b|\bexceeded (?:your|its|the) (?:monthly )?(?:included credits|budget|spend(?:ing)? (?:limit|cap))|\bdepleted your (?:monthly )?(?:included )?credits`,
    String.raw`\b(?:in arrears|overdue|arrearage|past due|unpaid invoices?|past invoices|outstanding (?:balance|invoice))\b|\bpayment (?:is )?(?:required|failed|overdue)\b|\b(?:add|update|valid|no|enter a) (?:a |active |valid )?payment method\b|\bcard (?:was|has been) declined\b|\bcredit card\b[^.]{0,20}\b(?:on file|required)\b`,
    String.raw`\bbilling (?:is |has )?(?:not|disabled|inactive|hard limit|details)\b|\benable billing\b|\bbilling (?:to be|must be) enabled|\bactivate (?:your )?billing\b|\b(?:not|isn't) (?:linked to|associated with) (?:a|an active) billing|\bplan and billing\b`,
    String.raw`\b(?:spend(?:ing)?|budget|usage budget|cost) (?:limit|cap)s?\b|\bbudget (?:has been |was |is )?(?:exceeded|exhausted|reached|spent)\b|\bExceededBudget\b|\bmax(?:imum)? budget\b|\bover budget\b|\bkey limit exceeded\b|\bexceeded \w*budget\b`,
    String.raw`\b0 (?:credits|characters) remaining\b|\baccount balance is \$?-?[\d.]|\bcheck your (?:account )?balance\b|\bused up your points\b|\b(?:resource pack|package)\b[^.]{0,30}\b(?:exhausted|used up)\b`,
    String.raw`\b(?:recharge|top[- ]?up) (?:your )?(?:account|balance|wallet)?\b|\bplease (?:recharge|top[- ]?up|upgrade to a paid)\b|\bfree (?:trial|credits?|tier)\b[^.]{0,40}\b(?:ended|expired|over|exhausted|used up|no longer|restricted access)`,
    String.raw`\b(?:user|token|account|pre-?consume[d]?) quota (?:is )?(?:not enough|insufficient|exhausted|exceeded)|\bquota (?:is )?not enough\b|\bnot enough quota\b|\binsufficient[_ ](?:user[_ ]|token[_ ])?quota\b`,
    '余额(?:不足|为零|已用|不够)|欠费|充值|额度(?:不足|已用尽|已用完|已耗尽|不够)|预扣费|资源包.{0,8}(?:用尽|不足|耗尽|到期)|账单逾期|金额不足|配额不足',
    'cr[ée]dits? insuffisants?|soldes? insuffisants?|(?:saldo|cr[ée]ditos?) insuficientes?|guthaben (?:ist )?(?:reicht nicht|aufgebraucht|nicht ausreichend)',
  ].join('|'),
  'i',
)

const MONEY_CODE =
  /^(?:insufficient[_ ]?(?:balance|credits?|funds|user_quota|quota)|credit_limit|credits?_exhausted|credit_balance_exhausted|no_credits?|payment_required|billing_(?:not_active|hard_limit_reached|error|required|failed|auth_failed)|(?:organization|project)_(?:spend|usage)_limit_exceeded|account_overdue|exceed_token_quota_limit|budget_exceeded|exceeded_current_quota_error|arrearage|balance_insufficient|out_of_credits|pre_consume_token_quota_failed|quota_not_enough|not_enough_balance|usage_not_included|workspace_(?:owner|member)_credits_depleted|credit_?limit_?exceeded|(?:\w+\.)?(?:resource_?pack|pkg|package)_?exhausted)$/i

/** A rate with its number, or a rate that is lower without money (Voyage, Replicate: their documents, 2026-11). */
const LOWER_RATE =
  /(?<![\w,.])\d[\d,.]*k? ?(?:RPM|TPM|RPS|QPS|TPS)\b|\breduced (?:rate limits?|to \d)|(?<![\w,])\d[\d,]* (?:requests?|tokens?) per (?:second|minute)\b/i

export const moneyRows: readonly FailureRow[] = [
  {
    id: 'no-money-code',
    code: MONEY_CODE,
    class: 'quota-hard',
    about: 'a code for no money: no balance, or a budget that is spent',
    source:
      'developers.openai.com/api/docs/guides/spend-limits, docs.cloudbase.net/en/error-code/EXCEED_TOKEN_QUOTA_LIMIT (2026-11)',
    examples: [
      {
        status: 403,
        body: {
          error: {
            message: 'user quota is not enough (request id: 1)',
            type: 'one_api_error',
            param: '',
            code: 'insufficient_user_quota',
          },
        },
      },
      { status: 403, body: { code: 'INSUFFICIENT_BALANCE', message: 'Insufficient account balance' } },
      { status: 403, body: { code: 403, reason: 'NOT_ENOUGH_BALANCE', message: 'No.', metadata: {} } },
      {
        status: 429,
        body: {
          error: {
            message: 'You exceeded your current quota, please check your plan and billing details.',
            type: 'insufficient_quota',
            param: null,
            code: 'insufficient_quota',
          },
        },
      },
    ],
  },
  {
    id: 'no-money-type',
    type: MONEY_CODE,
    class: 'quota-hard',
    about: 'the same, said by the type',
    source:
      'github.com/expectedparrot/edsl/issues/2098 (2025-07), github.com/MoonshotAI/kimi-code/issues/1857 (2026-11)',
    examples: [
      {
        status: 402,
        body: {
          type: 'error',
          error: { type: 'billing_error', message: 'Your account has a billing problem.' },
        },
      },
      {
        status: 429,
        body: {
          error: {
            message:
              'Your account org-abc <ak-abc> is suspended due to insufficient balance, please recharge your account or check your plan and billing details',
            type: 'exceeded_current_quota_error',
          },
        },
      },
    ],
  },
  {
    id: 'quota-code-under-401',
    status: 401,
    code: 'quota_exceeded',
    class: 'quota-hard',
    about: 'the key is valid: its credits are used up',
    source: 'github.com/elevenlabs/elevenlabs-docs/issues/301 (2024-07)',
    examples: [
      {
        status: 401,
        body: {
          detail: { status: 'quota_exceeded', message: 'You have reached the limit of available requests.' },
        },
      },
    ],
  },
  {
    id: 'no-money-words',
    words: MONEY,
    // A quota of today comes back tomorrow. Services advertise their billing page next to a rate.
    when: ({ words, status }) =>
      !/^rate limit reached for\b/i.test(words) &&
      !(status === 429 && LOWER_RATE.test(words)) &&
      !/(?:今日|每日|当日|每周|本周|每月|本月|小时).{0,8}(?:额度|配额)|(?<!\d)[日周月](?:额度|配额)/.test(
        words,
      ),
    class: 'quota-hard',
    about: 'words for no money, under whatever status',
    source:
      'github.com/MiniMax-AI/MiniMax-M2/issues/62, github.com/continuedev/continue/issues/9853, docs.siliconflow.com (2026-11)',
    examples: [
      {
        status: 500,
        body: { type: 'error', error: { type: 'api_error', message: 'insufficient balance (1008)' } },
      },
      {
        status: 403,
        body: { code: 30001, message: 'Sorry, your account balance is insufficient', data: null },
      },
      {
        status: 402,
        body: {
          error: {
            message: 'Insufficient Balance',
            type: 'unknown_error',
            param: null,
            code: 'invalid_request_error',
          },
        },
      },
      { status: 200, body: { error: { message: '账户余额不足，请充值后重试' } } },
    ],
  },
]
