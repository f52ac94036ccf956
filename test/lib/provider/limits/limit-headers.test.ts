import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { builtinProviders } from '../../../../src/lib/provider/builtin/index.ts'
import { defineProvider } from '../../../../src/lib/provider/define-provider.ts'
import type { Provider } from '../../../../src/lib/provider/provider.ts'
import { metrics, parseWindow } from '../../../../src/lib/quota/limit.ts'
import { anthropicError, at, inSeconds, NOW, openaiError } from '../given-answer.ts'

const acme = defineProvider({ id: 'acme', baseUrl: 'https://api.acme.example/v1' })
const named = (id: string): Provider => {
  const found = builtinProviders.find((provider) => provider.id === id)
  if (found === undefined) throw new Error(`there is no ${id}`)
  return found
}
const learned = (provider: Provider, headers: Record<string, string>, error?: unknown) =>
  provider.limitsFrom((name) => headers[name], NOW, error)

/** Headers that OpenAI sends, with a reset in any format. */
const openaiHeaders = (reset: string) => ({
  'x-ratelimit-limit-requests': '60',
  'x-ratelimit-remaining-requests': '59',
  'x-ratelimit-reset-requests': reset,
})

describe('limits in headers', () => {
  it.each([
    ['a Go duration', '6m0s', inSeconds(360)],
    ['milliseconds', '120ms', NOW + 120],
    ['days and hours', '1d2h', inSeconds(93_600)],
    ['RFC 3339', '2026-11-25T10:01:00Z', inSeconds(60)],
    ['epoch seconds', String(NOW / 1000 + 60), inSeconds(60)],
    ['epoch milliseconds', String(NOW + 90_000), inSeconds(90)],
    ['seconds', '30', inSeconds(30)],
    ['words', 'soon', null],
    ['the past', '2026-11-01T00:00:00Z', null],
  ])('when a reset is written as %s, it is read', (_, reset, resetsAt) => {
    expect(learned(named('openai'), openaiHeaders(reset))).toEqual([
      {
        metric: 'requests',
        window: 'observed',
        max: 60,
        remaining: 59,
        resetsAt,
        refillsGradually: true,
        scope: 'model',
        from: 'x-ratelimit-limit-requests',
      },
    ])
  })

  it('when a service says nothing, nothing is learned', () => {
    for (const provider of builtinProviders) expect(learned(provider, {})).toEqual([])
  })

  it.each([
    ['a negative limit', { 'x-ratelimit-limit-tokens': '-1', 'x-ratelimit-remaining-tokens': '0' }],
    ['a limit of 0', { 'x-ratelimit-limit-tokens': '0', 'x-ratelimit-remaining-tokens': '0' }],
    ['a repeated header', { 'x-ratelimit-limit-tokens': '5, 7' }],
    ['words', { 'x-ratelimit-limit-tokens': 'plenty', 'x-ratelimit-remaining-tokens': 'NaN' }],
  ])('when a compatible service sends %s, it is not believed', (_, headers) => {
    expect(learned(acme, headers)).toEqual([])
  })

  it.each([
    ['100;w=60', 100, 'minute'],
    ['100, 100;window=3600', 100, 'hour'],
    ['1000;w=86400', 1000, 'day@rolling'],
    ['5; w="10"', 5, '10s'],
    ['100', 100, 'observed'],
    ['100;w=99999999', 100, 'observed'],
  ])('when a limit is written %s, its window is known or not', (text, max, window) => {
    expect(learned(acme, { 'ratelimit-limit': text })).toMatchObject([
      { metric: 'requests', max, window, remaining: null, resetsAt: null },
    ])
  })

  it('Groq: requests of a day, and tokens that cannot be counted here', () => {
    const headers = {
      'x-ratelimit-limit-requests': '14400',
      'x-ratelimit-remaining-requests': '14370',
      'x-ratelimit-reset-requests': '2m59.56s',
      'x-ratelimit-limit-tokens': '18000',
      'x-ratelimit-remaining-tokens': '17997',
      'x-ratelimit-reset-tokens': '7.66s',
    }
    expect(learned(named('groq'), headers)).toMatchObject([
      {
        metric: 'requests',
        window: 'day@refill',
        max: 14_400,
        remaining: 14_370,
        resetsAt: inSeconds(179.56),
      },
      { metric: 'tokens', window: 'observed', max: 18_000, remaining: 17_997, resetsAt: inSeconds(7.66) },
    ])
  })

  it.each([
    ['openai', '10000', '9999', '6ms', 'minute@refill'],
    ['openai', '10000', '9999', '8.64s', 'day@refill'],
    ['openai', '200', '0', '24h0m0s', 'day@refill'],
    ['openai', '3', '1', '40s', 'minute@refill'],
    ['openai', '60', '59', '60s', 'observed'], // a window that passes, not a bucket
    ['openai', '10000', '10000', '0s', 'observed'],
    ['groq', '3', '0', '2s', '2s@refill'],
    ['groq', '1000', '999', '1m26.4s', 'day@refill'],
    ['groq', '1000', '1000', '0s', 'day@refill'],
    ['groq', '1000', '1', '35d', 'day@refill'],
  ])('%s: of %s requests %s are left and all are back in %s: %s', (id, limit, remaining, reset, window) => {
    const headers = {
      'x-ratelimit-limit-requests': limit,
      'x-ratelimit-remaining-requests': remaining,
      'x-ratelimit-reset-requests': reset,
    }
    expect(learned(named(id), headers)).toMatchObject([
      { metric: 'requests', max: Number(limit), remaining: Number(remaining), window },
    ])
  })

  it('Anthropic: requests and output of a minute; input, of which cached tokens do not count, is only observed', () => {
    const reset = { reset: '2026-11-25T10:00:30Z' }
    const headers = Object.fromEntries(
      ['requests', 'output-tokens', 'input-tokens', 'tokens'].flatMap((unit) =>
        Object.entries({ limit: '50', remaining: '0', ...reset }).map(([what, value]) => [
          `anthropic-ratelimit-${unit}-${what}`,
          value,
        ]),
      ),
    )
    const rest = { max: 50, remaining: 0, resetsAt: inSeconds(30), scope: 'model' }
    expect(learned(named('anthropic'), headers)).toMatchObject([
      { metric: 'requests', window: 'minute', ...rest },
      { metric: 'output-tokens', window: 'minute', ...rest },
      { metric: 'input-tokens', window: 'observed', ...rest },
      { metric: 'tokens', window: 'observed', ...rest },
    ])
  })

  it('Anthropic: a blocked window of a plan is nothing left of something without a measure; a warning is nothing', () => {
    const plan = (status: string) => ({
      'anthropic-ratelimit-unified-status': status,
      'anthropic-ratelimit-unified-7d-status': status,
      'anthropic-ratelimit-unified-7d-reset': String(NOW / 1000 + 7200),
    })
    expect(learned(named('anthropic'), plan('rejected'))).toEqual([
      {
        metric: null,
        window: 'observed',
        max: null,
        remaining: 0,
        resetsAt: inSeconds(7200),
        scope: 'account',
        from: 'anthropic-ratelimit-unified-7d-status',
      },
    ])
    expect(learned(named('anthropic'), plan('allowed_warning'))).toEqual([])
  })

  it('Mistral: requests and tokens of a minute, and a month that only it can tell', () => {
    const headers = {
      'x-ratelimit-limit-req-minute': '720',
      'x-ratelimit-remaining-req-minute': '717',
      'x-ratelimit-limit-tokens-minute': '5000000',
      'x-ratelimit-remaining-tokens-minute': '4999911',
      'x-ratelimit-limit-tokens-month': '1000000000',
    }
    expect(learned(named('mistral'), headers)).toMatchObject([
      { metric: 'requests', window: 'minute', max: 720, remaining: 717, resetsAt: null },
      { metric: 'tokens', window: 'minute', max: 5_000_000, remaining: 4_999_911, resetsAt: null },
      { metric: 'tokens', window: 'observed', max: 1_000_000_000, remaining: null },
    ])
  })

  it('Fireworks: requests of a minute; soft limits on tokens are only observed', () => {
    const headers = {
      'x-ratelimit-limit-requests': '600',
      'x-ratelimit-remaining-requests': '599',
      'x-ratelimit-limit-tokens-prompt': '60000',
      'x-ratelimit-remaining-tokens-prompt': '59999',
      'x-ratelimit-over-limit': 'yes',
    }
    expect(learned(named('fireworks'), headers)).toMatchObject([
      { metric: 'requests', window: 'minute', max: 600 },
      { metric: 'input-tokens', window: 'observed', max: 60_000 },
    ])
  })
})

