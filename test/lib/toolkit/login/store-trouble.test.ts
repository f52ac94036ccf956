import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { TokenSet } from '../../../../src/lib/toolkit/login/token-set.ts'
import { givenToolkit, NOON } from '../temporary-home.ts'
import { givenUpstream } from '../upstream.ts'
import { temporaryFolder } from '../../../support/temp-folder.ts'

const LIFE = { access_token: 'second-access', refresh_token: 'second-refresh', expires_in: 3600 }

/** A home with one login that has expired, and its server, which runs `onAsked` before it gives new tokens. */
async function givenExpiredLogin(onAsked: (accountsFile: string) => void = () => undefined) {
  const home = temporaryFolder()
  const toolkit = await givenToolkit({ home })
  const { accountsFile, runFolder } = toolkit.home
  const server = await givenUpstream((_, response) => {
    onAsked(accountsFile)
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(LIFE))
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
  return { home, toolkit, server, account, mark: join(runFolder, `login-${account.id}.renewal`) }
}

function damage(accountsFile: string): void {
  copyFileSync(accountsFile, `${accountsFile}.kept`)
  writeFileSync(accountsFile, 'damaged')
}

test('when renewed tokens cannot be stored, they are used, said to be at risk, and stored once that works', async () => {
  const { home, toolkit, server, account } = await givenExpiredLogin(damage)
  const { accountsFile } = toolkit.home
  expect(await toolkit.accounts.readSecret(account)).toBe('second-access')
  expect(toolkit.warnings().join()).toContain('the renewed login of custom/home could not be stored')
  copyFileSync(`${accountsFile}.kept`, accountsFile)
  expect(await toolkit.accounts.readSecret(account)).toBe('second-access')
  await toolkit.close()

  const later = await givenToolkit({ home })
  expect(await later.accounts.readSecret(await later.accounts.find('home'))).toBe('second-access')
  expect(server.requests).toHaveLength(1)
})

test('while renewed tokens are not stored, no other process sends the old refresh token again', async () => {
  const { home, toolkit, server, account } = await givenExpiredLogin(damage)
  const { accountsFile } = toolkit.home
  expect(await toolkit.accounts.readSecret(account)).toBe('second-access')
  copyFileSync(`${accountsFile}.kept`, accountsFile)

  const other = await givenToolkit({ home })
  const refused = {
    code: 'store_unwritable',
    message: expect.stringContaining(
      'renewed the login of custom/home, and could not store the new tokens yet',
    ),
    hint: expect.stringContaining('qwenctl auth refresh custom/home --login'),
  }
  await expect(other.accounts.readSecret(account)).rejects.toMatchObject(refused)
  expect(server.requests).toHaveLength(1)
  await toolkit.close() // which stores them

  const third = await givenToolkit({ home })
  expect(await third.accounts.readSecret(await third.accounts.find('home'))).toBe('second-access')
  expect(server.requests).toHaveLength(1)
})

test('when the process that renewed has ended without storing, the login has to begin again', async () => {
  const { home, toolkit, server, account, mark } = await givenExpiredLogin(damage)
  expect(await toolkit.accounts.readSecret(account)).toBe('second-access')
  const { accountsFile } = toolkit.home
  copyFileSync(`${accountsFile}.kept`, accountsFile)
  const text = readFileSync(mark, 'utf8')
  writeFileSync(mark, text.replace(/"bootId":("[^"]*"|null)/, '"bootId":"of an earlier start"'))

  const other = await givenToolkit({ home })
  await expect(other.accounts.readSecret(account)).rejects.toMatchObject({
    code: 'needs_login',
    hint: 'qwenctl auth refresh custom/home --login',
  })
  expect(server.requests).toHaveLength(1)
})

test('a login is not renewed where its new tokens could not be stored, and is as soon as they can', async () => {
  const { home, server, account, mark } = await givenExpiredLogin()
  mkdirSync(mark, { recursive: true })
  let now = NOON
  const toolkit = await givenToolkit({ home, clock: () => now })
  await expect(toolkit.accounts.readSecret(account)).rejects.toMatchObject({
    code: 'store_unwritable',
    message: expect.stringContaining('the login of custom/home was not renewed'),
    hint: expect.stringContaining('qwenctl auth refresh custom/home'),
  })
  expect(server.requests).toHaveLength(0)
  rmSync(mark, { recursive: true })
  now += 1000
  expect(await toolkit.accounts.readSecret(account)).toBe('second-access')
  expect(existsSync(mark)).toBe(false)
})
