import { expect, test } from 'vitest'
import { runCommand } from '../support/cli.ts'
import { temporaryFolder } from '../support/temp-folder.ts'

interface Shown {
  key: { name: string; secret?: string; status: string; limits: { max: number; remaining: number }[] }
  keys: { name: string; hint: string; status: string }[]
  env: Record<string, string>
  error: { code: string; exit: number }
}
const shown = ({ stdout }: { stdout: string }) => JSON.parse(stdout) as Shown

test('a key is shown once, listed without, and revoked', async () => {
  const home = temporaryFolder()
  const made = await runCommand(home, [
    'keys',
    'create',
    'ci',
    '--limit',
    '200/day',
    '--expires',
    '30d',
    '--json',
  ])
  const { key } = shown(made)
  expect(key).toMatchObject({ name: 'ci', status: 'active', limits: [{ max: 200, remaining: 200 }] })
  expect(key.secret).toMatch(/^qk_[\w-]{43}$/)
  for (const argv of [
    ['keys', 'list'],
    ['keys', 'list', '--json'],
  ]) {
    const { stdout, stderr } = await runCommand(home, argv)
    expect(stdout).toContain('ci')
    expect(stdout + stderr).not.toContain(key.secret)
  }
  const again = await runCommand(home, ['keys', 'create', 'ci', '--json'])
  expect(shown(again).error).toMatchObject({ code: 'name_in_use' })
  const unasked = await runCommand(home, ['keys', 'revoke', 'ci', '--json'])
  expect(unasked.exit).toBe(2)
  expect((await runCommand(home, ['keys', 'revoke', 'ci', '--yes', '--json'])).exit).toBe(0)
  expect(shown(await runCommand(home, ['keys', 'list', '--json'])).keys).toEqual([])
  const gone = await runCommand(home, ['keys', 'revoke', 'ci', '--yes', '--json'])
  expect(shown(gone).error).toMatchObject({ code: 'key_not_found', exit: 3 })
  expect((await runCommand(home, ['keys', 'create', 'ci'])).exit).toBe(0) // the name is free again
})

test('without --json a key stands alone on stdout', async () => {
  const { stdout, stderr } = await runCommand(temporaryFolder(), ['keys', 'create', 'ci'])
  expect(stdout).toMatch(/^qk_[\w-]{43}\n$/)
  expect(stderr).toContain('only once')
})

test('a group without an account is refused as an unknown account is, and no key is made', async () => {
  const home = temporaryFolder()
  await runCommand(home, ['auth', 'add', 'sandbox/play', '--group', 'free'])
  const refused = { code: 'account_not_found', message: 'no account is in the group "fre"', exit: 3 }
  const made = await runCommand(home, ['keys', 'create', 'ci', '--groups', 'free,fre', '--json'])
  expect(shown(made).error).toMatchObject({ ...refused, hint: 'did you mean "free"?' })
  expect(shown(await runCommand(home, ['keys', 'list', '--json'])).keys).toEqual([])
  expect((await runCommand(home, ['keys', 'create', 'ci', '--groups', 'free'])).exit).toBe(0)
  const changed = await runCommand(home, ['keys', 'set', 'ci', '--groups', 'fre', '--json'])
  expect(shown(changed).error).toMatchObject(refused)
})

test.each([
  [['keys', 'create', 'ci', '--limit', 'many'], 'invalid_limit', 2],
  [['keys', 'create', 'ci', '--expires', 'soon'], 'invalid_value', 2],
  [['keys', 'create', 'ci', '--expires', '2020-01-01'], 'invalid_value', 2],
  [['keys', 'create', 'a/b'], 'invalid_value', 2],
  [['keys', 'create', 'ci', '--accounts', 'nobody'], 'account_not_found', 3],
  [['env'], 'proxy_not_running', 3],
])('%j is %s', async (argv, code, exit) => {
  const result = await runCommand(temporaryFolder(), [...argv, '--json'])
  expect(shown(result).error).toMatchObject({ code, exit })
  expect(result.exit).toBe(exit)
})

test('a key is changed, renamed, paused and given a new secret, while its id and counts stay', async () => {
  const home = temporaryFolder()
  const made = shown(await runCommand(home, ['keys', 'create', 'ci', '--limit', '200/day', '--json'])).key
  const changed = await runCommand(home, [
    'keys',
    'set',
    'ci',
    '--limit',
    '1krpd',
    '--expires',
    '30d',
    '--json',
  ])
  expect(shown(changed).key).toMatchObject({ name: 'ci', limits: [{ max: 1000 }] })
  await runCommand(home, ['keys', 'create', 'other'])
  const taken = await runCommand(home, ['keys', 'rename', 'ci', 'other', '--json'])
  expect(shown(taken).error).toMatchObject({ code: 'name_in_use' })
  expect((await runCommand(home, ['keys', 'rename', 'ci', 'build'])).stderr).toBe('Renamed to build.\n')
  expect(shown(await runCommand(home, ['keys', 'pause', 'build', '--json'])).key.status).toBe('paused')
  expect(shown(await runCommand(home, ['keys', 'resume', 'build', '--json'])).key.status).toBe('active')
  const rotated = shown(await runCommand(home, ['keys', 'rotate', 'build', '--overlap', '24h', '--json'])).key
  expect(rotated.secret).toMatch(/^qk_[\w-]{43}$/)
  expect(rotated.secret).not.toBe(made.secret)
  expect((await runCommand(home, ['keys', 'show', 'build'])).stdout).toContain('former secret works until')
  expect((await runCommand(home, ['keys', 'set', 'build', '--json'])).exit).toBe(2)
  const gone = await runCommand(home, ['keys', 'show', 'ci', '--json'])
  expect(shown(gone).error).toMatchObject({ code: 'key_not_found', exit: 3 })
})