describe('limits in errors', () => {
  const limitText = (what: string, numbers: string) =>
    openaiError({
      message: `Rate limit reached for m in organization org-1 on ${what}: Limit ${numbers}. Please try again in 20s.`,
    })

  it.each([
    ['openai', 'requests per min (RPM)', '3, Used 3, Requested 1', 'requests', 'minute', 3, 0],
    ['openai', 'requests per day (RPD)', '200, Used 190, Requested 1', 'requests', 'day@rolling', 200, 10],
    [
      'openai',
      'tokens per min (TPM)',
      '30,000, Used 29,000, Requested 2,000',
      'tokens',
      'minute',
      30_000,
      1000,
    ],
    ['groq', 'requests per minute (RPM)', '30, Used 30, Requested 1', 'requests', 'minute', 30, 0],
    ['groq', 'tokens per day (TPD)', '100000, Used 99994, Requested 40', 'tokens', 'observed', 100_000, 6],
  ])(
    'when %s names %s, its words tell limit and window',
    (id, what, numbers, metric, window, max, remaining) => {
      expect(learned(named(id), {}, limitText(what, numbers))).toEqual([
        { metric, window, max, remaining, resetsAt: inSeconds(20), scope: 'model', from: 'an error message' },
      ])
    },
  )

  it.each([
    ['requests per min (RPM): Limit 500, Used 500, Requested 1. Please try again in 1s.', 'observed'],
    ['requests per day (RPD): Limit 200, Used 200, Requested 1. Please try again in 7m12s.', 'observed'],
    ['tokens per min (TPM): Limit 30000, Used 29990, Requested 900. Please try again in 1.78s.', 'observed'],
    ['requests per min (RPM): Limit 3, Used 3, Requested 1. Please try again in 20s.', 'minute'],
  ])('when it says %j, a bucket that refills is no window that must pass', (words, window) => {
    const [limit] = learned(named('openai'), {}, openaiError({ message: `Rate limit reached on ${words}` }))
    expect(limit?.window).toBe(window)
  })

  it.each([
    ['input tokens', '30,000', 'input-tokens', 'observed', 30_000],
    ['output tokens', '8,000', 'output-tokens', 'minute', 8000],
    ['requests', '50', 'requests', 'minute', 50],
  ])('when Anthropic names %s per minute, its words tell the limit', (what, max, metric, window, limit) => {
    const message = `This request would exceed the rate limit for your organization of ${max} ${what} per minute.`
    expect(learned(named('anthropic'), {}, anthropicError('rate_limit_error', message))).toMatchObject([
      { metric, window, max: limit, remaining: null, resetsAt: null },
    ])
  })

  it('when Gemini lists what is exhausted, its details tell size and clock', () => {
    const violations = [
      { quotaId: 'GenerateRequestsPerDayPerProjectPerModel-FreeTier', quotaValue: '50' },
      { quotaId: 'GenerateRequestsPerMinutePerProjectPerModel-FreeTier', quotaValue: '10' },
      { quotaId: 'GenerateContentInputTokensPerModelPerMinute-FreeTier' },
    ]
    const details = [{ violations }, { retryDelay: '38.2s' }]
    const body = [{ error: { code: 429, status: 'RESOURCE_EXHAUSTED', message: 'x', details } }]
    const midnight = at('2026-11-26T08:00:00Z')
    const shared = { remaining: 0, scope: 'model' }
    expect(learned(named('gemini'), {}, body)).toMatchObject([
      { metric: 'requests', window: 'day@America/Los_Angeles', max: 50, resetsAt: midnight, ...shared },
      { metric: 'requests', window: 'minute', max: 10, resetsAt: inSeconds(38.2), ...shared },
      { metric: 'input-tokens', window: 'minute', max: null, resetsAt: inSeconds(38.2), ...shared },
    ])
  })

  it.each([
    ['free-models-per-day', 'day'],
    ['free-models-per-min', 'minute'],
    ['free-models-per-fortnight', 'observed'],
  ])('when OpenRouter says %s, the copied headers tell the rest', (what, window) => {
    const headers = {
      'X-RateLimit-Limit': '50',
      'X-RateLimit-Remaining': '0',
      'X-RateLimit-Reset': String(NOW + 90_000),
    }
    const error = { code: 429, message: `Rate limit exceeded: ${what}`, metadata: { headers } }
    expect(learned(named('openrouter'), {}, { error })).toMatchObject([
      { metric: 'requests', window, max: 50, remaining: 0, resetsAt: inSeconds(90), scope: 'model' },
    ])
  })

  it.each([
    null,
    'text',
    [],
    {},
    { error: 'x' },
    { error: { message: 7, details: [{ violations: 'x' }, null] } },
  ])('when an error is %j, nothing is learned', (error) => {
    for (const provider of builtinProviders) expect(learned(provider, {}, error)).toEqual([])
  })
})

