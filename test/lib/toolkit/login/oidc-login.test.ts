import { expect, test } from 'vitest'
import { defineProvider } from '../../../../src/lib/provider/define-provider.ts'
import { givenOidcServer } from '../../../support/oidc-server.ts'
import { givenToolkit } from '../temporary-home.ts'

test('when somebody confirms the code at a real server, the account has tokens that it never shows', async () => {
  const oidc = await givenOidcServer()
  const toolkit = await givenToolkit({ clock: Date.now, sleep: async () => undefined })
  const wanted = { provider: 'custom', name: 'home', baseUrl: 'http://127.0.0.1:9/v1' }
  const pending = await toolkit.logins.begin(wanted, {
    issuer: oidc.issuer,
    clientId: oidc.clientId,
    scope: 'openid offline_access',
  })
  await oidc.approve(pending.verificationUriComplete!)
  const tokens = await pending.tokens()
  const account = await toolkit.accounts.add({ ...wanted, tokens })
  expect(account).toMatchObject({ status: 'ready', auth: { type: 'oauth', expiresAt: tokens.expiresAt } })
  expect(JSON.stringify(account)).not.toContain(tokens.accessToken)
  const record = await toolkit.accounts.find('home')
  expect(await toolkit.accounts.secretOf(record)).toBe(tokens.accessToken)
  expect(await toolkit.accounts.refresh('home')).toMatchObject({ result: 'renewed' })
  expect(await toolkit.accounts.secretOf(record)).not.toBe(tokens.accessToken)
  void defineProvider
})
