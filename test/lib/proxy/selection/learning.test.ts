import { describe, expect, test } from 'vitest'
import { chat, givenUpstream, json } from '../../../support/servers/fake-upstream.ts'
import type { Answer, FakeUpstream } from '../../../support/servers/fake-upstream.ts'
import { givenProxy, makeKey } from '../../../support/servers/proxy-harness.ts'
import type { TestProxy } from '../../../support/servers/proxy-harness.ts'

const WHOLE = { object: 'chat.completion', choices: [{ message: { role: 'assistant', content: 'hello' } }] }

/** An answer of Groq's that says how many requests of a day it allows, and how many are left. */
function saying(max: number, remaining: number): Answer {
  return json(200, WHOLE, {
    'x-ratelimit-limit-requests': String(max),
    'x-ratelimit-remaining-requests': String(remaining),
    'x-ratelimit-reset-requests': `${((max - remaining) * 86_400) / max}s`,
  })
}

function givenGroq(upstream: FakeUpstream, names: string[], home?: string): Promise<TestProxy> {
  const accounts = names.map((name) => ({ name, provider: 'groq' }))
  return givenProxy({ accounts, baseUrl: upstream.baseUrl, ...(home === undefined ? {} : { home }) })
}

/** The learned limits of an account, as `quota show` has them. */
async function readLearned(proxy: TestProxy, name: string) {
  const { limits } = (await proxy.quota())[name]!
  return limits.filter(({ source }) => source === 'learned')
}

describe('what answers say of limits', () => {
  test('is learned from heads, shown with its source, and gates the next requests', async () => {
    const upstream = await givenUpstream()
    upstream.nextFor(makeKey('a'), saying(3, 1), saying(3, 0))
    upstream.always(chat(), makeKey('b'))
    const proxy = await givenGroq(upstream, ['a', 'b'])
    await proxy.chat()
    expect(await readLearned(proxy, 'a')).toMatchObject([
      {
        metric: 'requests',
        window: 'day@refill',
        max: 3,
        used: 2,
        from: 'x-ratelimit-limit-requests',
        model: 'm1',
      },
    ])
    const served = []
    for (let count = 0; count < 3; count += 1) served.push((await proxy.chat()).headers['x-qwenctl-account'])
    expect(served).toEqual(['a', 'b', 'b'])
    expect(await readLearned(proxy, 'a')).toMatchObject([{ max: 3, used: 3, remaining: 0 }])
  })

  test('survives a restart, until it is forgotten', async () => {
    const upstream = await givenUpstream()
    upstream.next(saying(3, 1))
    const first = await givenGroq(upstream, ['a'])
    await first.chat()
    await readLearned(first, 'a')
    await first.running.stop(0)
    await first.toolkit.close()
    const second = await givenGroq(upstream, [], first.home)
    expect(await readLearned(second, 'a')).toMatchObject([{ max: 3, used: 2 }])
    await second.toolkit.quotas.forgetLearned(['a'])
    expect(await readLearned(second, 'a')).toEqual([])
  })

  test('is learned from the body of an error, and the next account answers', async () => {
    const upstream = await givenUpstream()
    const violation = { quotaId: 'GenerateRequestsPerDayPerProjectPerModel-FreeTier', quotaValue: '250' }
    const details = [{ '@type': 'type.googleapis.com/google.rpc.QuotaFailure', violations: [violation] }]
    const error = { code: 429, message: 'You exceeded your quota', status: 'RESOURCE_EXHAUSTED', details }
    upstream.nextFor(makeKey('a'), json(429, [{ error }]))
    upstream.nextFor(makeKey('b'), chat())
    const accounts = ['a', 'b'].map((name) => ({ name, provider: 'gemini' }))
    const proxy = await givenProxy({ accounts, baseUrl: upstream.baseUrl })
    expect((await proxy.chat()).headers['x-qwenctl-account']).toBe('b')
    expect(await readLearned(proxy, 'a')).toMatchObject([
      { metric: 'requests', window: 'day@America/Los_Angeles', max: 250, from: 'quotaValue of an error' },
    ])
  })

  test('is not learned from counting tokens, which services limit separately', async () => {
    const upstream = await givenUpstream()
    const limits = {
      'anthropic-ratelimit-requests-limit': '7',
      'anthropic-ratelimit-requests-remaining': '6',
      'anthropic-ratelimit-requests-reset': '2126-11-22T10:00:00Z',
    }
    upstream.next(json(200, { input_tokens: 5 }, limits))
    const proxy = await givenProxy({
      accounts: [{ name: 'a', provider: 'anthropic', baseUrl: upstream.origin }],
    })
    const reply = await proxy.post('/v1/messages/count_tokens', { model: 'claude-x', messages: [] })
    expect(reply.status).toBe(200)
    expect(await readLearned(proxy, 'a')).toEqual([])
  })
})