describe('laws of learned limits', () => {
  const readable = fc.constantFrom(
    '6m0s',
    '120ms',
    '1d2h',
    '2026-11-25T12:00:00Z',
    String(NOW),
    '0',
    '-1',
    '7.5',
    '100;w=60',
  )
  const value = fc.oneof(readable, fc.string(), fc.double().map(String), fc.bigInt().map(String))
  const anyHeader = (): fc.Arbitrary<Record<string, string>> => {
    const extra = ['reset-requests', 'reset-tokens', 'reset', 'reset-req-minute'].map(
      (end) => `x-ratelimit-${end}`,
    )
    const names = builtinProviders.flatMap(({ limitHeaders }) => limitHeaders)
    return fc.dictionary(fc.constantFrom(...names, ...extra, 'anthropic-ratelimit-requests-reset'), value)
  }
  const words = fc.oneof(
    fc.string(),
    fc
      .tuple(value, value)
      .map(([a, b]) => `on requests per min (RPM): Limit ${a}, Used ${b}. Please try again in ${a}`),
    fc.tuple(value, value).map(([a, b]) => `rate limit of ${a} output tokens per ${b}`),
  )
  const anyError = fc.oneof(
    fc.constant(undefined),
    words.map((message) => openaiError({ message })),
    fc.record({ error: fc.record({ message: words, details: fc.jsonValue(), metadata: fc.jsonValue() }) }),
    fc.jsonValue(),
  )

  it('whatever comes in, nothing throws, and every number is one that can be used', () => {
    fc.assert(
      fc.property(anyHeader(), anyError, (headers, error) => {
        for (const provider of [...builtinProviders, acme]) {
          for (const limit of learned(provider, headers, error)) {
            for (const count of [limit.max, limit.remaining]) {
              if (count !== null) expect(Number.isSafeInteger(count) && count >= 0).toBe(true)
            }
            if (limit.resetsAt !== null) expect(limit.resetsAt).toBeGreaterThan(NOW)
            if (limit.window !== 'observed') expect(() => parseWindow(limit.window)).not.toThrow()
            if (limit.metric !== null) expect(metrics).toContain(limit.metric)
            expect(limit.from).not.toBe('')
          }
        }
      }),
      { numRuns: 400 },
    )
  })
})

it('a limit that only its rest tells of names the header of the rest as its source', () => {
  const [rest] = learned(named('openai'), { 'x-ratelimit-remaining-requests': '59' })
  expect(rest).toMatchObject({ max: null, remaining: 59, from: 'x-ratelimit-remaining-requests' })
  const [whole] = learned(named('openai'), openaiHeaders('1s'))
  expect(whole).toMatchObject({ max: 60, from: 'x-ratelimit-limit-requests' })
})
