import { expect, test } from 'vitest'
import { parseDocument, runCommand } from '../../support/cli.ts'
import { temporaryFolder } from '../../support/temp-folder.ts'
import { startKeyChecker } from '../../support/keychain/key-checker.ts'
import {
  ACCESS_TOKEN,
  DEVICE_CODE,
  givenLoginServer,
  PENDING,
  REFRESH_TOKEN,
  TOKENS,
} from '../../support/servers/login-server.ts'
import type { LoginServer } from '../../support/servers/login-server.ts'
import { filesBelow } from '../../lib/toolkit/temporary-home.ts'

const SOON = { interval: 0.01 }
const SECRETS = [ACCESS_TOKEN, REFRESH_TOKEN, DEVICE_CODE]

function addHome(login: LoginServer): string[] {
  const endpoints = ['--device-endpoint', login.deviceEndpoint, '--token-endpoint', login.tokenEndpoint]
  return ['auth', 'add', 'home', '-p', 'qwen-oauth', ...endpoints]
}

test('without a terminal the code and the address are lines on stderr, and the login is stored sealed', async () => {
  const home = temporaryFolder()
  const login = (await givenLoginServer()).begins(SOON, PENDING, [
    200,
    { ...TOKENS, resource_url: 'portal.qwen.ai' },
  ])
  const result = await runCommand(home, [...addHome(login), '--json'])
  expect(result.exit).toBe(0)
  expect(result.stderr).toContain('Open https://login.example/device?user_code=WDJB-MJHT\n')
  expect(result.stderr).toContain('confirm the code WDJB-MJHT (15 min left)')
  expect(parseDocument(result).account).toMatchObject({
    provider: 'qwen-oauth',
    name: 'home',
    status: 'ready',
    baseUrl: 'https://portal.qwen.ai/v1',
    auth: { type: 'oauth', hint: '…4e5f', expiresAt: expect.any(String) as unknown },
  })
  const [started, asked] = login.seen
  expect(started?.form).toMatchObject({
    client_id: 'f0304373b74a44d2b584a3fb70ca9e56',
    scope: 'openid profile email model.completion',
    code_challenge_method: 'S256',
  })
  expect(started?.headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/)
  expect(asked?.form['code_verifier']).toMatch(/^[\w-]{43}$/)
  for (const { path, text } of await filesBelow(home))
    for (const secret of SECRETS) expect(text, path).not.toContain(secret)
  for (const secret of SECRETS) expect(result.stdout + result.stderr).not.toContain(secret)
})

test('when a firewall answers in the place of the server, its words are shown and nothing is stored', async () => {
  const home = temporaryFolder()
  const page =
    '<!doctype html><html><head><style>x{}</style></head><body>405 <b>Access blocked</b></body></html>'
  const login = (await givenLoginServer()).says('/device', [405, page])
  const result = await runCommand(home, [...addHome(login), '--json'])
  expect(result.exit).toBe(5)
  expect(parseDocument(result).error).toMatchObject({
    code: 'credentials_refused',
    message: expect.stringContaining('a web page, as firewalls do: "405 Access blocked"') as unknown,
  })
  expect(
    (await filesBelow(home)).map(({ path }) => path).filter((path) => path.endsWith('accounts.json')),
  ).toEqual([])
})

test('when the refresh token is dead, the account needs a login, says how, and gets one', async () => {
  const home = temporaryFolder()
  const login = (await givenLoginServer()).begins(SOON, [200, TOKENS])
  await runCommand(home, addHome(login))
  login.says('/token', [
    400,
    { error: 'invalid_request', error_description: 'Invalid refresh token or client_id' },
  ])
  const refused = await runCommand(home, ['auth', 'refresh', 'home', '--json'])
  expect(refused.exit).toBe(5)
  expect(JSON.parse(refused.stdout)).toMatchObject({
    renewals: [
      {
        result: 'needs-login',
        account: {
          status: 'needs-login',
          statusReason: 'its login has ended (invalid_request: Invalid refresh token or client_id)',
          auth: { type: 'oauth', hint: '…4e5f' },
        },
      },
    ],
  })
  login.says('/token', [200, { ...TOKENS, access_token: 'another-access-token-77aa' }])
  const again = await runCommand(home, ['auth', 'refresh', 'home', '--login', '--json'])
  expect(again.exit).toBe(0)
  expect(JSON.parse(again.stdout)).toMatchObject({
    renewals: [{ result: 'renewed', account: { status: 'ready' } }],
  })
  // The second login goes to the same place as the first.
  expect(login.seen.filter(({ path }) => path === '/device')).toHaveLength(2)
})

