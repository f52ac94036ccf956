import { describe, expect, it } from 'vitest'
import { openai } from '../../../../src/lib/provider/builtin/makers/openai.ts'
import { givenAnswer, inSeconds, NOW, openaiError } from '../given-answer.ts'

describe('what OpenAI says', () => {
  it.each([
    'insufficient_quota',
    'credit_balance_exhausted',
    'organization_usage_limit_exceeded',
    'organization_spend_limit_exceeded',
    'project_spend_limit_exceeded',
    'billing_hard_limit_reached',
  ])('when a 429 has the code %s, money is the matter', (code) => {
    const body = openaiError({ code, type: 'insufficient_quota' })
    expect(openai.outcome(givenAnswer(429, body))).toMatchObject({
      class: 'quota-hard',
      scope: 'account',
      until: null,
    })
  })

  it.each([
    [429, openaiError({ code: 'rate_limit_exceeded', type: 'requests' }), 'rate-short'],
    [429, openaiError({ code: 'rate_limit_exceeded', type: 'tokens' }), 'rate-short'],
    [429, openaiError({ code: 'slow_down' }), 'rate-short'],
    [429, openaiError({ type: 'insufficient_quota' }), 'quota-hard'],
    [503, openaiError({ code: 'server_is_overloaded' }), 'overloaded'],
    [200, openaiError({ code: 'server_is_overloaded' }), 'overloaded'],
    [200, openaiError({ code: 'rate_limit_exceeded' }), 'rate-short'],
    [401, openaiError({ code: 'invalid_api_key' }), 'auth-dead'],
    [401, openaiError({ code: 'refresh_token_reused' }), 'auth-dead'],
    [400, openaiError({ code: 'refresh_token_expired' }), 'auth-dead'],
    [400, openaiError({ code: 'refresh_token_invalidated' }), 'auth-dead'],
    [403, openaiError({ code: 'unsupported_country_region_territory' }), 'auth-dead'],
    [404, openaiError({ code: 'model_not_found' }), 'model-unavailable'],
    [400, openaiError({ code: 'context_length_exceeded' }), 'bad-request'],
  ])('when %i comes with %j, it is %s', (status, body, outcome) => {
    expect(openai.outcome(givenAnswer(status, body)).class).toBe(outcome)
  })

  it.each([
    [
      'its own words',
      openaiError({ code: 'rate_limit_exceeded', message: 'Please try again in 6m0s.' }),
      {},
      360,
    ],
    ['retry-after', openaiError({ code: 'slow_down' }), { 'retry-after': '12' }, 12],
    [
      'the reset of the window that is used up',
      openaiError({ code: 'rate_limit_exceeded' }),
      {
        'x-ratelimit-remaining-requests': '0',
        'x-ratelimit-reset-requests': '1m2.5s',
        'x-ratelimit-remaining-tokens': '5000',
        'x-ratelimit-reset-tokens': '6m0s',
      },
      62.5,
    ],
  ])('when a rate limit ends by %s, says when', (_, body, headers, seconds) => {
    expect(openai.outcome(givenAnswer(429, body, headers)).until).toBe(inSeconds(seconds))
  })

  it('when a compatible service sends resets that mean nothing, says no time', () => {
    const headers = { 'x-ratelimit-remaining-requests': '0', 'x-ratelimit-reset-requests': '-1' }
    expect(openai.outcome(givenAnswer(429, openaiError({}), headers)).until).toBeNull()
  })

  it.each([
    [{ resets_at: NOW / 1000 + 7200, resets_in_seconds: 1 }, 7200],
    [{ resets_in_seconds: 7200 }, 7200],
  ])('when a plan’s window is used up with %j, says when it opens', (reset, seconds) => {
    const byType = openaiError({ type: 'usage_limit_reached', ...reset })
    const byCode = openaiError({ code: 'usage_limit_reached', ...reset })
    const expected = { class: 'quota-window', until: inSeconds(seconds) }
    expect(openai.outcome(givenAnswer(429, byType))).toMatchObject(expected)
    expect(openai.outcome(givenAnswer(429, byCode))).toMatchObject(expected)
  })
})
