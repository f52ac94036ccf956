import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'
import type { Toolkit } from '../../../../src/lib/toolkit/toolkit.ts'
import { givenOidcServer } from '../../../support/servers/oidc-server.ts'
import type { OidcServer } from '../../../support/servers/oidc-server.ts'
import { filesBelow, givenToolkit } from '../temporary-home.ts'
import { temporaryFolder } from '../../../support/temp-folder.ts'

const script = fileURLToPath(new URL('../../../support/processes/login-process.ts', import.meta.url))
const DEVICE = 'urn:ietf:params:oauth:grant-type:device_code'
const REFRESH = 'refresh_token'

const wanted = { provider: 'custom', name: 'home', baseUrl: 'http://127.0.0.1:9/v1' }

function begin(toolkit: Toolkit, oidc: OidcServer) {
  return toolkit.logins.begin(wanted, {
    issuer: oidc.issuer,
    clientId: oidc.clientId,
    scope: 'openid offline_access',
  })
}

/** A home with an account that is logged in at the server. */
async function givenLogin(oidc: OidcServer): Promise<{ home: string; toolkit: Toolkit }> {
  const home = temporaryFolder()
  const toolkit = await givenToolkit({ home, clock: Date.now, sleep: async () => undefined })
  const pending = await begin(toolkit, oidc)
  await oidc.approve(pending.verificationUriComplete ?? '')
  await toolkit.accounts.add({ ...wanted, tokens: await pending.tokens() })
  return { home, toolkit }
}

interface Asker {
  child: ChildProcess
  /** Lets it ask. */
  go(): void
  /** Its tokens, once it has ended. */
  tokens(): Promise<string[]>
}

async function givenAsker(home: string, count: number): Promise<Asker> {
  const child = spawn(process.execPath, [script, home, String(count)], { stdio: ['pipe', 'pipe', 'inherit'] })
  const ended = once(child, 'close')
  onTestFinished(async () => {
    child.kill('SIGKILL')
    await ended
  })
  const lines: string[] = []
  const reader = createInterface({ input: child.stdout })
  reader.on('line', (line) => lines.push(line))
  await once(reader, 'line')
  return {
    child,
    go: () => child.stdin?.write('go\n'),
    tokens: async () => {
      await ended
      return JSON.parse(lines[1] ?? '[]') as string[]
    },
  }
}

test('when a person confirms the code at a real server, the account has tokens and renews them', async () => {
  const oidc = await givenOidcServer()
  const { toolkit } = await givenLogin(oidc)
  const account = await toolkit.accounts.show('home')
  expect(account).toMatchObject({ status: 'ready', auth: { type: 'oauth' } })
  const record = await toolkit.accounts.find('home')
  const first = await toolkit.accounts.readSecret(record)
  expect(await toolkit.accounts.refresh('home')).toMatchObject({ result: 'renewed' })
  const second = await toolkit.accounts.readSecret(record)
  expect(second).not.toBe(first)
  expect(oidc.grants).toEqual([DEVICE, REFRESH])
})

test('without a confirmation it is asked again, and a denial ends it', async () => {
  const oidc = await givenOidcServer()
  let asked = 0
  const toolkit = await givenToolkit({
    clock: Date.now,
    sleep: async () => {
      asked += 1
      if (asked === 3) await oidc.deny(pending.verificationUriComplete ?? '')
    },
  })
  const pending = await begin(toolkit, oidc)
  await expect(pending.tokens()).rejects.toMatchObject({
    code: 'credentials_refused',
    message: expect.stringContaining('denied') as unknown,
  })
  expect(oidc.grants).toEqual([DEVICE, DEVICE, DEVICE])
})

