import { describe, expect, it } from 'vitest'
import { anthropic } from '../../../../src/lib/provider/builtin/makers/anthropic.ts'
import { anthropicError, at, givenAnswer, inSeconds } from '../given-answer.ts'

describe('what Anthropic says', () => {
  it.each([
    [400, anthropicError('invalid_request_error', 'max_tokens is required'), 'bad-request'],
    [401, anthropicError('authentication_error', 'invalid x-api-key'), 'auth-dead'],
    [402, anthropicError('billing_error'), 'quota-hard'],
    [403, anthropicError('permission_error'), 'model-unavailable'],
    [404, anthropicError('not_found_error', 'model: claude-nope'), 'model-unavailable'],
    [404, anthropicError('not_found_error', 'Not found'), 'route-missing'],
    [413, anthropicError('request_too_large'), 'bad-request'],
    [429, anthropicError('rate_limit_error'), 'rate-short'],
    [500, anthropicError('api_error'), 'overloaded'],
    [504, anthropicError('timeout_error'), 'overloaded'],
    [529, anthropicError('overloaded_error'), 'overloaded'],
    [200, anthropicError('overloaded_error'), 'overloaded'],
    [200, anthropicError('rate_limit_error'), 'rate-short'],
    [
      400,
      anthropicError('invalid_request_error', 'Your credit balance is too low to use the API'),
      'quota-hard',
    ],
    [400, anthropicError('invalid_request_error', 'The workspace spend limit is reached'), 'quota-hard'],
    [400, anthropicError('invalid_request_error', 'Turn on extra usage to go on'), 'quota-hard'],
    [
      400,
      anthropicError('invalid_request_error', 'You have reached your specified API usage limits.'),
      'quota-hard',
    ],
  ])('when %i comes with %j, it is %s', (status, body, outcome) => {
    expect(anthropic.outcome(givenAnswer(status, body)).class).toBe(outcome)
  })

  it('when a rate limit is a spend limit in truth, it lasts until the month ends', () => {
    const body = anthropicError('rate_limit_error', 'limit', {
      details: { error_code: 'enforced_spend_limit_reached' },
    })
    expect(anthropic.outcome(givenAnswer(429, body))).toMatchObject({
      class: 'quota-window',
      scope: 'account',
      until: at('2026-12-01T00:00:00Z'),
    })
  })

  it.each(['API', 'workspace API'])(
    'when the %s usage limits are reached, the words say until when',
    (whose) => {
      const message = `You have reached your specified ${whose} usage limits. You will regain access on 2026-12-01 at 00:00 UTC.`
      expect(
        anthropic.outcome(givenAnswer(400, anthropicError('invalid_request_error', message))),
      ).toMatchObject({
        class: 'quota-window',
        scope: 'account',
        until: at('2026-12-01T00:00:00Z'),
      })
    },
  )

  it.each([
    ['retry-after, even days', { 'retry-after': '124633' }, inSeconds(124_633)],
    [
      'the reset of what is used up',
      {
        'anthropic-ratelimit-requests-remaining': '12',
        'anthropic-ratelimit-requests-reset': '2026-11-25T10:09:00Z',
        'anthropic-ratelimit-input-tokens-remaining': '0',
        'anthropic-ratelimit-input-tokens-reset': '2026-11-25T10:01:00Z',
      },
      inSeconds(60),
    ],
    ['nothing', {}, null],
  ])('when a rate limit ends by %s, says when', (_, headers, until) => {
    expect(anthropic.outcome(givenAnswer(429, anthropicError('rate_limit_error'), headers)).until).toBe(until)
  })

  const plan = (more: Record<string, string> = {}) => ({
    'anthropic-ratelimit-unified-status': 'rejected',
    'anthropic-ratelimit-unified-reset': String(inSeconds(7200) / 1000),
    ...more,
  })

  it('when a window of a plan is used up, its own header says until when', () => {
    expect(anthropic.outcome(givenAnswer(429, anthropicError('rate_limit_error'), plan()))).toMatchObject({
      class: 'quota-window',
      scope: 'account',
      until: inSeconds(7200),
    })
  })

  it('when credit beyond the plan is missing, one model is out', () => {
    const headers = plan({ 'anthropic-ratelimit-unified-overage-disabled-reason': 'out_of_credits' })
    expect(anthropic.outcome(givenAnswer(429, anthropicError('rate_limit_error'), headers))).toMatchObject({
      class: 'quota-window',
      scope: 'model',
    })
  })

  it('when a plan only warns, a rate limit is one', () => {
    const headers = plan({ 'anthropic-ratelimit-unified-status': 'allowed_warning' })
    expect(anthropic.outcome(givenAnswer(429, anthropicError('rate_limit_error'), headers)).class).toBe(
      'rate-short',
    )
  })

  it('when it is overloaded, a reset beside it is not believed', () => {
    const answer = givenAnswer(529, anthropicError('overloaded_error'), { 'retry-after': '7200' })
    expect(anthropic.outcome(answer).until).toBeNull()
  })

  it('sends the key in its own header, and a version only with its own check', () => {
    expect(anthropic.authHeaders('sk-ant-1', 'anthropic')).toEqual({ 'x-api-key': 'sk-ant-1' })
    expect(anthropic.check?.headers).toEqual({ 'anthropic-version': '2023-06-01' })
  })
})
