import { describe, expect, test } from 'vitest'
import { defineProvider } from '../../../../src/lib/provider/define-provider.ts'
import type { LoginOverrides } from '../../../../src/lib/toolkit/login/pending-login.ts'
import {
  ACCESS_TOKEN,
  DEVICE_CODE,
  givenLoginServer,
  PENDING,
  TOKENS,
} from '../../../support/servers/login-server.ts'
import type { LoginServer, Said } from '../../../support/servers/login-server.ts'
import { givenToolkit, NOON } from '../temporary-home.ts'

const SLOW_400: Said = [400, { error: 'slow_down' }]
const SLOW_429: Said = [429, { error: 'slow_down' }]

/** A login at a server that says so, in a time that passes only by waiting. */
async function givenLogin(login: LoginServer, overrides: LoginOverrides = {}) {
  const pauses: number[] = []
  let now = NOON
  const acme = defineProvider({
    id: 'acme',
    baseUrl: 'https://api.acme.example/v1',
    device: {
      deviceEndpoint: login.deviceEndpoint,
      tokenEndpoint: login.tokenEndpoint,
      clientId: 'acme-cli',
      scope: null,
      pkce: true,
      refusal: 'acme closed its logins; use a key',
    },
  })
  const toolkit = await givenToolkit({
    providers: [acme],
    clock: () => now,
    sleep: async (ms, signal) => {
      signal?.throwIfAborted()
      pauses.push(ms)
      now += ms
    },
  })
  return { pauses, toolkit, begin: () => toolkit.logins.begin({ provider: 'acme' }, overrides) }
}

describe('how often the server is asked', () => {
  test.each<[string, object, Said[], number[]]>([
    ['it names no interval: every 5 s', {}, [PENDING, PENDING], [5000, 5000, 5000]],
    ['it names one', { interval: 2 }, [PENDING], [2000, 2000]],
    ['it says slow_down as a 400: 5 s more', { interval: 2 }, [SLOW_400, PENDING], [2000, 7000, 7000]],
    ['it says slow_down as a 429', { interval: 2 }, [SLOW_429], [2000, 7000]],
    ['it answers 200 without a token', {}, [[200, { access_token: null }]], [5000, 5000]],
    [
      'the network hiccups: later and later',
      { interval: 1 },
      ['cut', 'cut', 'cut'],
      [1000, 1000, 2000, 4000],
    ],
    [
      'it is out of order for a while',
      { interval: 1 },
      [
        [502, 'bad gateway'],
        [503, {}],
      ],
      [1000, 1000, 2000],
    ],
  ])('when %s', async (_, more, said, expected) => {
    const login = (await givenLoginServer()).begins(more, ...said, [200, TOKENS])
    const { begin, pauses } = await givenLogin(login)
    expect(await (await begin()).tokens()).toMatchObject({
      accessToken: ACCESS_TOKEN,
      expiresAt: new Date(NOON + pauses.reduce((sum, pause) => sum + pause, 0) + 3_600_000).toISOString(),
    })
    expect(pauses).toEqual(expected)
  })
})

describe('how a login ends without tokens', () => {
  test.each<[string, Said, string, string]>([
    ['it was denied', [400, { error: 'access_denied' }], 'credentials_refused', 'denied in the browser'],
    ['the code expired', [400, { error: 'expired_token' }], 'credentials_refused', 'the code has expired'],
    ['the code is unknown, as Qwen says it', [401, {}], 'credentials_refused', 'the code has expired'],
    ['it is asked too often', [429, { error: 'too_many' }], 'credentials_refused', 'too_many'],
    [
      'a firewall answers',
      [403, `<html><body>blocked ${DEVICE_CODE}</body></html>`],
      'credentials_refused',
      'a web page, as firewalls do: "blocked …',
    ],
    ['the line stays dead', 'cut', 'upstream_unavailable', 'stays out of reach'],
    ['nobody confirms', PENDING, 'credentials_refused', 'it was not confirmed in time'],
  ])('when %s', async (_, said, code, message) => {
    const login = (await givenLoginServer()).begins({ expires_in: 60 * 20 }, said)
    const pending = await (await givenLogin(login)).begin()
    const error = await pending.tokens().catch((thrown: unknown) => thrown as Error)
    expect(error).toMatchObject({ code, message: expect.stringContaining(message) as unknown })
    expect(JSON.stringify([error, (error as Error).stack])).not.toContain(DEVICE_CODE)
  })

  test('when it is stopped, by Ctrl-C', async () => {
    const login = (await givenLoginServer()).begins({}, PENDING)
    const pending = await (await givenLogin(login)).begin()
    await expect(pending.tokens(AbortSignal.abort())).rejects.toMatchObject({ code: 'cancelled' })
    expect(login.grants()).toEqual([])
  })
})

describe('when a login cannot begin', () => {
  test.each<[string, Said, string]>([
    ['the server refuses', [400, { error: 'unauthorized_client' }], 'unauthorized_client'],
    ['a firewall answers', [405, '<!doctype html><title>WAF</title>'], 'a web page, as firewalls do: "WAF"'],
    ['there is no code', [200, { user_code: 'A' }], 'lacks a code'],
    [
      'the address is none for a browser',
      [200, { device_code: 'a', user_code: 'b', verification_uri: 'file:///etc/passwd' }],
      'lacks a code',
    ],
  ])('since %s, it says so, and what the provider advises', async (_, said, message) => {
    const login = (await givenLoginServer()).says('/device', said)
    const { begin } = await givenLogin(login)
    await expect(begin()).rejects.toMatchObject({
      code: 'credentials_refused',
      message: expect.stringContaining(message) as unknown,
      hint: 'acme closed its logins; use a key',
    })
  })

  test("what became of the provider's own server is not said of another", async () => {
    const login = (await givenLoginServer()).says('/other', [400, { error: 'unauthorized_client' }])
    const { begin } = await givenLogin(login, { deviceEndpoint: `${login.origin}/other` })
    await expect(begin()).rejects.toMatchObject({ hint: 'check the endpoints, --client-id and --scope' })
  })
})

describe('what an issuer says of itself', () => {
  const places = ['/.well-known/openid-configuration', '/.well-known/oauth-authorization-server']

  test.each(places)('is read at %s', async (place) => {
    const login = (await givenLoginServer()).begins({}, [200, TOKENS])
    login.says(place, [
      200,
      {
        issuer: login.origin,
        device_authorization_endpoint: `${login.origin}/device`,
        token_endpoint: `${login.origin}/token`,
      },
    ])
    const { begin } = await givenLogin(login, { issuer: login.origin, clientId: 'me' })
    await (await begin()).tokens()
    expect(login.seen.at(-1)?.form).toMatchObject({ client_id: 'me', device_code: DEVICE_CODE })
  })

  test.each<[string, object, string]>([
    ['it is another issuer', { issuer: 'https://evil.example' }, 'another issuer'],
    ['it has no login with a code', {}, 'offers no login with a code'],
    [
      'its endpoints are not encrypted',
      { device_authorization_endpoint: 'http://a.example/d', token_endpoint: 'http://a.example/t' },
      'not encrypted',
    ],
  ])('is refused when %s', async (_, more, message) => {
    const login = await givenLoginServer()
    login.says(places[0] ?? '', [200, { issuer: login.origin, ...more }])
    const { begin } = await givenLogin(login, { issuer: login.origin })
    await expect(begin()).rejects.toMatchObject({
      code: 'invalid_value',
      message: expect.stringContaining(message) as unknown,
    })
  })
})
