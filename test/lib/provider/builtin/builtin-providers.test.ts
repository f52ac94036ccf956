import { describe, expect, it } from 'vitest'
import { builtinProviders } from '../../../../src/lib/provider/builtin/index.ts'
import { custom } from '../../../../src/lib/provider/builtin/custom.ts'
import { sandbox } from '../../../../src/lib/provider/builtin/sandbox.ts'
import { outcomeClasses } from '../../../../src/lib/quota/log/events.ts'
import { parseLimit } from '../../../../src/lib/quota/limit.ts'
import { givenAnswer, NOW } from '../given-answer.ts'

describe.each(builtinProviders.map((provider) => [provider.id, provider] as const))('%s', (_, provider) => {
  it('answers below the bases of each of its endpoints', () => {
    for (const endpoint of [...provider.endpoints]) {
      const { openai, anthropic, gemini = null } = endpoint
      const bases = provider.bases(openai ?? anthropic)
      expect({ gemini: null, ...bases }).toEqual({ openai, anthropic, gemini })
    }
  })

  it('has limits that can be counted', () => {
    const limits = [
      provider.defaultLimits,
      ...provider.endpoints.map((endpoint) => endpoint.limits ?? []),
    ].flat()
    for (const limit of limits) expect(parseLimit(limit).max).toBeGreaterThan(0)
  })

  it('when it refuses the credential, no request was used up; any other answer used one', () => {
    const free = outcomeClasses.filter((outcome) => !provider.counts(outcome))
    expect(free).toEqual(['auth-refresh', 'auth-dead', 'route-missing', 'unreachable'])
  })

  it.each([301, 400, 401, 402, 403, 404, 408, 413, 418, 429, 500, 503, 529])(
    'when it answers %i with nothing, there is a verdict and no invented end',
    (status) => {
      const outcome = provider.outcome(givenAnswer(status, ''))
      expect(outcome.class).not.toBe('ok')
      expect(outcome).toMatchObject({ until: null, code: null, message: `HTTP ${status}` })
    },
  )

  it('serves the models it lists', () => {
    for (const model of provider.models) expect(provider.serves(model)).toBe(true)
  })

  it('when it names an end, it is read against the answer’s own time', () => {
    const answer = givenAnswer(429, '', { 'retry-after': '60' })
    const outcome = provider.outcome({ ...answer, now: NOW + 5 })
    expect(outcome.until).toBe(NOW + 60_005)
  })
})

describe('the two that need no service', () => {
  it('sandbox is simulated, needs no credential and cannot be resolved', () => {
    expect(sandbox).toMatchObject({
      simulated: true,
      needsCredential: false,
      check: null,
      defaultLimits: ['50/day'],
    })
    expect(sandbox.bases(null)).toEqual({
      openai: 'http://sandbox.invalid/v1',
      anthropic: 'http://sandbox.invalid/v1',
    })
    expect(builtinProviders.filter((provider) => provider.simulated)).toEqual([sandbox])
  })

  it('custom needs a base URL and knows nothing of its models', () => {
    expect(custom).toMatchObject({ needsBaseUrl: true, defaultLimits: [] })
    expect(custom.serves('gpt-4o')).toBeNull()
  })
})