test('when a token has expired, three processes with thirty requests renew it exactly once', async () => {
  const oidc = await givenOidcServer({ accessTokenSeconds: 1 })
  const { home, toolkit } = await givenLogin(oidc)
  const askers = await Promise.all(Array.from({ length: 3 }, () => givenAsker(home, 10)))
  await expired(toolkit)
  oidc.accessTokenSeconds = 3600
  for (const asker of askers) asker.go()
  const tokens = (await Promise.all(askers.map((asker) => asker.tokens()))).flat()
  expect(tokens).toHaveLength(3)
  expect(new Set(tokens).size).toBe(1)
  expect(oidc.grants).toEqual([DEVICE, REFRESH])
  // With a used token the server would have ended the login by now.
  expect(await toolkit.accounts.refresh('home')).toMatchObject({ result: 'renewed' })
})

test('when the process that renews is killed before the server looks, the next one renews', async () => {
  const oidc = await givenOidcServer({ accessTokenSeconds: 1 })
  const { home, toolkit } = await givenLogin(oidc)
  const [killed, next] = await Promise.all([givenAsker(home, 1), givenAsker(home, 1)])
  await expired(toolkit)
  oidc.accessTokenSeconds = 3600
  oidc.drop = true
  killed.go()
  await oidc.dropped
  killed.child.kill('SIGKILL')
  await once(killed.child, 'close')
  oidc.drop = false
  next.go()
  expect(await next.tokens()).toHaveLength(1)
  expect(await toolkit.accounts.show('home')).toMatchObject({ status: 'ready' })
})

test('when the answer to a renewal died with its process, the login has ended and its credential is kept', async () => {
  const oidc = await givenOidcServer({ accessTokenSeconds: 1 })
  const { toolkit } = await givenLogin(oidc)
  const record = await toolkit.accounts.find('home')
  const before = record.credential
  // As if its answer had come and gone: the refresh token is used, and the document has the old one.
  await oidc.use(oidc.newestRefreshToken)
  await expired(toolkit)
  await expect(toolkit.accounts.readSecret(record)).rejects.toMatchObject({
    code: 'needs_login',
    hint: 'qwenctl auth refresh custom/home --login',
  })
  expect(await toolkit.accounts.show('home')).toMatchObject({
    status: 'needs-login',
    statusReason: expect.stringMatching(/^its login has ended \(/) as string,
    fix: 'qwenctl auth refresh custom/home --login',
  })
  expect((await toolkit.accounts.find('home')).credential).toEqual(before)
})

test('when a login has ended, three processes ask the server once', async () => {
  const oidc = await givenOidcServer({ accessTokenSeconds: 1 })
  const { home, toolkit } = await givenLogin(oidc)
  await oidc.use(oidc.newestRefreshToken)
  oidc.grants.length = 0
  const askers = await Promise.all(Array.from({ length: 3 }, () => givenAsker(home, 10)))
  await expired(toolkit)
  for (const asker of askers) asker.go()
  expect(await Promise.all(askers.map((asker) => asker.tokens()))).toEqual(
    Array(3).fill(['needs_login']) as unknown,
  )
  expect(oidc.grants).toEqual([REFRESH])
})

test('no token of a whole life stands anywhere but sealed', async () => {
  const oidc = await givenOidcServer()
  const { home, toolkit } = await givenLogin(oidc)
  const shown: unknown[] = [
    await toolkit.accounts.refresh('home'),
    await toolkit.accounts.verify('home'),
    await toolkit.accounts.list(),
    await toolkit.quotas.show([]),
  ]
  await oidc.use(oidc.newestRefreshToken)
  shown.push(await toolkit.accounts.refresh('home'), toolkit.warnings())
  await toolkit.close()
  const files = await filesBelow(home)
  expect(oidc.secrets.size).toBeGreaterThan(5)
  for (const secret of oidc.secrets) {
    expect(JSON.stringify(shown)).not.toContain(secret)
    for (const { path, text } of files) expect(text, path).not.toContain(secret)
  }
})

/** The token ends by the server's clock: bounded by its life of a second. */
async function expired(toolkit: Toolkit): Promise<void> {
  const { credential } = await toolkit.accounts.find('home')
  const end = credential.type === 'oauth' ? Date.parse(credential.expiresAt ?? '') : 0
  while (Date.now() <= end) await new Promise((resolve) => setTimeout(resolve, 20))
}