test('a name that is taken is refused before a browser opens', async () => {
  const home = temporaryFolder()
  const login = (await givenLoginServer()).begins(SOON, [200, TOKENS])
  await runCommand(home, addHome(login))
  const result = await runCommand(home, [...addHome(login), '--json'])
  expect(parseDocument(result).error).toMatchObject({
    code: 'name_in_use',
    hint: expect.stringContaining('qwenctl auth refresh qwen-oauth/home --login') as unknown,
  })
  expect(login.seen.filter(({ path }) => path === '/device')).toHaveLength(1)
})

test('an account with a key has no login to renew', async () => {
  const home = temporaryFolder()
  await runCommand(home, ['auth', 'add', 'work', '-p', 'openai', '--key-env', 'K', '--no-verify'], {
    K: 'sk-0123456789abcdef0123456789abcdef',
  })
  const result = await runCommand(home, ['auth', 'refresh', 'work', '--json'])
  expect(JSON.parse(result.stdout)).toMatchObject({ renewals: [{ result: 'no-login' }] })
  const login = await runCommand(home, ['auth', 'refresh', 'work', '--login', '--json'])
  expect(parseDocument(login).error.code).toBe('invalid_usage')
})

test.each([
  [['--login', 'device'], 'missing_answer', '--issuer URL'],
  [['--login', 'device', '--issuer', 'http://id.example.com'], 'invalid_value', 'https://'],
])('when %j cannot lead to a login, the error names the flag', async (flags, code, hint) => {
  const add = [
    'auth',
    'add',
    'lab',
    '-p',
    'custom',
    '--base-url',
    'https://llm.example.com/v1',
    ...flags,
    '--json',
  ]
  const result = await runCommand(temporaryFolder(), add)
  expect(parseDocument(result).error).toMatchObject({ code, hint: expect.stringContaining(hint) as unknown })
})

test('auth verify renews a token that the provider refuses, and asks again with the new one', async () => {
  const home = temporaryFolder()
  const baseUrl = await startKeyChecker('renewed-access-token-5566')
  const login = (await givenLoginServer()).begins(SOON, [200, TOKENS])
  await runCommand(home, [...addHome(login), '--base-url', baseUrl])
  login.says('/token', [200, { ...TOKENS, access_token: 'renewed-access-token-5566' }])
  const accepted = await runCommand(home, ['auth', 'verify', '--json'])
  expect(parseDocument(accepted).verifications).toMatchObject([{ result: 'accepted', account: { baseUrl } }])
  expect(login.grants()).toEqual(['urn:ietf:params:oauth:grant-type:device_code', 'refresh_token'])
  const again = await runCommand(home, ['auth', 'verify'])
  expect(again.exit).toBe(0)
})

test('when the login server is out of reach, auth verify and auth refresh say so, and nothing has ended', async () => {
  const home = temporaryFolder()
  const login = (await givenLoginServer()).begins(SOON, [200, { ...TOKENS, expires_in: 0.001 }])
  await runCommand(home, addHome(login))
  login.says('/token', 'cut')
  const verified = await runCommand(home, ['auth', 'verify', '--json'])
  expect(verified.exit).toBe(1)
  expect(parseDocument(verified).verifications).toMatchObject([
    { result: 'unreachable', account: { status: 'ready' } },
  ])
  const refreshed = await runCommand(home, ['auth', 'refresh', 'home', '--json'])
  expect(refreshed.exit).toBe(1)
  expect(JSON.parse(refreshed.stdout)).toMatchObject({ renewals: [{ result: 'unreachable' }] })
})
