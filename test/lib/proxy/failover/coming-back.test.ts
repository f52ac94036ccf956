import { describe, expect, test } from 'vitest'
import { closedPort, httpProxy } from '../../../support/servers/egress-proxies.ts'
import { chat, givenUpstream, json } from '../../../support/servers/fake-upstream.ts'
import type { Answer } from '../../../support/servers/fake-upstream.ts'
import { givenProxy, makeKey, until } from '../../../support/servers/proxy-harness.ts'

const NOON = Date.parse('2026-11-22T12:00:00.000Z')
const MINUTE = 60_000
const NEW_KEY = 'sk-a-new-key-0123456789'
const refused = json(401, { error: { message: 'invalid key' } })

/** Answers when it is released. */
function held(answer: Answer): { answer: Answer; release: () => void } {
  const { promise, resolve } = Promise.withResolvers<undefined>()
  return { answer: (call) => void promise.then(() => answer(call)), release: () => resolve(undefined) }
}

async function givenLoneAccount() {
  const upstream = await givenUpstream()
  let now = NOON
  const proxy = await givenProxy({
    accounts: [{ name: 'a', limits: ['100/day'] }],
    baseUrl: upstream.baseUrl,
    clock: () => now,
  })
  return { upstream, proxy, pass: (minutes: number) => (now += minutes * MINUTE) }
}

describe('a service that fails again and again', () => {
  test.each([
    ['endCooldowns', 7],
    ['reset', 7],
    ['reset', 2],
  ] as const)(
    'after `quota reset`, its next failure is a first one, in every proxy: %s, %d failures',
    async (change, failures) => {
      const { upstream, proxy, pass } = await givenLoneAccount()
      upstream.always(json(503, { error: { message: 'overloaded' } }))
      for (let turn = 0; turn < failures - 1; turn += 1) {
        await proxy.chat()
        pass(1)
      }
      await proxy.chat()
      expect((await proxy.quota()).a?.cooldowns).toHaveLength(1)
      await proxy.toolkit.quotas[change](['a'])
      expect((await proxy.quota()).a?.cooldowns).toEqual([])
      // The first failure in a row causes no cooldown.
      expect((await proxy.chat()).status).toBe(502)
      expect((await proxy.quota()).a?.cooldowns).toEqual([])
      upstream.always(chat())
      expect((await proxy.chat()).status).toBe(200)
    },
  )
})

describe('a service that refuses a model', () => {
  test('before any byte of an answer, several times, leaves all of a day, and the minute counts it', async () => {
    const upstream = await givenUpstream()
    const proxy = await givenProxy({
      accounts: [{ name: 'a', limits: ['3/day', '60/minute'] }],
      baseUrl: upstream.baseUrl,
    })
    const message = 'The model `gpt-typo` does not exist or you do not have access to it.'
    upstream.always(json(404, { error: { message, code: 'model_not_found' } }))
    for (const model of ['gpt-typo', 'gpt-typo-2', 'gpt-typo-3'])
      expect((await proxy.chat({ model })).status).toBe(404)
    expect((await proxy.quota()).a?.limits).toMatchObject([
      { window: 'day', used: 0, remaining: 3 },
      { window: 'minute', used: 3 },
    ])
    upstream.always(chat())
    expect((await proxy.chat()).status).toBe(200)
  })
})

describe('the only account, with a refused key', () => {
  test('is tested after a quarter of an hour, then once an hour, and serves after the first success', async () => {
    const { upstream, proxy, pass } = await givenLoneAccount()
    upstream.always(refused)
    const sentIn = async (minutes: number) => {
      const before = upstream.count()
      pass(minutes)
      for (let turn = 0; turn < 3; turn += 1) expect((await proxy.chat()).status).toBe(403)
      return upstream.count() - before
    }
    expect(await sentIn(0)).toBe(1)
    expect(await sentIn(10)).toBe(0)
    expect(await sentIn(6)).toBe(1)
    expect(await sentIn(40)).toBe(0)
    expect(await sentIn(21)).toBe(1)
    expect(await sentIn(40)).toBe(0)
    const { a } = await proxy.quota()
    expect(a).toMatchObject({
      status: 'key-refused',
      availableAt: null,
      today: { attempted: 3, answered: 0 },
    })
    expect(a?.fix).toBe('qwenctl accounts set custom/a --key-stdin')

    upstream.always(chat())
    pass(21)
    expect((await proxy.chat()).status).toBe(200)
    expect((await proxy.quota()).a).toMatchObject({ status: 'ready', fix: null, cooldowns: [] })
    expect((await proxy.chat()).status).toBe(200)
  })

  test('names the command, and no word of a guessed time', async () => {
    const { upstream, proxy } = await givenLoneAccount()
    upstream.always(refused)
    for (let turn = 0; turn < 2; turn += 1) {
      const { message } = (await proxy.chat()).json.error
      expect(message).toContain('custom/a: its key is refused (invalid key)')
      expect(message).toContain('qwenctl accounts set custom/a --key-stdin')
      expect(message).not.toContain('guessed')
    }
    expect((await proxy.quota()).a?.statusReason).toBe('its key is refused (invalid key)')
  })
})

test.each([
  ['before the proxy uses the new key', false],
  ['after the proxy uses the new key', true],
])('a refusal of the old key that comes %s does not last', async (_, isUsed) => {
  const upstream = await givenUpstream()
  const late = held(refused)
  upstream.nextFor(makeKey('a'), late.answer)
  upstream.always(chat(), NEW_KEY)
  const proxy = await givenProxy({ accounts: [{ name: 'a' }], baseUrl: upstream.baseUrl })
  const first = proxy.chat()
  await until(() => upstream.count(makeKey('a')) === 1)
  await proxy.toolkit.accounts.set('a', { secret: NEW_KEY })
  if (isUsed) {
    upstream.always(chat(), makeKey('a'))
    await until(async () => (await proxy.chat()).status === 200 && upstream.count(NEW_KEY) > 0)
  }
  late.release()
  await first
  await until(async () => (await proxy.chat()).status === 200)
  expect((await proxy.quota()).a).toMatchObject({ status: 'ready', cooldowns: [] })
})

describe('an account with an egress proxy that is down', () => {
  test('is unreachable, says why and what to type, and is ready with the first answer', async () => {
    const upstream = await givenUpstream()
    upstream.always(chat())
    const egressProxy = `http://me:s3cret-word@127.0.0.1:${await closedPort()}`
    const proxy = await givenProxy({
      accounts: [{ name: 'far', egressProxy, limits: ['5/day'] }],
      baseUrl: upstream.baseUrl,
    })
    expect((await proxy.chat()).status).toBe(502)
    const { far } = await proxy.quota()
    expect(far).toMatchObject({
      status: 'unreachable',
      fix: 'qwenctl auth verify custom/far',
      limits: [{ used: 0 }],
      today: { requests: 0, attempted: 0, answered: 0, unreached: 1 },
    })
    expect(far?.statusReason).toContain('connection refused')
    expect(JSON.stringify(far)).not.toContain('s3cret')

    const way = await httpProxy()
    await proxy.toolkit.accounts.set('far', { egressProxy: `http://127.0.0.1:${way.port}` })
    await until(async () => (await proxy.chat()).status === 200)
    expect((await proxy.quota()).far).toMatchObject({ status: 'ready', fix: null })
  })
})
