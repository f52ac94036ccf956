import { isRecord } from '../../../base/is-record.ts'
import type { FailedAnswer } from '../outcome-row.ts'
import type { ServiceFailures } from '../failure-row.ts'

const CODES = 'platform.minimax.io/docs/api-reference/errorcode (2026-11)'
const PLAN = 'github.com/MiniMax-AI/MiniMax-M2.7/issues/36 (2026-05)'

/** The numbers are in `base_resp`, or in brackets at the end of the words: `insufficient balance (1008)`. */
const numbered = (...codes: number[]) => {
  const inWords = new RegExp(String.raw`\((?:${codes.join('|')})\)\s*$`)
  return ({ error, message }: FailedAnswer): boolean => {
    const base = error.base_resp
    return (isRecord(base) && codes.includes(Number(base.status_code))) || inWords.test(message)
  }
}
const base = (status_code: number, status_msg: string) => ({
  id: '06',
  choices: null,
  base_resp: { status_code, status_msg },
})
const said = (type: string, message: string) => ({
  type: 'error',
  error: { type, message },
  request_id: '06',
})

/** The same number comes under 200 (`base_resp`), 429 and 500. */
export const minimaxFailures: ServiceFailures = {
  id: 'minimax',
  label: 'MiniMax',
  providers: ['minimax'],
  rows: [
    {
      id: 'minimax-window',
      when: numbered(2056, 2057),
      class: 'quota-window',
      about: 'the 5 hours or the week of a plan are used up, until the time it names',
      source: PLAN,
      examples: [
        {
          status: 429,
          body: said(
            'rate_limit_error',
            'usage limit exceeded, 5-hour usage limit reached for Token Plan Starter (0/0 used), resets at 2026-11-25T15:00:00Z (2056)',
          ),
          ends: '2026-11-25T15:00:00.000Z',
        },
        { status: 200, body: base(2056, 'usage limit exceeded') },
      ],
    },
    {
      id: 'minimax-no-money',
      when: numbered(1008),
      class: 'quota-hard',
      about: 'no balance',
      source: 'github.com/MiniMax-AI/MiniMax-M2/issues/62 (2026-11)',
      examples: [
        { status: 500, body: said('api_error', 'insufficient balance (1008)') },
        { status: 200, body: base(1008, 'insufficient balance') },
      ],
    },
    {
      id: 'minimax-rate',
      when: numbered(1002, 1039, 1041, 2045),
      class: 'rate-short',
      about: 'requests or tokens of a minute, or too many at once',
      source: CODES,
      examples: [
        { status: 200, body: base(1002, 'rate limit') },
        { status: 429, body: said('rate_limit_error', 'rate limit exceeded(RPM) (1002)') },
        { status: 200, body: base(1039, 'token limit') },
      ],
    },
    {
      id: 'minimax-key',
      when: numbered(1004, 2049),
      class: 'auth-dead',
      about: 'the key is refused',
      source: CODES,
      examples: [
        {
          status: 200,
          body: base(
            1004,
            "login fail: Please carry the API secret key in the 'Authorization' field of the request header",
          ),
        },
        { status: 401, body: said('authentication_error', 'invalid api key (2049)') },
      ],
    },
    {
      id: 'minimax-content',
      when: numbered(1026, 1027),
      class: 'bad-request',
      about: 'the input or the output is sensitive',
      source: CODES,
      examples: [
        { status: 200, body: base(1026, 'input new_sensitive') },
        { status: 200, body: base(1027, 'output new_sensitive') },
      ],
    },
    {
      id: 'minimax-request',
      when: numbered(1042, 1043, 1044, 2013, 20132, 2037, 2039, 2042, 2048),
      class: 'bad-request',
      about: 'a parameter of the request',
      source: CODES,
      examples: [
        { status: 200, body: base(2013, 'invalid params, messages is empty') },
        {
          status: 400,
          body: said('invalid_request_error', 'invalid params, tool result id not found (2013)'),
        },
      ],
    },
    {
      id: 'minimax-not-in-plan',
      when: numbered(2061, 1140),
      class: 'model-unavailable',
      about: 'the plan does not have the model',
      source: CODES,
      examples: [{ status: 200, body: base(2061, 'your current token plan not support model, MiniMax-M9') }],
    },
    {
      id: 'minimax-busy',
      when: numbered(1000, 1001, 1013, 1024, 1033),
      class: 'overloaded',
      about: 'a fault or time-out of the service',
      source: CODES,
      examples: [
        { status: 200, body: base(1000, 'unknown error') },
        { status: 500, body: said('api_error', 'internal error (1024)') },
        { status: 200, body: base(1033, 'system error') },
      ],
    },
  ],
  bodies: [
    {
      status: 529,
      body: said(
        'overloaded_error',
        'The server cluster is currently under high load. Please retry after a short wait. (2064)',
      ),
      class: 'overloaded',
      source: CODES,
    },
  ],
}
