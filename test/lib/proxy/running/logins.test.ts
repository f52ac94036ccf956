import { expect, test } from 'vitest'
import type { TokenSet } from '../../../../src/lib/toolkit/login/token-set.ts'
import { chat, givenUpstream, json } from '../../../support/servers/fake-upstream.ts'
import type { FakeUpstream } from '../../../support/servers/fake-upstream.ts'
import { givenLoginServer } from '../../../support/servers/login-server.ts'
import type { LoginServer } from '../../../support/servers/login-server.ts'
import { givenProxy, makeKey, until } from '../../../support/servers/proxy-harness.ts'
import type { GivenAccount, TestProxy } from '../../../support/servers/proxy-harness.ts'

const REFUSED = json(401, { error: { message: 'token expired', code: 'invalid_api_key' } })
const NOW = Date.now()

function tokens(login: LoginServer, more: Partial<TokenSet> = {}): TokenSet {
  return {
    accessToken: 'first-access-token',
    refreshToken: 'first-refresh-token',
    tokenType: 'Bearer',
    expiresAt: new Date(NOW + 3_600_000).toISOString(),
    obtainedAt: new Date(NOW).toISOString(),
    server: {
      deviceEndpoint: null,
      tokenEndpoint: login.tokenEndpoint,
      clientId: 'me',
      scope: null,
      pkce: true,
    },
    baseUrl: null,
    sharedFile: null,
    ...more,
  }
}

const SECOND = {
  access_token: 'second-access-token',
  refresh_token: 'second-refresh-token',
  expires_in: 3600,
}
const EXPIRED = { expiresAt: new Date(NOW - 1000).toISOString() }

async function givenLoginProxy(
  upstream: FakeUpstream,
  login: TokenSet,
  others: GivenAccount[] = [],
): Promise<TestProxy> {
  const home: GivenAccount = { name: 'home', tokens: login }
  return givenProxy({ baseUrl: upstream.baseUrl, accounts: [home, ...others] })
}

const ask = (proxy: TestProxy) => proxy.chat()

test('when fifty requests come at expiry, the token is renewed once and all are answered', async () => {
  const [upstream, login] = [await givenUpstream(), await givenLoginServer()]
  login.says('/token', [200, SECOND])
  upstream.always(chat(), 'second-access-token')
  const proxy = await givenLoginProxy(upstream, tokens(login, EXPIRED))
  const replies = await Promise.all(Array.from({ length: 50 }, () => ask(proxy)))
  expect(new Set(replies.map(({ status }) => status))).toEqual(new Set([200]))
  expect(login.grants()).toEqual(['refresh_token'])
})

test('while a token still serves no request waits for the next one', async () => {
  const [upstream, login] = [await givenUpstream(), await givenLoginServer()]
  login.says('/token', [200, SECOND])
  upstream.always(chat())
  const soon = { expiresAt: new Date(NOW + 120_000).toISOString() }
  const proxy = await givenLoginProxy(upstream, tokens(login, { ...soon, obtainedAt: null }))
  expect((await ask(proxy)).status).toBe(200)
  expect(upstream.last.key).toBe('first-access-token')
  await until(async () => {
    await ask(proxy)
    return upstream.last.key === 'second-access-token'
  })
  expect(login.grants()).toEqual(['refresh_token'])
})

test('when the provider refuses a token before its time, it is renewed and the request sent once more', async () => {
  const [upstream, login] = [await givenUpstream(), await givenLoginServer()]
  login.says('/token', [200, SECOND])
  upstream.nextFor('first-access-token', REFUSED)
  upstream.always(chat(), 'second-access-token')
  const proxy = await givenLoginProxy(upstream, tokens(login))
  expect((await ask(proxy)).status).toBe(200)
  expect((await ask(proxy)).status).toBe(200)
  expect(upstream.keys).toEqual(['first-access-token', 'second-access-token', 'second-access-token'])
  expect((await proxy.quota())['home']).toMatchObject({ status: 'ready', today: { requests: 2 } })
  // The refused request has a reservation of its own, and is given back.
  expect(await proxy.settlements()).toMatchObject([
    { outcome: 'auth-dead', refunded: true },
    { outcome: 'ok' },
    { outcome: 'ok' },
  ])
})

test('when the new token is refused as well, the login has ended and the next account serves', async () => {
  const [upstream, login] = [await givenUpstream(), await givenLoginServer()]
  login.says('/token', [200, SECOND])
  upstream.nextFor('first-access-token', REFUSED)
  upstream.nextFor('second-access-token', REFUSED)
  upstream.always(chat(), makeKey('spare'))
  const proxy = await givenLoginProxy(upstream, tokens(login), [{ name: 'spare' }])
  expect((await ask(proxy)).headers['x-qwenctl-account']).toBe('spare')
  expect((await proxy.quota())['home']).toMatchObject({
    status: 'needs-login',
    statusReason: 'its login has ended (invalid_api_key: token expired)',
    fix: 'qwenctl auth refresh custom/home --login',
  })
})

test('when the refresh token is dead, the next account serves and nothing of the login is deleted', async () => {
  const [upstream, login] = [await givenUpstream(), await givenLoginServer()]
  login.says('/token', [400, { error: 'invalid_grant' }])
  upstream.always(chat(), makeKey('spare'))
  const proxy = await givenLoginProxy(upstream, tokens(login, EXPIRED), [{ name: 'spare' }])
  for (let turn = 0; turn < 3; turn += 1) expect((await ask(proxy)).status).toBe(200)
  expect(login.grants()).toEqual(['refresh_token'])
  expect((await proxy.quota())['home']).toMatchObject({ status: 'needs-login' })
  expect((await proxy.toolkit.accounts.find('home')).credential.type).toBe('oauth')
})

test('when the login server is out of order, that ends no login, and it is not asked again at once', async () => {
  const [upstream, login] = [await givenUpstream(), await givenLoginServer()]
  login.says('/token', [503, {}])
  const proxy = await givenLoginProxy(upstream, tokens(login, EXPIRED))
  for (let turn = 0; turn < 3; turn += 1) {
    expect(await ask(proxy)).toMatchObject({ status: 502, json: { error: { code: 'upstream_unavailable' } } })
  }
  expect(login.grants()).toEqual(['refresh_token'])
  expect((await proxy.quota())['home']).toMatchObject({ status: 'ready' })
})
