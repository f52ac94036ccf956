import type { FailedAnswer } from '../outcome-row.ts'
import type { FailureExample, ServiceFailures } from '../failure-row.ts'

const CODES = 'xfyun.cn/doc/spark/HTTP调用文档.html (2026-11)'

const said = (code: number, message: string): FailureExample => ({
  status: 200,
  body: { code, message, sid: 'cht000b806d@dx1' },
})

/** The session id names the service: its codes are short numbers. */
const hasCode =
  (...codes: readonly string[]) =>
  ({ body, error, code }: FailedAnswer): boolean =>
    code !== null && codes.includes(code) && (hasSession(body) || hasSession(error))

const hasSession = (part: unknown): boolean =>
  typeof part === 'object' && part !== null && 'sid' in part && typeof part.sid === 'string'

export const iflytekFailures: ServiceFailures = {
  id: 'iflytek',
  label: 'iFlytek Spark',
  providers: [],
  rows: [
    {
      id: 'iflytek-rate',
      when: hasCode('10007', '11202', '11203'),
      class: 'rate-short',
      about: 'too many requests a second or at a time',
      source: CODES,
      examples: [
        said(11202, 'AppIdQpsOverFlowError:(17:27:05.718) tokens.total'),
        said(10007, '用户流量受限：服务正在处理用户当前的问题，需等待处理完成后再发送新的请求。'),
      ],
    },
    {
      id: 'iflytek-day',
      when: hasCode('11201'),
      class: 'quota-window',
      about: 'the requests of the day are used up',
      source: CODES,
      examples: [said(11201, 'AppIdDayOverFlowError:(17:27:05.718) tokens.total')],
    },
    {
      id: 'iflytek-model',
      when: hasCode('11200'),
      class: 'model-unavailable',
      about: 'the application has no grant, or no tokens left, for this version of the model',
      source:
        'github.com/log159/LogChat/issues/2 (2024-04), github.com/CCLMSY/nonebot-plugin-sparkapi (2024-07)',
      examples: [said(11200, 'AppIdNoAuthError:(17:27:05.718) tokens.total')],
    },
    {
      id: 'iflytek-content',
      when: hasCode('10013', '10014', '10019', '10907', '10163'),
      class: 'bad-request',
      about: 'refused content, or too many tokens',
      source: CODES,
      examples: [
        said(10013, '输入内容审核不通过，涉嫌违规，请重新调整输入内容'),
        said(10907, 'token数量超过上限。对话历史+问题的字数太多，需要精简输入。'),
      ],
    },
    {
      id: 'iflytek-busy',
      when: hasCode('10008', '10010', '10110'),
      class: 'overloaded',
      about: 'the service is full or busy',
      source: CODES,
      examples: [said(10110, '服务忙，请稍后再试。')],
    },
  ],
  bodies: [],
}
