import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { filesBelow } from '../../lib/toolkit/temporary-home.ts'
import { httpProxy } from '../../support/servers/egress-proxies.ts'
import type { MigrationView } from '../../../src/lib/toolkit/migrate/views.ts'
import { givenFiles } from '../../lib/toolkit/migrate/foreign-home.ts'
import { parseDocument, runCommand } from '../../support/cli.ts'
import { temporaryFolder } from '../../support/temp-folder.ts'
import { startKeyChecker } from '../../support/keychain/key-checker.ts'

const KEY = 'sk-planted-0123456789abcdef0123456789'
const HIDDEN = 'hidden-word-0123'
const key = { KEY }

async function givenAccount(...flags: string[]): Promise<{ home: string; shown: string | null }> {
  const home = temporaryFolder()
  const add = ['auth', 'add', 'openai/work', '--key-env', 'KEY', '--no-verify', '--json']
  const result = await runCommand(home, [...add, ...flags], {
    ...key,
    PROXIES: ` http://me:${HIDDEN}@a.example:1 ,\n socks5://b.example:2\n`,
  })
  expect(result.exit).toBe(0)
  expect(result.stdout + result.stderr).not.toContain(HIDDEN)
  return { home, shown: parseDocument(result).account.egressProxy }
}

test.each([
  [
    'a repeated flag',
    ['--egress-proxy', `http://me:${HIDDEN}@a.example:1`, '--egress-proxy', 'socks5://b.example:2'],
  ],
  ['commas', ['--egress-proxy', `http://me:${HIDDEN}@a.example:1,socks5://b.example:2`]],
  ['a variable', ['--egress-proxy-env', 'PROXIES']],
])('a list of egress proxies is given by %s, and kept without its passwords in sight', async (_, flags) => {
  const { home, shown } = await givenAccount(...flags)
  expect(shown).toBe('http://me:…@a.example:1, socks5://b.example:2')
  for (const { path, text } of await filesBelow(home)) expect(text, path).not.toContain(HIDDEN)
})

test.each([['--no-egress-proxy'], ['--egress-proxy', '']])(
  'accounts set %s %s takes it away',
  async (...flags) => {
    const { home } = await givenAccount('--egress-proxy', 'http://a.example:1')
    const other = await runCommand(home, [
      'accounts',
      'set',
      'work',
      '--egress-proxy',
      'socks5h://c.example',
      '--json',
    ])
    expect(parseDocument(other).account.egressProxy).toBe('socks5h://c.example:1080')
    const result = await runCommand(home, [
      'accounts',
      'set',
      'work',
      ...flags.filter((flag, at) => flag !== '' || at > 0),
      '--json',
    ])
    expect(parseDocument(result).account.egressProxy).toBeNull()
  },
)

test.each([
  [['--egress-proxy', 'http://a.example', '--no-egress-proxy'], /egress-proxy/],
  [['--egress-proxy', 'http://a.example', '--egress-proxy', ''], /--egress-proxy is empty/],
  [['--egress-proxy-env', 'NOT_THERE'], /NOT_THERE is not set/],
  [['--egress-proxy', `ftp://me:${HIDDEN}@a.example`], /socks5h/],
])('accounts set %j is wrong usage', async (flags, words) => {
  const { home } = await givenAccount()
  const result = await runCommand(home, ['accounts', 'set', 'work', ...flags, '--json'])
  expect(result.exit).toBe(2)
  expect(parseDocument(result).error.message + (parseDocument(result).error.hint ?? '')).toMatch(words)
  expect(result.stdout + result.stderr).not.toContain(HIDDEN)
})

test('auth add checks the key through the proxy, and stores nothing where there is no way', async () => {
  const home = temporaryFolder()
  const proxy = await httpProxy()
  const baseUrl = await startKeyChecker(KEY)
  const add = [
    'auth',
    'add',
    'custom/work',
    '--base-url',
    baseUrl,
    '--key-env',
    'KEY',
    '--json',
    '--egress-proxy',
  ]
  const through = `http://127.0.0.1:${proxy.port}`
  expect(await runCommand(home, [...add, through], key)).toMatchObject({ exit: 0 })
  expect(proxy.requests).toHaveLength(1)
  await proxy.close()
  const failed = await runCommand(temporaryFolder(), [...add, through], key)
  expect(failed.exit).toBe(1)
  expect(parseDocument(failed).error).toMatchObject({
    code: 'upstream_unavailable',
    message: expect.stringContaining(`${through}: connection refused`) as string,
  })
})

test.each([
  ['the flag', ['--ca', '/nowhere/ca.pem'], {}],
  ['the variable', [], { QWENCTL_CA: '/nowhere/ca.pem' }],
])(
  'proxy start with a file of authorities that is not there, by %s, does not start',
  async (_, flags, env) => {
    const result = await runCommand(
      temporaryFolder(),
      ['proxy', 'start', '--port', '0', ...flags, '--json'],
      env,
    )
    expect(result.exit).toBe(2)
    expect(parseDocument(result).error).toMatchObject({
      code: 'invalid_value',
      message: 'the file of authorities /nowhere/ca.pem cannot be read (ENOENT)',
    })
  },
)

test('proxy start with a file that holds a key does not quote it', async () => {
  const file = fileURLToPath(new URL('../../support/certs/server-key.pem', import.meta.url))
  const result = await runCommand(temporaryFolder(), [
    'proxy',
    'start',
    '--port',
    '0',
    '--ca',
    file,
    '--json',
  ])
  expect(result.exit).toBe(2)
  expect(parseDocument(result).error.message).toContain('holds no certificate')
  expect(result.stdout).not.toContain('MIGH')
})

test('accounts migrate takes over proxies of every kind, and no base URL of cloud metadata', async () => {
  const home = temporaryFolder()
  const tools = givenFiles({
    '.cli-proxy-api/config.yaml':
      'openai-compatibility:\n' +
      '  - name: acme\n    base-url: https://api.acme.example/v1\n' +
      `    api-key-entries: [{api-key: planted-acme-0123456789, proxy-url: "socks5://me:${HIDDEN}@p.example:1"}]\n` +
      '  - name: evil\n    base-url: http://169.254.169.254/v1\n' +
      '    api-key-entries: [{api-key: planted-evil-0123456789}]\n',
  })
  const argv = ['accounts', 'migrate', '--yes', '--json']
  const result = await runCommand(home, argv, { HOME: tools, XDG_DATA_HOME: '', XDG_CONFIG_HOME: '' })
  const { plan } = JSON.parse(result.stdout) as MigrationView
  expect(plan).toMatchObject([
    {
      name: 'acme',
      action: 'add',
      egressProxy: expect.stringContaining('socks5://me:…@p.example:1') as string,
    },
    { name: 'evil', action: 'declined', reason: 'its base URL is an address of cloud metadata' },
  ])
  expect(result.stdout + result.stderr).not.toContain(HIDDEN)
})
