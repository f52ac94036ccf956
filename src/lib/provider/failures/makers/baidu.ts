import { noEnd, type FailedAnswer } from '../outcome-row.ts'
import type { FailureExample, ServiceFailures } from '../failure-row.ts'

const CODES = 'cloud.baidu.com/doc/WENXINWORKSHOP/s/tlmyncueh (2026-11)'

const said = (code: number, message: string): FailureExample => ({
  status: 200,
  body: { error_code: code, error_msg: message, id: 'as-1' },
})

/** Only Baidu puts a number into `error_code` beside `error_msg`. */
const hasCode =
  (...codes: readonly number[]) =>
  ({ error }: FailedAnswer): boolean =>
    typeof error.error_msg === 'string' && codes.includes(Number(error.error_code))

/** The first API of Qianfan, with codes under 200. The second one speaks as OpenAI does. */
export const baiduFailures: ServiceFailures = {
  id: 'baidu',
  label: 'Baidu Qianfan',
  providers: [],
  rows: [
    {
      id: 'baidu-rate',
      when: hasCode(4, 18, 336501, 336502),
      class: 'rate-short',
      about: 'too many requests or tokens a second or minute',
      source: CODES,
      examples: [
        said(18, 'Open api qps request limit reached'),
        said(4, 'Open api request limit reached'),
        said(336501, 'Rate limit reached for RPM'),
        said(336502, 'Rate limit reached for TPM'),
      ],
    },
    {
      id: 'baidu-day',
      when: hasCode(17),
      class: 'quota-window',
      until: noEnd,
      about: 'the requests of the day are used up',
      source: CODES,
      examples: [said(17, 'Open api daily request limit reached')],
    },
    {
      id: 'baidu-total',
      when: hasCode(19),
      class: 'quota-hard',
      about: 'all requests that were bought or given are used up',
      source: CODES,
      examples: [said(19, 'Open api total request limit reached')],
    },
    {
      id: 'baidu-key',
      when: hasCode(13, 14, 15, 110, 111, 336004),
      class: 'auth-dead',
      about: 'the key or token is refused',
      source: CODES,
      examples: [said(14, 'IAM Certification failed'), said(111, 'Access token expired')],
    },
    {
      id: 'baidu-model',
      when: hasCode(3, 6, 336005),
      class: 'model-unavailable',
      about: 'the application has no permission for this model',
      source: CODES,
      examples: [said(6, 'No permission to access data'), said(3, 'Unsupported openapi method')],
    },
    {
      id: 'baidu-request',
      when: hasCode(336001, 336002, 336003, 336006, 336007, 336101, 336102, 336103, 336104, 336105),
      class: 'bad-request',
      about: 'a fault of the request',
      source: CODES,
      examples: [
        said(336007, 'the max input characters is 2000'),
        said(336006, 'the role of message with even index in the messages must be user or function'),
      ],
    },
  ],
  bodies: [
    { ...said(336100, 'try again'), class: 'overloaded', source: CODES },
    { ...said(2, 'Service temporarily unavailable'), class: 'overloaded', source: CODES },
  ],
}
