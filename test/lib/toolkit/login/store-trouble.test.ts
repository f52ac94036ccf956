import { copyFileSync, writeFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import type { TokenSet } from '../../../../src/lib/toolkit/login/token-set.ts'
import { givenToolkit, NOON, temporaryHome } from '../temporary-home.ts'
import { givenUpstream } from '../upstream.ts'

test('when renewed tokens cannot be stored, they are used, said to be at risk, and stored once that works', async () => {
  const home = await temporaryHome()
  const toolkit = await givenToolkit({ home })
  const { accountsFile } = toolkit.home
  const server = await givenUpstream((_, response) => {
    copyFileSync(accountsFile, `${accountsFile}.kept`)
    writeFileSync(accountsFile, 'damaged')
    const body = { access_token: 'second-access', refresh_token: 'second-refresh', expires_in: 3600 }
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body))
  })
  const tokens: TokenSet = {
    accessToken: 'first-access',
    refreshToken: 'first-refresh',
    tokenType: 'Bearer',
    expiresAt: new Date(NOON - 1).toISOString(),
    obtainedAt: null,
    server: { deviceEndpoint: null, tokenEndpoint: server.baseUrl, clientId: 'me', scope: null, pkce: true },
    baseUrl: null,
    sharedFile: null,
  }
  const wanted = { provider: 'custom', name: 'home', baseUrl: 'http://127.0.0.1:9/v1', tokens }
  await toolkit.accounts.add(wanted)
  const account = await toolkit.accounts.find('home')
  expect(await toolkit.accounts.secretOf(account)).toBe('second-access')
  expect(toolkit.warnings().join()).toContain('the renewed login of custom/home could not be stored')
  copyFileSync(`${accountsFile}.kept`, accountsFile)
  expect(await toolkit.accounts.secretOf(account)).toBe('second-access')
  await toolkit.close()

  const later = await givenToolkit({ home })
  expect(await later.accounts.secretOf(await later.accounts.find('home'))).toBe('second-access')
  expect(server.requests).toHaveLength(1)
})
