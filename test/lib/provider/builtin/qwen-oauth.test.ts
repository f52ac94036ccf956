import { describe, expect, it } from 'vitest'
import { qwenOauth } from '../../../../src/lib/provider/builtin/makers/qwen-oauth.ts'
import { givenAnswer } from '../given-answer.ts'

const error = (code: string, message: string) => ({ error: { code, message, type: code, param: null } })

describe('what the former free tier of Qwen says', () => {
  it.each([
    [401, error('invalid_api_key', 'invalid access token or token expired'), 'auth-refresh'],
    [403, error('forbidden', 'invalid access token or token expired'), 'auth-refresh'],
    [429, error('insufficient_quota', 'Free allocated quota exceeded.'), 'quota-window'],
    [403, error('insufficient_quota', 'Free allocated quota exceeded.'), 'quota-window'],
    [429, error('insufficient_quota', 'You exceeded your current quota'), 'quota-window'],
    [429, { errorType: 'THROTTLING.userQPSLimit', rid: 'r', message: null, status: 429 }, 'rate-short'],
    [503, error('ModelServingError', 'Too many requests'), 'overloaded'],
    [400, error('invalid_parameter_error', 'bad request'), 'bad-request'],
  ])('when %i comes with %j, it is %s', (status, body, outcome) => {
    expect(qwenOauth.outcome(givenAnswer(status, body)).class).toBe(outcome)
  })

  it('when the quota of the day is used up, no time is invented', () => {
    const answer = givenAnswer(429, error('insufficient_quota', 'Free allocated quota exceeded.'))
    expect(qwenOauth.outcome(answer)).toMatchObject({ scope: 'account', until: null })
  })
})
