import { describe, expect, test } from 'vitest'
import type { Failure } from '../../../../../src/lib/proxy/pipeline/refuse/failure.ts'
import { isForUpstreams } from '../../../../../src/lib/proxy/pipeline/refuse/final-error.ts'
import {
  DONE,
  STOP,
  bytes,
  chat,
  closedPort,
  delta,
  events,
  givenUpstream,
  hang,
  json,
} from '../../../../support/servers/fake-upstream.ts'
import { givenProxy, makeKey } from '../../../../support/servers/proxy-harness.ts'
import { failedAnswers } from '../../failover/failed-answers.ts'

describe('when the first account answers with', () => {
  test.each(failedAnswers)('$when, the next one serves, and what the answer says rests', async (row) => {
    const { provider = 'custom', outcome, cools, counted = true } = row
    const upstream = await givenUpstream()
    upstream.nextFor(makeKey('a'), row.answer)
    upstream.always(row.stream === true ? events(delta('hi'), STOP, DONE) : chat(), makeKey('b'))
    const limits = ['9/30m'] // longer windows get some failures back
    const proxy = await givenProxy({
      accounts: [
        { name: 'a', provider, limits },
        { name: 'b', provider, limits },
      ],
      baseUrl: upstream.baseUrl,
    })
    const before = Date.now()
    const ask = () => proxy.chat(row.stream === true ? { stream: true } : {})
    const reply = await ask()
    expect(reply).toMatchObject({ status: 200, isCut: false })
    expect(reply.headers).toMatchObject({ 'x-qwenctl-account': 'b', 'x-qwenctl-attempts': '2' })
    expect(reply.text).toContain(row.stream === true ? DONE : 'hello')
    expect(upstream.keys).toEqual([makeKey('a'), makeKey('b')])

    const { a, b } = await proxy.quota()
    expect(proxy.attempts.map((attempt) => attempt.outcome)).toEqual([outcome, 'ok'])
    expect(a?.limits[0]?.used).toBe(counted ? 1 : 0)
    expect(b?.limits[0]?.used).toBe(1)
    expect(a?.today).toMatchObject({ succeeded: 0, failed: counted ? 1 : 0 })
    expect(a?.status).toBe(row.status ?? 'ready')
    expect(b?.status).toBe('ready')
    if (cools === 'nothing') return expect(a?.cooldowns).toEqual([])
    const [cooldown] = a?.cooldowns ?? []
    expect(cooldown).toMatchObject({ model: cools.model, scope: cools.scope ?? 'account', reason: outcome })
    expectUntil(cooldown?.until ?? null, cools, before)
    if (cools.isGuess === true) expect(cooldown?.evidence).toContain('guessed')
    if (cools.scope === 'provider') return
    await ask()
    expect(upstream.count(makeKey('a'))).toBe(1)
  })
})

/** The provider's word to the second; a guess up to a quarter shorter. */
function expectUntil(
  until: string | null,
  { seconds, isGuess }: { seconds: number | null; isGuess?: boolean },
  before: number,
): void {
  if (seconds === null) return expect(until).toBeNull()
  const at = Date.parse(until ?? '')
  expect(at).toBeGreaterThanOrEqual(before + seconds * 1000 * (isGuess === true ? 0.75 : 1) - 1)
  expect(at).toBeLessThanOrEqual(Date.now() + seconds * 1000 + 1)
}

test('when no server listens at an account, the next one serves, and what was never sent is not counted', async () => {
  const upstream = await givenUpstream()
  upstream.next(chat())
  const nowhere = `http://127.0.0.1:${await closedPort()}/v1`
  const proxy = await givenProxy({
    accounts: [
      { name: 'a', baseUrl: nowhere, limits: ['1/24h'] },
      { name: 'b', baseUrl: upstream.baseUrl, limits: ['1/24h'] },
    ],
  })
  expect((await proxy.chat()).headers['x-qwenctl-account']).toBe('b')
  expect(await proxy.used()).toEqual({ a: 0, b: 1 })
  expect((await proxy.settlements())[0]).toMatchObject({ outcome: 'unreachable', refunded: true })
})

