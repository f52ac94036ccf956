import { readFileSync, statSync, writeFileSync, existsSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { TokenSet } from '../../../../src/lib/toolkit/login/token-set.ts'
import { givenLoginServer } from '../../../support/servers/login-server.ts'
import { temporaryFolder } from '../../../support/temp-folder.ts'
import { givenToolkit, NOON } from '../temporary-home.ts'

const OLD = { access_token: 'old-access', refresh_token: 'old-refresh', token_type: 'Bearer' }
const RENEWED = { access_token: 'renewed-access', refresh_token: 'renewed-refresh', expires_in: 3600 }

/** An account that shares the login in qwen-code's file; both have the tokens `OLD`, which have expired. */
async function givenShared(inFile: object) {
  const login = (await givenLoginServer()).says('/token', [200, RENEWED])
  const file = join(temporaryFolder(), 'oauth_creds.json')
  writeFileSync(file, JSON.stringify(inFile))
  const tokens: TokenSet = {
    accessToken: 'old-access',
    refreshToken: 'old-refresh',
    tokenType: 'Bearer',
    expiresAt: new Date(NOON - 1000).toISOString(),
    obtainedAt: null,
    server: {
      deviceEndpoint: null,
      tokenEndpoint: login.tokenEndpoint,
      clientId: 'me',
      scope: null,
      pkce: true,
    },
    baseUrl: null,
    sharedFile: file,
  }
  const toolkit = await givenToolkit()
  await toolkit.accounts.add({ provider: 'qwen-oauth', name: 'home', tokens })
  const account = await toolkit.accounts.find('home')
  return { login, file, ask: () => toolkit.accounts.readSecret(account), toolkit }
}

test('when we renew, the file of qwen-code gets the new tokens and keeps the rest', async () => {
  const { file, ask, login } = await givenShared({
    ...OLD,
    expiry_date: NOON - 1000,
    resource_url: 'portal.qwen.ai',
    id_token: 'i',
  })
  expect(await ask()).toBe('renewed-access')
  expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({
    access_token: 'renewed-access',
    refresh_token: 'renewed-refresh',
    token_type: 'Bearer',
    resource_url: 'portal.qwen.ai',
    id_token: 'i',
    expiry_date: NOON + 3_600_000,
  })
  expect(statSync(file).mode & 0o777).toBe(0o600)
  expect(existsSync(file.replace('.json', '.lock'))).toBe(false)
  expect(login.seen[0]?.form['refresh_token']).toBe('old-refresh')
})

test('when qwen-code has renewed before us, its tokens are taken and no server is asked', async () => {
  const theirs = { access_token: 'their-access', refresh_token: 'their-refresh', expiry_date: NOON + 600_000 }
  const { ask, login, toolkit } = await givenShared({ ...OLD, ...theirs })
  expect(await ask()).toBe('their-access')
  expect(login.seen).toEqual([])
  expect(await toolkit.accounts.show('home')).toMatchObject({
    auth: { expiresAt: new Date(NOON + 600_000).toISOString() },
  })
})

test('when the tokens of qwen-code are others and have expired too, theirs are renewed', async () => {
  const theirs = { access_token: 'their-access', refresh_token: 'their-refresh', expiry_date: NOON - 500 }
  const { ask, login } = await givenShared({ ...OLD, ...theirs })
  expect(await ask()).toBe('renewed-access')
  expect(login.seen.map(({ form }) => form['refresh_token'])).toEqual(['their-refresh'])
})

test('when the file is no longer one of qwen-code, the account continues with its own tokens', async () => {
  const { ask, file } = await givenShared({ note: 'not credentials' })
  expect(await ask()).toBe('renewed-access')
  expect(readFileSync(file, 'utf8')).toBe('{"note":"not credentials"}')
})
