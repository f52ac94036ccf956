// A service of a plugin, and a service with a login: both below /services, as an account of `http` is.
import { expect, test } from 'vitest'
import { builtinAnswers } from '../../../../src/lib/toolkit/providers/provider-answers.ts'
import { givenUpstream, json } from '../../../support/servers/fake-upstream.ts'
import { givenLoginServer } from '../../../support/servers/login-server.ts'
import { givenProxy, makeKey } from '../../../support/servers/proxy-harness.ts'

test('a plugin of kind http serves below its id, with its base, its header and its limits', async () => {
  const upstream = await givenUpstream()
  upstream.always(json(200, { files: [] }))
  const plugin = {
    id: 'drive',
    label: 'Drive',
    kind: 'http',
    baseUrl: `${upstream.origin}/drive/v3`,
    authHeaders: (key: string) => ({ 'x-drive-key': key }),
    defaultLimits: ['2/minute'],
  }
  const proxy = await givenProxy({
    accounts: [{ name: 'mine', provider: 'drive' }],
    toolkit: {
      loadProviders: async () => {
        const { answers, failures } = await builtinAnswers()
        return { answers: [...answers, { plugin: 'plugin-drive', providers: [plugin] }], failures }
      },
    },
  })
  expect((await proxy.get('/services/drive/files?q=1')).json).toEqual({ files: [] })
  expect(upstream.last).toMatchObject({ method: 'GET', path: '/drive/v3/files?q=1' })
  expect(upstream.last.headers['x-drive-key']).toBe(makeKey('mine'))
  expect((await proxy.get('/services/drive/files')).status).toBe(200)
  const full = await proxy.get('/services/drive/files')
  expect(full.status).toBe(429)
  expect(Number(full.headers['retry-after'])).toBeGreaterThan(0)
  expect((await proxy.quota()).mine?.limits).toMatchObject([{ max: 2, used: 2, source: 'default' }])
})

test('a service with a login is asked with its token, which qwenctl renews when it ends', async () => {
  const [upstream, login] = [await givenUpstream(), await givenLoginServer()]
  login.says('/token', [200, { access_token: 'second-access-token', expires_in: 3600 }])
  upstream.always(json(200, { ok: true }), 'second-access-token')
  const ended = new Date(Date.now() - 1000).toISOString()
  const server = {
    deviceEndpoint: null,
    tokenEndpoint: login.tokenEndpoint,
    clientId: 'me',
    scope: null,
    pkce: true,
  }
  const tokens = {
    accessToken: 'first-access-token',
    refreshToken: 'first-refresh-token',
    tokenType: 'Bearer',
    expiresAt: ended,
    obtainedAt: ended,
    server,
    baseUrl: null,
    sharedFile: null,
  }
  const account = { name: 'mine', provider: 'http', service: 'drive', tokens }
  const proxy = await givenProxy({ baseUrl: upstream.baseUrl, accounts: [account] })
  expect((await proxy.get('/services/drive/files')).json).toEqual({ ok: true })
  expect(upstream.keys).toEqual(['second-access-token'])
  expect(login.grants()).toEqual(['refresh_token'])
})
