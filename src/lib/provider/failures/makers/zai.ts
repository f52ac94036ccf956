import { isRecord } from '../../../base/is-record.ts'
import { retryAfter } from '../../limits/reset-time.ts'
import { resetInText } from '../../limits/reset-words.ts'
import type { FailedAnswer } from '../outcome-row.ts'
import type { ServiceFailures } from '../failure-row.ts'

const CODES = 'docs.z.ai/api-reference/api-code, docs.bigmodel.cn/cn/api/api-code (2026-11)'

/** The service's clock is that of Beijing, and its messages name no zone. */
function beijingReset(answer: FailedAnswer): number | null {
  return retryAfter(answer.header, answer.now) ?? resetInText(answer.message, answer.now, 'Asia/Shanghai')
}

/** Business codes have four digits, in `error.code` or in front of the words: `[1310][Weekly/Monthly Limit ...]`. */
const business = (...codes: string[]) => {
  const inWords = new RegExp(String.raw`^\[(?:${codes.join('|')})\]`)
  return ({ code, type, message, error, body }: FailedAnswer): boolean =>
    // MiniMax, Mistral and Cloudflare have numbers of their own.
    !('base_resp' in error || error.object === 'error' || (isRecord(body) && 'errors' in body)) &&
    (codes.includes(code ?? '') || codes.includes(type ?? '') || inWords.test(message))
}
const said = (code: string, message: string) => ({ error: { code, message } })

/** The business code decides: the status is 429 for most of them, and 200 for some. */
export const zaiFailures: ServiceFailures = {
  id: 'zai',
  label: 'Z.ai and BigModel (GLM)',
  providers: ['zai'],
  rows: [
    {
      id: 'zai-window',
      when: business('1308', '1310', '1316', '1317', '1318', '1319', '1320', '1321'),
      class: 'quota-window',
      until: beijingReset,
      about: 'the 5 hours, the week or the month of a plan are used up, until the time it names (Beijing)',
      source: `${CODES}; github.com/hugalafutro/model-hotel/pull/955 (2026-09)`,
      examples: [
        {
          status: 429,
          body: said('1308', 'Usage limit reached for 5 hour. Your limit will reset at 2026-11-25 23:38:28'),
          ends: '2026-11-25T15:38:28.000Z',
        },
        {
          status: 429,
          body: said('1308', '已达到 5小时的使用上限。您的限额将在 2026-11-25 22:41:44 重置。'),
          ends: '2026-11-25T14:41:44.000Z',
        },
        {
          status: 429,
          body: {
            type: 'error',
            error: {
              type: 'rate_limit_error',
              code: '1310',
              message: '[1310][Weekly/Monthly Limit Exhausted. Your limit will reset at 2026-12-01 07:49:08]',
            },
          },
          ends: '2026-11-30T23:49:08.000Z',
        },
      ],
    },
    {
      id: 'zai-day',
      when: business('1304'),
      class: 'quota-window',
      about: 'the calls of a day are used up',
      source: CODES,
      examples: [
        { status: 429, body: said('1304', '该 API 已达今日调用次数限额，如有更多需求，请联系客服购买') },
      ],
    },
    {
      id: 'zai-no-money',
      when: business('1113'),
      class: 'quota-hard',
      about: 'the account is in arrears',
      source: CODES,
      examples: [
        {
          status: 429,
          body: said('1113', 'Your account is in arrears. Please recharge your account and try again.'),
        },
        { status: 429, body: said('1113', '您的账户已欠费，请充值后重试') },
      ],
    },
    {
      id: 'zai-plan-ended',
      when: business('1309'),
      class: 'auth-dead',
      about: 'the plan has ended',
      source: CODES,
      examples: [
        {
          status: 429,
          body: said('1309', 'Your GLM Coding Plan package has expired and is temporarily unavailable.'),
        },
      ],
    },
    {
      id: 'zai-shut-out',
      when: business('1110', '1111', '1112', '1121', '1313'),
      class: 'auth-dead',
      about: 'the account is inactive, locked, or limited for its use',
      source: `${CODES}; github.com/zai-org/GLM-5/issues/77 (2026-06)`,
      examples: [
        {
          status: 429,
          body: said('1112', 'Your account has been locked. Please contact customer service to unlock it.'),
        },
        {
          status: 429,
          body: said(
            '1313',
            "[1313][Your account's current usage pattern does not comply with the Fair Usage Policy, and your request frequency has been limited.]",
          ),
        },
      ],
    },
    {
      id: 'zai-key',
      // Hunyuan has a code 1001 of its own, for a fault of the request: 400.
      when: (answer) => answer.status !== 400 && business('1000', '1001', '1002', '1003', '1004')(answer),
      class: 'auth-dead',
      about: 'the key or token is refused',
      source: CODES,
      examples: [
        {
          status: 401,
          body: said('1002', 'Authentication Token is invalid, please confirm that it is passed correctly.'),
        },
        {
          status: 200,
          body: { success: false, code: 1001, msg: 'Header中未收到Authentication参数，无法进行身份验证' },
        },
      ],
    },
    {
      id: 'zai-rate',
      when: business('1302', '1303', '1305'),
      class: 'rate-short',
      about: 'too many at once, or too fast',
      source: CODES,
      examples: [
        {
          status: 429,
          body: said(
            '1302',
            'High concurrency usage of this API, please reduce concurrency or contact customer service to increase limits',
          ),
        },
        { status: 429, body: said('1305', 'The API has triggered a traffic limit.') },
      ],
    },
    {
      id: 'zai-busy',
      when: business('1312', '1234', '1230', '1120'),
      class: 'overloaded',
      about: 'too much load, or a fault of the service',
      source: CODES,
      examples: [
        { status: 429, body: said('1312', '该模型当前访问量过大，请您稍后再试') },
        { status: 500, body: said('1234', 'Network error, error id: 1, please contact customer service') },
      ],
    },
    {
      id: 'zai-no-model',
      when: business('1211', '1220', '1221', '1222', '1311'),
      class: 'model-unavailable',
      about: 'no such model, or not in this plan',
      source: CODES,
      examples: [
        { status: 400, body: said('1211', 'Unknown Model, please check the model code.') },
        {
          status: 429,
          body: said('1311', 'The current subscription plan does not yet include access to GLM-9'),
        },
      ],
    },
    {
      id: 'zai-request',
      when: business('1210', '1212', '1213', '1214', '1215', '1261', '1300', '1301'),
      class: 'bad-request',
      about: 'a parameter, the length, or the content of the request',
      source: CODES,
      examples: [
        { status: 400, body: said('1214', 'messages 参数非法。请检查文档') },
        { status: 400, body: said('1261', 'Prompt exceeds max length') },
        { status: 400, body: said('1301', '系统检测到输入或生成内容可能包含不安全或敏感内容') },
      ],
    },
  ],
  bodies: [],
}
