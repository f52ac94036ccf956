import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { classify } from '../../../../src/lib/provider/failures/outcome-table.ts'
import { outcomeClasses } from '../../../../src/lib/quota/log/events.ts'
import { anthropicError, givenAnswer, inSeconds, nativeError, NOW, openaiError } from '../given-answer.ts'

describe('what a failed answer says', () => {
  it.each([
    ['an OpenAI error', openaiError({ code: 'c1', message: 'm1' }), 'c1', 'm1'],
    ['an OpenAI error without a code', openaiError({ type: 't1', message: 'm1' }), 't1', 'm1'],
    ['an Anthropic error', anthropicError('overloaded_error', 'busy'), 'overloaded_error', 'busy'],
    ['a native DashScope error', nativeError('Throttling', 'slower'), 'Throttling', 'slower'],
    [
      'an error by type and rid',
      { errorType: 'THROTTLING.userQPSLimit', rid: 'r', message: null, status: 429 },
      'THROTTLING.userQPSLimit',
      'HTTP 400',
    ],
    ['a numeric code', { error: { code: 402, message: 'no credit' } }, '402', 'no credit'],
    [
      'a list of one error',
      [{ error: { code: 429, message: 'slow', status: 'RESOURCE_EXHAUSTED' } }],
      'RESOURCE_EXHAUSTED',
      'slow',
    ],
    ['an OAuth error', { error: 'invalid_grant', error_description: 'used' }, 'invalid_grant', 'used'],
    ['an error that is a text', { error: 'model "x" not found' }, null, 'model "x" not found'],
    ['an error of a choice', { choices: [{ error: { code: 502, message: 'cut' } }] }, '502', 'cut'],
    [
      'a failed response',
      { type: 'response.failed', response: { error: { code: 'server_error', message: 'no' } } },
      'server_error',
      'no',
    ],
    ['a detail', { detail: 'Unauthorized' }, null, 'Unauthorized'],
    [
      'details of a validation',
      { detail: [{ msg: 'too long' }, { msg: 'too old' }] },
      null,
      'too long; too old',
    ],
    [
      'a page',
      '<html><head><title>Access\n denied</title></head><body>x</body></html>',
      null,
      'Access denied',
    ],
    ['a page without a title', '<h1>Bad</h1> <p>gateway</p>', null, 'Bad gateway'],
    ['plain text', 'upstream  connect error\n', null, 'upstream connect error'],
    ['nothing', '', null, 'HTTP 400'],
    ['an empty error object', { error: {} }, null, 'HTTP 400'],
  ])('when it is %s, takes its code and words', (_, body, code, message) => {
    const outcome = classify(givenAnswer(400, body))
    expect([outcome.code, outcome.message]).toEqual([code, message])
  })

  it('when its words are long, cuts them to 300 characters', () => {
    expect(classify(givenAnswer(400, 'x'.repeat(5000))).message).toBe('x'.repeat(300))
  })
})

describe('what is quoted of an answer', () => {
  it('when the service repeats the key it refuses, does not repeat it again', () => {
    const key = 'sk-planted-0123456789abcdef'
    const outcome = classify(
      givenAnswer(401, openaiError({ message: `Incorrect API key provided: ${key}.` })),
    )
    expect(outcome.message).toMatch(/^Incorrect API key provided: /)
    expect(outcome.message).not.toContain('0123456789')
  })
})

