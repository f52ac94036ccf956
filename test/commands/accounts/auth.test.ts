import { expect, test } from 'vitest'
import { parseDocument, runCommand } from '../../support/cli.ts'
import { temporaryFolder } from '../../support/temp-folder.ts'
import type { CliResult } from '../../support/cli.ts'
import { startKeyChecker } from '../../support/keychain/key-checker.ts'

const GOOD = 'sk-good-0123456789abcdef'

async function addCustom(
  home: string,
  name: string,
  url: string,
  key: string,
  ...more: string[]
): Promise<CliResult> {
  const argv = ['auth', 'add', `custom/${name}`, '--base-url', url, '--key-env', 'MY_KEY', ...more]
  return runCommand(home, argv, { MY_KEY: key })
}

async function namesIn(home: string): Promise<string[]> {
  const { accounts } = parseDocument(await runCommand(home, ['auth', 'list', '--json']))
  return accounts.map((account) => account.name)
}

test('when the provider accepts the key, the account is stored and shown with its key masked', async () => {
  const home = temporaryFolder()
  const result = await addCustom(
    home,
    'work',
    await startKeyChecker(GOOD),
    GOOD,
    '--group',
    'night',
    '--limit',
    '20/day',
    '--json',
  )
  expect(result).toMatchObject({ exit: 0 })
  const { account } = parseDocument(result)
  expect(account).toMatchObject({
    provider: 'custom',
    name: 'work',
    user: 'local',
    groups: ['night'],
    status: 'ready',
  })
  expect(account.limits).toMatchObject([{ max: 20, window: 'day', source: 'configured' }])
  expect(result.stdout + result.stderr).not.toContain(GOOD)
})

test('when the provider refuses the key, exits with 5 and stores nothing', async () => {
  const home = temporaryFolder()
  const result = await addCustom(
    home,
    'work',
    await startKeyChecker(GOOD),
    'sk-bad-0123456789abcdef',
    '--json',
  )
  expect(result.exit).toBe(5)
  expect(parseDocument(result).error).toMatchObject({ code: 'credentials_refused', exit: 5 })
  expect(result.stdout + result.stderr).not.toContain('sk-bad-0123456789abcdef')
  expect(await namesIn(home)).toEqual([])
})

test('when no server answers, exits with 1, stores nothing, and --no-verify stores it all the same', async () => {
  const home = temporaryFolder()
  // Port 9 (discard) is refused on a machine that does not run it.
  const refused = await addCustom(home, 'work', 'http://127.0.0.1:9/v1', GOOD, '--json')
  expect(parseDocument(refused).error).toMatchObject({
    code: 'upstream_unavailable',
    exit: 1,
    hint: expect.stringContaining('--no-verify'),
  })
  expect(await namesIn(home)).toEqual([])
  expect(await addCustom(home, 'work', 'http://127.0.0.1:9/v1', GOOD, '--no-verify')).toMatchObject({
    exit: 0,
  })
  expect(await namesIn(home)).toEqual(['work'])
})

test.each([
  [
    ['auth', 'add', 'work'],
    'missing_answer',
    'add --provider PROVIDER; qwenctl providers list shows the providers',
  ],
  [['auth', 'add', 'openai/work'], 'missing_answer', '--key-stdin'],
  [['auth', 'add', 'custom/work'], 'missing_answer', '--base-url'],
  [['auth', 'add', 'openai/work', '-p', 'qwen'], 'invalid_usage', 'leave one of them out'],
  [['auth', 'add', 'opneai/work'], 'unknown_provider', ''],
  [['auth', 'add', 'sandbox/a', '--limit', 'lots'], 'invalid_limit', '2000/day'],
  [['auth', 'add', 'openai/a', '--key-env', 'A', '--key-file', 'b'], 'invalid_usage', '--help'],
  [['auth', 'add', 'openai/a', '--key', 'sk-123'], 'invalid_usage', '--key-env'],
])('without a terminal, %j is wrong usage (%s)', async (argv, code, hint) => {
  const result = await runCommand(temporaryFolder(), [...argv, '--json'])
  expect(result).toMatchObject({ exit: 2, stderr: '' })
  expect(parseDocument(result).error).toMatchObject({ code, exit: 2, hint: expect.stringContaining(hint) })
  expect(result.stdout).not.toContain('sk-123')
})

