import { existsSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { parseDocument, runCommand } from '../support/cli.ts'
import { temporaryFolder } from '../support/temp-folder.ts'

const WORDS = { QWENCTL_PASSPHRASE: 'correct horse' }
const KEY = { MY_KEY: 'sk-good-0123456789abcdef' }

async function storage(home: string, argv: string[], env: Record<string, string> = {}): Promise<unknown> {
  return parseDocument(await runCommand(home, ['auth', 'storage', ...argv, '--json'], env))
}

test('auth storage shows what seals, moves all to a passphrase, and a home without a keychain says so', async () => {
  const home = temporaryFolder()
  expect(await storage(home, [])).toEqual({ storage: { kind: null, sealed: 0 } })
  await runCommand(home, ['auth', 'add', 'openai/a', '--key-env', 'MY_KEY', '--no-verify'], KEY)
  expect(await storage(home, [])).toEqual({ storage: { kind: 'key-file', sealed: 1 } })
  const none = { QWENCTL_KEYCHAIN: 'off' }
  expect(await storage(home, ['--to', 'keychain', '--yes'], none)).toMatchObject({
    error: { code: 'vault_locked', message: expect.stringContaining('offers no keychain'), exit: 6 },
  })
  expect(await storage(home, ['--to', 'passphrase'], WORDS)).toMatchObject({ error: { hint: 'add --yes' } })
  const moved = await storage(home, ['--to', 'passphrase', '--yes'], WORDS)
  expect(moved).toEqual({ storage: { kind: 'passphrase', sealed: 1 } })
  expect(existsSync(join(home, 'master.key'))).toBe(false)
  expect(readFileSync(join(home, 'accounts.json'), 'utf8')).not.toContain(KEY.MY_KEY)
  const locked = await runCommand(home, ['accounts', 'clone', 'a', 'b', '--json'])
  expect(parseDocument(locked).error).toMatchObject({ code: 'vault_locked' })
  const opened = await runCommand(home, ['accounts', 'clone', 'a', 'b', '--json'], WORDS)
  expect(parseDocument(opened).account).toMatchObject({ name: 'b', auth: { hint: 'sk-…cdef' } })
})

test('auth storage --reset asks, starts a new vault, and lists what each account needs', async () => {
  const home = temporaryFolder()
  const added = await runCommand(home, ['auth', 'add', 'openai/a', '--key-env', 'MY_KEY', '--no-verify'], {
    ...KEY,
    ...WORDS,
  })
  expect(added.exit).toBe(0)
  expect(await storage(home, ['--reset'])).toMatchObject({ error: { hint: 'add --yes' } })
  const reset = await runCommand(home, ['auth', 'storage', '--reset', '--yes'])
  expect(reset.exit).toBe(0)
  expect(reset.stderr).toContain('openai/a: qwenctl accounts set openai/a --key-stdin')
  const shown = parseDocument(await runCommand(home, ['quota', 'show', '--json']))
  expect(shown.accounts[0]).toMatchObject({
    status: 'no-key',
    statusReason: 'its key was lost with the old vault',
    fix: 'qwenctl accounts set openai/a --key-stdin',
  })
  const again = await runCommand(home, ['accounts', 'set', 'a', '--key-env', 'MY_KEY', '--json'], KEY)
  expect(parseDocument(again).account).toMatchObject({ status: 'ready', auth: { hint: 'sk-…cdef' } })
  rmSync(join(home, 'master.key'))
  expect(await storage(home, ['--reset', '--yes'])).toMatchObject({
    storage: { kind: 'key-file', missing: ['local:openai/a'] },
  })
})