describe('the generic rows', () => {
  it.each([
    [401, openaiError({}), 'auth-dead', 'account'],
    [402, openaiError({}), 'quota-hard', 'account'],
    [403, 'Forbidden', 'model-unavailable', 'model'],
    [404, openaiError({ message: 'The model `x` does not exist' }), 'model-unavailable', 'model'],
    [404, openaiError({ code: 'model_not_found' }), 'model-unavailable', 'model'],
    [404, anthropicError('not_found_error', 'model: claude-x'), 'model-unavailable', 'model'],
    [404, '', 'route-missing', 'account'],
    [400, openaiError({ code: 'context_length_exceeded' }), 'bad-request', 'account'],
    [405, '', 'route-missing', 'account'],
    [408, '', 'timeout', 'model'],
    [413, openaiError({ code: 'rate_limit_exceeded' }), 'request-declined', 'account'],
    [422, { detail: [{ msg: 'x' }] }, 'bad-request', 'account'],
    [429, openaiError({ code: 'insufficient_quota' }), 'quota-hard', 'account'],
    [500, '', 'overloaded', 'model'],
    [501, '', 'route-missing', 'account'],
    [502, '<html>Bad Gateway</html>', 'overloaded', 'model'],
    [503, openaiError({}), 'overloaded', 'model'],
    [529, anthropicError('overloaded_error'), 'overloaded', 'model'],
    [302, '', 'unreachable', 'model'],
  ])('when the status is %i with %j, says %s about the %s', (status, body, outcome, scope) => {
    expect(classify(givenAnswer(status, body))).toMatchObject({ class: outcome, scope })
  })

  it.each([
    [openaiError({ code: 'rate_limit_exceeded' }), 'rate-short'],
    [anthropicError('rate_limit_error'), 'rate-short'],
    [anthropicError('overloaded_error'), 'overloaded'],
    [anthropicError('api_error'), 'overloaded'],
    [anthropicError('timeout_error'), 'overloaded'],
    [anthropicError('authentication_error'), 'auth-dead'],
    [anthropicError('billing_error'), 'quota-hard'],
    [anthropicError('permission_error'), 'model-unavailable'],
    [anthropicError('request_too_large'), 'bad-request'],
    [anthropicError('invalid_request_error'), 'bad-request'],
    [{ error: { code: 429, message: 'slow' } }, 'rate-short'],
    [{ error: { code: 502, message: 'upstream' } }, 'overloaded'],
    [{ errorType: 'X', rid: 'r', message: null, status: 429 }, 'rate-short'],
    [{ error: { message: 'who knows' } }, 'overloaded'],
  ])('when a 200 carries the error %j, goes by what it says: %s', (body, outcome) => {
    expect(classify(givenAnswer(200, body)).class).toBe(outcome)
  })

  it.each([
    ['retry-after in seconds', { 'retry-after': '30' }, '', inSeconds(30)],
    [
      'retry-after-ms before retry-after',
      { 'retry-after-ms': '1500', 'retry-after': '9' },
      '',
      inSeconds(1.5),
    ],
    ['the words', {}, 'Please try again in 6m0s.', inSeconds(360)],
    ['the header before the words', { 'retry-after': '30' }, 'try again in 6m0s', inSeconds(30)],
    ['nothing', {}, 'slow down', null],
  ])('when a rate limit names its end by %s, takes it', (_, headers, message, until) => {
    expect(classify(givenAnswer(429, openaiError({ message }), headers)).until).toBe(until)
  })

  it('when the class does not end automatically, names no end whatever the headers say', () => {
    expect(classify(givenAnswer(401, '', { 'retry-after': '30' })).until).toBeNull()
  })
})

describe('a provider’s rows', () => {
  it('when several rows match, takes the first of them', () => {
    const rows = [
      { status: [420, 429], code: ['A', 'b'], class: 'quota-hard' },
      { status: 429, class: 'quota-window' },
    ] as const
    expect(classify(givenAnswer(429, openaiError({ code: 'B' })), rows).class).toBe('quota-hard')
    expect(classify(givenAnswer(429, openaiError({ code: 'c' })), rows).class).toBe('quota-window')
    expect(classify(givenAnswer(500, openaiError({ code: 'B' })), rows).class).toBe('overloaded')
  })

  it.each([NOW - 1, NOW, NOW + 36 * 86_400_000, Number.NaN])(
    'when a row’s end is %d, which cannot be, names no end',
    (until) => {
      const outcome = classify(givenAnswer(429, ''), [{ class: 'rate-short', until: () => until }])
      expect(outcome.until).toBeNull()
    },
  )

  it('whatever the answer, gives a verdict with an end in the future or none', () => {
    fc.assert(
      fc.property(fc.integer({ min: 200, max: 599 }), fc.jsonValue(), fc.string(), (status, body, text) => {
        const outcome = classify({ status, header: () => text, body, text, now: NOW })
        expect(outcomeClasses).toContain(outcome.class)
        expect(outcome.class).not.toBe('ok')
        expect(outcome.message.length).toBeLessThanOrEqual(300)
        if (outcome.until !== null) expect(outcome.until).toBeGreaterThan(NOW)
      }),
    )
  })
})

describe('what is kept of a hostile error', () => {
  const key = 'sk-abcdefgh01234567WXYZ'
  const hostile = `${key} \u001b[2J\u009b31m\u202e ${'?key'.repeat(2000)}`

  it.each([
    ['its code', openaiError({ code: hostile, message: 'no' })],
    ['its type', openaiError({ type: hostile, message: 'no' })],
    ['its message', openaiError({ message: hostile })],
    ['a native code', nativeError(hostile, hostile)],
    ['an Anthropic type', anthropicError(hostile, hostile)],
    ['a code without a message', { error: { code: hostile } }],
    ['a status', { error: { code: 429, status: hostile } }],
    ['a text', hostile],
    ['a flat error', { errorType: hostile, status: 429 }],
    ['an OAuth error', { error: hostile, error_description: hostile }],
    ['details', { detail: [{ msg: hostile }, hostile] }],
  ])('%s is masked, printable and short', (_, body) => {
    const { code, message } = classify(givenAnswer(429, body))
    const kept = `${code ?? ''}${message}`
    expect(kept).not.toContain('abcdefgh')
    // eslint-disable-next-line no-control-regex -- they are what must not be there
    expect(kept).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202e]/)
    expect(code?.length ?? 0).toBeLessThanOrEqual(100)
    expect(message.length).toBeLessThanOrEqual(300)
  })
})