test('when a program names a topic only, it gets an error and not the help', async () => {
  const home = temporaryFolder()
  expect(parseDocument(await runCommand(home, ['auth', '--json'])).error).toMatchObject({
    code: 'invalid_usage',
    exit: 2,
  })
  expect(await runCommand(home, ['auth'])).toMatchObject({
    exit: 0,
    stdout: expect.stringContaining('auth add') as string,
  })
})

test('when the name is taken at that provider, says so and keeps the first', async () => {
  const home = temporaryFolder()
  await runCommand(home, ['auth', 'add', 'play', '-p', 'sandbox'])
  const result = await runCommand(home, ['auth', 'add', 'sandbox/play', '--json'])
  expect(parseDocument(result).error).toMatchObject({ code: 'name_in_use', exit: 2 })
})

test('without a name or a terminal, takes the first free one', async () => {
  const home = temporaryFolder()
  await runCommand(home, ['auth', 'add', '-p', 'sandbox'])
  await runCommand(home, ['auth', 'add', '-p', 'sandbox'])
  expect(await namesIn(home)).toEqual(['sandbox', 'sandbox-2'])
})

test('when there is no account, the list is empty for programs and helpful for people', async () => {
  const home = temporaryFolder()
  expect(parseDocument(await runCommand(home, ['auth', 'list', '--json']))).toEqual({ accounts: [] })
  const shown = await runCommand(home, ['auth', 'list'])
  expect(shown).toMatchObject({ exit: 0, stdout: '', stderr: expect.stringContaining('qwenctl auth add') })
})

test('when accounts are verified, says of each what its provider says, and exits with 5 if one is refused', async () => {
  const home = temporaryFolder()
  const url = await startKeyChecker(GOOD)
  await addCustom(home, 'good', url, GOOD)
  await addCustom(home, 'bad', url, 'sk-bad-0123456789abcdef', '--no-verify')
  const result = await runCommand(home, ['auth', 'verify', '--json'])
  expect(result.exit).toBe(5)
  const said = parseDocument(result).verifications.map((one) => [
    one.account.name,
    one.result,
    one.account.status,
  ])
  expect(said).toEqual([
    ['good', 'accepted', 'ready'],
    ['bad', 'refused', 'key-refused'],
  ])
  expect(await runCommand(home, ['auth', 'verify', 'good'])).toMatchObject({ exit: 0 })
  const fix = 'qwenctl accounts set custom/bad --key-stdin'
  expect((await runCommand(home, ['auth', 'list'])).stdout).toContain(fix)
  expect((await runCommand(home, ['accounts', 'show', 'bad'])).stdout).toContain(fix)
  const quota = await runCommand(home, ['quota', 'show'])
  expect(quota.stdout + quota.stderr).toContain(fix)
})

test('without a terminal, removing asks for --yes, and a mistyped name removes nothing', async () => {
  const home = temporaryFolder()
  for (const name of ['a', 'b', 'c']) await runCommand(home, ['auth', 'add', name, '-p', 'sandbox'])
  const unasked = await runCommand(home, ['auth', 'remove', 'a', '--json'])
  expect(parseDocument(unasked).error).toMatchObject({ code: 'missing_answer', hint: 'add --yes', exit: 2 })
  const mistyped = await runCommand(home, ['auth', 'remove', 'a', 'nope', '--yes', '--json'])
  expect(parseDocument(mistyped).error).toMatchObject({ code: 'account_not_found', exit: 3 })
  expect(await namesIn(home)).toEqual(['a', 'b', 'c'])

  const removed = parseDocument(
    await runCommand(home, ['auth', 'remove', 'a', 'sandbox/b', '--yes', '--json']),
  )
  expect(removed.accounts.map((account) => account.name)).toEqual(['a', 'b'])
  expect(await namesIn(home)).toEqual(['c'])
})
