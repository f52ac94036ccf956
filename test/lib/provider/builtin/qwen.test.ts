import { describe, expect, it } from 'vitest'
import { qwen } from '../../../../src/lib/provider/builtin/makers/qwen.ts'
import { anthropicError, at, givenAnswer, inSeconds, nativeError, openaiError } from '../given-answer.ts'

const compatible = (code: string, message: string, type = 'invalid_request_error') => ({
  ...openaiError({ code, message, type }),
  request_id: 'f5b1',
})

describe('what Model Studio says', () => {
  it.each([
    [
      429,
      nativeError('Throttling.RateQuota', 'Requests rate limit exceeded, please try again later.'),
      'rate-short',
    ],
    [429, nativeError('LimitRequests', 'You exceeded your current requests list.'), 'rate-short'],
    [429, compatible('limit_requests', 'You exceeded your current requests list.'), 'rate-short'],
    [429, nativeError('Throttling.BurstRate', 'Request rate increased too quickly.'), 'rate-short'],
    [429, compatible('limit_burst_rate', 'Request rate increased too quickly.'), 'rate-short'],
    [
      429,
      nativeError('Throttling.AllocationQuota', 'Allocated quota exceeded, please increase it.'),
      'rate-short',
    ],
    [
      429,
      compatible('insufficient_quota', 'You exceeded your current quota.', 'insufficient_quota'),
      'rate-short',
    ],
    [429, nativeError('Throttling', 'Requests throttling triggered.'), 'rate-short'],
    [429, nativeError('Throttling', 'Too many requests in route. Please try again later.'), 'rate-short'],
    [429, anthropicError('rate_limit_error', 'Allocated quota exceeded.'), 'rate-short'],
    [200, { errorType: 'THROTTLING.userQPSLimit', rid: 'r', message: null, status: 429 }, 'rate-short'],
    [429, nativeError('Throttling.AllocationQuota', 'Free allocated quota exceeded.'), 'quota-hard'],
    [429, compatible('insufficient_quota', 'Free allocated quota exceeded.'), 'quota-hard'],
    [403, nativeError('AllocationQuota.FreeTierOnly', 'The free tier has been exhausted.'), 'quota-hard'],
    [404, nativeError('ModelNotFound', 'Model not exist.'), 'model-unavailable'],
    [404, compatible('model_not_found', 'The model does not exist.'), 'model-unavailable'],
    [404, compatible('model_not_supported', 'Unsupported model.'), 'model-unavailable'],
    [400, compatible('x', "model 'qwen-x' is not supported"), 'model-unavailable'],
    [403, nativeError('AccessDenied', 'Access denied.'), 'model-unavailable'],
    [403, nativeError('AccessDenied.Unpurchased', 'Access denied.'), 'model-unavailable'],
    [403, nativeError('Model.AccessDenied', 'Model access denied.'), 'model-unavailable'],
    [403, nativeError('Workspace.AccessDenied', 'Workspace access denied.'), 'model-unavailable'],
    [403, nativeError('Endpoint.AccessDenied', 'Endpoint access denied.'), 'model-unavailable'],
    [500, nativeError('ModelServingError', 'Serving failed.'), 'overloaded'],
    [503, nativeError('ModelUnavailable', 'Not now.'), 'overloaded'],
    [200, openaiError({ message: 'Too many requests: system capacity limits reached.' }), 'overloaded'],
  ])('when %i comes with %j, it is about the model: %s', (status, body, outcome) => {
    expect(qwen.outcome(givenAnswer(status, body))).toMatchObject({ class: outcome, scope: 'model' })
  })

  it.each([
    [429, nativeError('CommodityNotPurchased'), 'quota-hard'],
    [429, nativeError('PrepaidBillOverdue'), 'quota-hard'],
    [429, nativeError('PostpaidBillOverdue'), 'quota-hard'],
    [429, nativeError('BudgetLimitExceeded'), 'quota-hard'],
    [400, nativeError('Arrearage', 'Access denied, please pay your overdue bill.'), 'quota-hard'],
    [401, nativeError('InvalidApiKey', 'Invalid API-key provided.'), 'auth-dead'],
    [401, compatible('invalid_api_key', 'Incorrect API key provided.'), 'auth-dead'],
    [401, openaiError({ message: 'invalid access token or token expired' }), 'auth-dead'],
    [200, openaiError({ message: 'invalid access token or token expired' }), 'auth-dead'],
    [403, openaiError({ message: 'invalid api-key' }), 'auth-dead'],
    [404, '', 'route-missing'],
    [413, '', 'bad-request'],
    [400, compatible('invalid_parameter_error', 'bad request'), 'bad-request'],
  ])('when %i comes with %j, it is about the account: %s', (status, body, outcome) => {
    expect(qwen.outcome(givenAnswer(status, body))).toMatchObject({ class: outcome, scope: 'account' })
  })

  it.each([
    ['hour allocated quota exceeded', 'quota-window', null],
    // The Wednesday of these tests; the next Monday begins in Shanghai while it is still Sunday in UTC.
    ['week allocated quota exceeded', 'quota-window', at('2026-11-29T16:00:00Z')],
    ['month allocated quota exceeded', 'quota-window', null],
    ['concurrency allocated quota exceeded', 'rate-short', null],
    ['usage allocated quota exceeded. please try again later.', 'quota-window', null],
  ])('when a plan says "%s", the words tell the window', (message, outcome, until) => {
    const body = compatible('insufficient_quota', message, 'insufficient_quota')
    const expected = { class: outcome, scope: 'account', until }
    expect(qwen.outcome(givenAnswer(429, body))).toMatchObject(expected)
    expect(qwen.outcome(givenAnswer(200, nativeError('Throttling.AllocationQuota', message)))).toMatchObject(
      expected,
    )
  })

  it('when a throttle comes as a frame after 200, its code is enough', () => {
    const outcome = qwen.outcome(
      givenAnswer(200, nativeError('Throttling.AllocationQuota', 'Allocated quota exceeded')),
    )
    expect(outcome).toEqual({
      class: 'rate-short',
      scope: 'model',
      until: null,
      code: 'Throttling.AllocationQuota',
      message: 'Allocated quota exceeded',
    })
  })

  it('when a gateway in front says how long, it is believed', () => {
    const answer = givenAnswer(429, nativeError('Throttling'), { 'retry-after': '7' })
    expect(qwen.outcome(answer).until).toBe(inSeconds(7))
  })
})