test('when an account does not answer in time, the next one serves, and the request counts where it was sent', async () => {
  const upstream = await givenUpstream()
  upstream.nextFor(makeKey('a'), hang)
  upstream.nextFor(makeKey('b'), chat())
  const proxy = await givenProxy({
    accounts: [
      { name: 'a', limits: ['5/24h'] },
      { name: 'b', limits: ['5/24h'] },
    ],
    baseUrl: upstream.baseUrl,
    settings: { headersTimeoutMs: 50 },
  })
  expect((await proxy.chat()).headers['x-qwenctl-account']).toBe('b')
  expect(proxy.attempts[0]).toMatchObject({ outcome: 'timeout', status: null })
  expect(await proxy.used()).toEqual({ a: 1, b: 1 })
})

test('when accounts do not answer in time, the client hears so after two of them', async () => {
  const upstream = await givenUpstream()
  upstream.next(hang, hang)
  const proxy = await givenProxy({
    accounts: [{ name: 'a' }, { name: 'b' }, { name: 'c' }],
    baseUrl: upstream.baseUrl,
    settings: { headersTimeoutMs: 50 },
  })
  const reply = await proxy.chat()
  expect(reply.status).toBe(504)
  expect(reply.json.error.code).toBe('upstream_timeout')
})

test.each([301, 302, 307, 308])(
  'when an account redirects with %i, the redirect is not followed and its key goes nowhere else',
  async (status) => {
    const elsewhere = await givenUpstream() // any request there fails the test
    const upstream = await givenUpstream()
    const location = `${elsewhere.baseUrl}/chat/completions`
    upstream.nextFor(makeKey('a'), bytes(status, { location }, ''))
    upstream.nextFor(makeKey('b'), chat())
    const proxy = await givenProxy({ accounts: [{ name: 'a' }, { name: 'b' }], baseUrl: upstream.baseUrl })
    const reply = await proxy.chat()
    expect(reply.headers['x-qwenctl-account']).toBe('b')
    expect(reply.headers.location).toBeUndefined()
    expect(elsewhere.count()).toBe(0)
  },
)

test.each([
  ['of the same format', 'openai', '/v1/chat/completions'],
  ['of the other format', 'openai', '/v1/messages'],
])(
  'when no other account may answer, a client %s hears of a redirect, and not where it leads',
  async (_, provider, path) => {
    const elsewhere = await givenUpstream() // any request there fails the test
    const upstream = await givenUpstream()
    const location = `${elsewhere.baseUrl}/chat/completions`
    upstream.next(bytes(307, { location, 'content-location': location }, ''))
    const proxy = await givenProxy({ accounts: [{ name: 'a', provider }], baseUrl: upstream.baseUrl })
    const body = { model: 'm', max_tokens: 5, messages: [{ role: 'user', content: 'hi' }] }
    const reply = await proxy.post(path, body, { 'x-qwenctl-account': 'a' })
    expect([reply.status, reply.headers.location]).toEqual([502, undefined])
    expect(reply.json.error.message).toMatch(/redirect \(307\), which is not followed/)
    expect(elsewhere.count()).toBe(0)
  },
)

describe('whether the upstreams are to blame', () => {
  const failed = (outcome: string) => ({ outcome: { class: outcome } }) as unknown as Failure
  const [now, later] = [1_000, 5_000]

  test.each([
    ['no attempt', [], later, false],
    ['one that was overloaded', ['overloaded'], later, true],
    ['one that was overloaded, and another out until later', ['overloaded', 'rate-long'], later, false],
    ['the same in the other order', ['rate-long', 'overloaded'], later, false],
    ['the same, and an account is back by now', ['rate-long', 'overloaded'], now, true],
    ['the same, and no account returns', ['rate-long', 'overloaded'], null, false],
    ['one without time left and one out of reach', ['timeout', 'unreachable'], later, true],
    ['one out until later', ['rate-long'], now, false],
  ])('%s', (_what, outcomes, firstReturn, expected) => {
    expect(isForUpstreams(outcomes.map(failed), firstReturn, now)).toBe(expected)
  })
})

test('the 429 of an account in cooldown names the time, and not the words of the cooldown', async () => {
  const upstream = await givenUpstream()
  upstream.always(json(429, { error: { message: 'Rate limit reached' } }, { 'retry-after': '7200' }))
  const proxy = await givenProxy({ accounts: [{ name: 'out' }], baseUrl: upstream.baseUrl })
  await proxy.chat()
  const { status, headers, json: body } = await proxy.chat()
  expect(status).toBe(429)
  expect(Number(headers['retry-after'])).toBeGreaterThan(7_000)
  expect(body.error.message).toMatch(/custom\/out returns first, at \S+ \(in 2 h( 0 min)?\)/)
  expect(body.error.message).not.toMatch(/cooldown/)
})
