import { describe, expect, it } from 'vitest'
import { deepseek } from '../../../../src/lib/provider/builtin/makers/deepseek.ts'
import { fireworks } from '../../../../src/lib/provider/builtin/hosts/fireworks.ts'
import { gemini } from '../../../../src/lib/provider/builtin/makers/gemini.ts'
import { groq } from '../../../../src/lib/provider/builtin/hosts/groq.ts'
import { mistral } from '../../../../src/lib/provider/builtin/makers/mistral.ts'
import { at, givenAnswer, inSeconds, openaiError } from '../given-answer.ts'

describe('what DeepSeek says', () => {
  it.each([
    [400, openaiError({}), 'bad-request'],
    [401, openaiError({ type: 'authentication_error' }), 'auth-dead'],
    [402, openaiError({ message: 'Insufficient Balance' }), 'quota-hard'],
    [200, openaiError({ message: 'Insufficient Balance' }), 'quota-hard'],
    [422, openaiError({}), 'bad-request'],
    [429, openaiError({}), 'rate-short'],
    [500, openaiError({}), 'overloaded'],
    [503, openaiError({}), 'overloaded'],
  ])('when %i comes with %j, it is %s', (status, body, outcome) => {
    expect(deepseek.outcome(givenAnswer(status, body)).class).toBe(outcome)
  })

  it('when concurrency is the limit, it is the account’s', () => {
    expect(deepseek.outcome(givenAnswer(429, openaiError({}))).scope).toBe('account')
  })
})

describe('what Gemini says', () => {
  const exhausted = (quotaId: string | null, message = 'Resource has been exhausted') => ({
    error: {
      code: 429,
      message,
      status: 'RESOURCE_EXHAUSTED',
      details: [
        { '@type': 'google.rpc.QuotaFailure', violations: quotaId === null ? [] : [{ quotaId }] },
        { '@type': 'google.rpc.RetryInfo', retryDelay: '38.2s' },
      ],
    },
  })
  const perDay = exhausted('GenerateRequestsPerDayPerProjectPerModel-FreeTier')
  const perMinute = exhausted('GenerateRequestsPerMinutePerProjectPerModel-FreeTier')
  // 10:00 UTC is 02:00 in Los Angeles.
  const midnight = at('2026-11-26T08:00:00Z')

  it.each([
    ['a day in a list', 429, [perDay], 'quota-window', midnight],
    ['a day as an object', 429, perDay, 'quota-window', midnight],
    ['a day in a 200', 200, [perDay], 'quota-window', midnight],
    ['a minute', 429, [perMinute], 'rate-short', inSeconds(38.2)],
    ['no quota', 429, [exhausted(null)], 'rate-short', inSeconds(38.2)],
    ['a minute in a 200', 200, [perMinute], 'rate-short', inSeconds(38.2)],
    ['spent prepayment', 429, [exhausted(null, 'Your prepayment credits are depleted.')], 'quota-hard', null],
  ])('when an exhausted quota names %s, its end is the true one', (_, status, body, outcome, until) => {
    expect(gemini.outcome(givenAnswer(status, body))).toMatchObject({ class: outcome, until })
  })

  const google = (code: number, status: string, message = 'x', details: object[] = []) => [
    { error: { code, status, message, details } },
  ]
  it.each([
    [400, google(400, 'INVALID_ARGUMENT', 'x', [{ reason: 'API_KEY_INVALID' }]), 'auth-dead'],
    [400, google(400, 'INVALID_ARGUMENT', 'API key not valid. Please pass a valid API key.'), 'auth-dead'],
    [400, google(400, 'INVALID_ARGUMENT', 'Invalid JSON payload'), 'bad-request'],
    [402, google(402, 'FAILED_PRECONDITION', 'Prepaid balance is used up'), 'quota-hard'],
    [403, google(403, 'PERMISSION_DENIED'), 'model-unavailable'],
    [404, google(404, 'NOT_FOUND', 'models/x is not found'), 'model-unavailable'],
    [500, google(500, 'INTERNAL'), 'overloaded'],
    [503, google(503, 'UNAVAILABLE'), 'overloaded'],
    [200, google(503, 'UNAVAILABLE'), 'overloaded'],
  ])('when %i comes with %j, it is %s', (status, body, outcome) => {
    expect(gemini.outcome(givenAnswer(status, body)).class).toBe(outcome)
  })
})

describe('what Groq says', () => {
  const limit = (window: string, wait: string) =>
    openaiError({
      code: 'rate_limit_exceeded',
      type: 'tokens',
      message: `Rate limit reached for model x on ${window}: Limit 100, Used 99, Requested 9. Please try again in ${wait}. Need more?`,
    })

  it.each([
    ['tokens per minute (TPM)', '7.66s', 'rate-short', 7.66],
    ['requests per minute (RPM)', '2s', 'rate-short', 2],
    ['tokens per day (TPD)', '11m0.528s', 'quota-window', 660.528],
    ['requests per day (RPD)', '6m 11.52s', 'quota-window', 371.52],
  ])('when %s are used up, the words tell window and end', (window, wait, outcome, seconds) => {
    expect(groq.outcome(givenAnswer(429, limit(window, wait)))).toMatchObject({
      class: outcome,
      scope: 'model',
      until: inSeconds(seconds),
    })
  })

  it.each([
    [413, limit('tokens per minute (TPM)', '1s'), 'request-declined'],
    [498, openaiError({}), 'overloaded'],
    [401, openaiError({ code: 'invalid_api_key' }), 'auth-dead'],
    [404, openaiError({ code: 'model_not_found' }), 'model-unavailable'],
  ])('when %i comes with %j, it is %s', (status, body, outcome) => {
    expect(groq.outcome(givenAnswer(status, body)).class).toBe(outcome)
  })
})

describe('what Fireworks and Mistral say', () => {
  it.each([
    [fireworks, 412, openaiError({ message: 'Account suspended' }), 'quota-hard'],
    [fireworks, 429, openaiError({}), 'rate-short'],
    [fireworks, 503, openaiError({}), 'overloaded'],
    [mistral, 401, { detail: 'Unauthorized' }, 'auth-dead'],
    [mistral, 422, { detail: [{ msg: 'Field required' }] }, 'bad-request'],
    [mistral, 429, { message: 'Requests rate limit exceeded' }, 'rate-short'],
    [mistral, 429, { message: 'Rate limit exceeded', type: 'rate_limited', code: '1300' }, 'rate-short'],
    [mistral, 200, { message: 'Rate limit exceeded', type: 'rate_limited', code: '1300' }, 'rate-short'],
    [mistral, 429, { message: 'Service tier capacity exceeded for this model.' }, 'rate-short'],
    [mistral, 402, { message: 'Payment required' }, 'quota-hard'],
  ])('when $id answers %i with %j, it is %s', (provider, status, body, outcome) => {
    expect(provider.outcome(givenAnswer(status, body)).class).toBe(outcome)
  })
})