describe('where Qwen accounts go', () => {
  const intl = 'https://dashscope-intl.aliyuncs.com'
  const workspace = 'https://ws-1.ap-southeast-1.maas.aliyuncs.com'
  const coding = 'https://coding-intl.dashscope.aliyuncs.com'

  it.each([
    [null, `${intl}/compatible-mode/v1`, `${intl}/apps/anthropic/v1`],
    [
      'cn',
      'https://dashscope.aliyuncs.com/compatible-mode/v1',
      'https://dashscope.aliyuncs.com/apps/anthropic/v1',
    ],
    [`${intl}/compatible-mode/v1/`, `${intl}/compatible-mode/v1`, `${intl}/apps/anthropic/v1`],
    [`${intl}/apps/anthropic`, `${intl}/compatible-mode/v1`, `${intl}/apps/anthropic/v1`],
    [intl, `${intl}/compatible-mode/v1`, `${intl}/apps/anthropic/v1`],
    [`${workspace}/compatible-mode/v1`, `${workspace}/compatible-mode/v1`, `${workspace}/apps/anthropic/v1`],
    [`${workspace}/apps/anthropic/v1`, `${workspace}/compatible-mode/v1`, `${workspace}/apps/anthropic/v1`],
    [workspace, `${workspace}/compatible-mode/v1`, `${workspace}/apps/anthropic/v1`],
    [`${intl}/api/v1`, `${intl}/compatible-mode/v1`, `${intl}/apps/anthropic/v1`],
    [`${coding}/v1`, `${coding}/v1`, `${coding}/apps/anthropic/v1`],
    [`${coding}/apps/anthropic`, `${coding}/v1`, `${coding}/apps/anthropic/v1`],
    [
      'http://127.0.0.1:1/dash/compatible-mode/v1',
      'http://127.0.0.1:1/dash/compatible-mode/v1',
      'http://127.0.0.1:1/dash/apps/anthropic/v1',
    ],
    ['http://127.0.0.1:1/v1', 'http://127.0.0.1:1/v1', null],
  ])('when the base URL is %s, both dialects follow from it', (baseUrl, openai, anthropic) => {
    expect(qwen.bases(baseUrl)).toEqual({ openai, anthropic })
  })

  it('every endpoint is found again by either of its URLs', () => {
    for (const { openai, anthropic } of qwen.endpoints) {
      expect(qwen.bases(openai)).toEqual({ openai, anthropic })
      expect(qwen.bases(anthropic)).toEqual({ openai, anthropic })
    }
  })
})
