import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { binary, buildIfMissing, cleanEnv, parseDocument, runCommand } from '../../support/cli.ts'
import { temporaryFolder } from '../../support/temp-folder.ts'
import { startKeyChecker } from '../../support/keychain/key-checker.ts'
import { openTerminal } from '../../support/terminal.ts'

const GOOD = 'sk-good-0123456789abcdef'

async function json(home: string, ...argv: string[]): Promise<Record<string, unknown>> {
  return parseDocument(await runCommand(home, [...argv, '--json'])) as unknown as Record<string, unknown>
}

async function homeWith(...names: string[]): Promise<string> {
  const home = temporaryFolder()
  for (const name of names) await runCommand(home, ['auth', 'add', name, '-p', 'sandbox', '-g', 'night'])
  return home
}

async function namesIn(home: string, ...list: string[]): Promise<string[]> {
  const { accounts } = await json(home, ...list)
  return (accounts as { name: string }[]).map(({ name }) => name)
}

test('a removed account waits in the archive with its folder, and comes back as it was', async () => {
  const home = await homeWith('work')
  const folder = join(home, 'accounts', 'local', 'sandbox', 'work')
  expect(statSync(folder).mode & 0o777).toBe(0o700)
  writeFileSync(join(folder, 'own.txt'), 'mine')
  const { account: before } = await json(home, 'accounts', 'show', 'work')
  await runCommand(home, ['auth', 'remove', 'work', '--yes'])
  expect(await namesIn(home, 'accounts', 'archived')).toEqual(['work'])
  expect(existsSync(folder)).toBe(false)

  const { account } = await json(home, 'accounts', 'unarchive', 'sandbox/work')
  expect(account).toEqual(before)
  expect(readFileSync(join(folder, 'own.txt'), 'utf8')).toBe('mine')
  expect(await namesIn(home, 'accounts', 'archived')).toEqual([])
})

test('when the name is in use again, the archived one comes back only under another', async () => {
  const home = await homeWith('work')
  await runCommand(home, ['auth', 'remove', 'work', '--yes'])
  await runCommand(home, ['auth', 'add', 'work', '-p', 'sandbox'])
  const { error } = await json(home, 'accounts', 'unarchive', 'work')
  expect(error).toMatchObject({ code: 'name_in_use', hint: expect.stringContaining('--as NAME') })
  const { account } = await json(home, 'accounts', 'unarchive', 'work', '--as', 'work-old')
  expect(account).toMatchObject({ name: 'work-old', groups: ['night'] })
  expect(await namesIn(home, 'auth', 'list')).toEqual(['work', 'work-old'])
})

test('of several archived under one name, the last removed comes back, and its id names the other', async () => {
  const home = await homeWith('work')
  const ids: string[] = []
  for (let round = 0; round < 2; round += 1) {
    if (round > 0) await runCommand(home, ['auth', 'add', 'work', '-p', 'sandbox'])
    const { account } = await json(home, 'auth', 'remove', 'work', '--yes')
    ids.push((account as { id: string }).id)
  }
  expect((await json(home, 'accounts', 'unarchive', 'work')).account).toMatchObject({ id: ids[1] })
  const other = await json(home, 'accounts', 'unarchive', String(ids[0]), '--as', 'older')
  expect(other.account).toMatchObject({ id: ids[0] })
})

test('with --purge, an archived account is destroyed with its folder, and one that never was is not found', async () => {
  const home = await homeWith('work', 'other')
  mkdirSync(join(home, 'accounts', 'local', 'sandbox', 'work'), { recursive: true })
  const { account } = await json(home, 'auth', 'remove', 'work', '--yes')
  const id = (account as { id: string }).id
  expect(existsSync(join(home, 'accounts', '.archive', id))).toBe(true)
  expect(await runCommand(home, ['auth', 'remove', 'nobody', '--purge', '--yes'])).toMatchObject({ exit: 3 })
  expect(await json(home, 'auth', 'remove', 'work', '--purge', '--yes')).toMatchObject({ archived: [{ id }] })
  expect(await namesIn(home, 'accounts', 'archived')).toEqual([])
  expect(existsSync(join(home, 'accounts', '.archive', id))).toBe(false)
  expect(await namesIn(home, 'auth', 'list')).toEqual(['other'])
})

test('with --group, all accounts of it are removed, and without any choice none is', async () => {
  const home = await homeWith('a', 'b')
  expect(await runCommand(home, ['auth', 'remove', '--yes'])).toMatchObject({ exit: 2 })
  await runCommand(home, ['auth', 'add', 'c', '-p', 'sandbox'])
  await runCommand(home, ['auth', 'remove', '--group', 'night', '--yes'])
  expect(await namesIn(home, 'auth', 'list')).toEqual(['c'])
})

test('a clone has the settings of its original and the same key, or a key of its own that is checked', async () => {
  const home = temporaryFolder()
  const url = await startKeyChecker(GOOD)
  const env = { GOOD, BAD: 'sk-bad-0123456789abcdef' }
  const add = [
    'auth',
    'add',
    'custom/work',
    '--base-url',
    url,
    '--key-env',
    'GOOD',
    '-l',
    '7/day',
    '-g',
    'night',
  ]
  await runCommand(home, [...add, '--priority', '3'], env)
  const same = parseDocument(await runCommand(home, ['accounts', 'clone', 'work', 'copy', '--json'], env))
  expect(same.account).toMatchObject({ name: 'copy', priority: 3, groups: ['night'], baseUrl: url })
  expect(same.account.limits).toMatchObject([{ max: 7, window: 'day', used: 0 }])
  const checked = parseDocument(await runCommand(home, ['auth', 'verify', 'copy', '--json'], env))
  expect(checked.verifications).toMatchObject([{ result: 'accepted' }])
  const bad = ['accounts', 'clone', 'work', 'third', '--key-env', 'BAD']
  expect(await runCommand(home, bad, env)).toMatchObject({ exit: 5 })
  expect(await namesIn(home, 'auth', 'list')).toEqual(['work', 'copy'])
})

test('a template gives its settings to a whole group, and holds no secret', async () => {
  const home = await homeWith('a', 'b')
  await runCommand(home, ['accounts', 'set', 'a', '--limit', '5/hour', '--priority', '2', '--group', 'day'])
  const { template } = await json(home, 'accounts', 'template', 'save', 'calm', 'a')
  expect(template).toMatchObject({
    name: 'calm',
    provider: 'sandbox',
    settings: { limits: ['5/hour'], priority: 2 },
  })
  const { accounts } = await json(home, 'accounts', 'template', 'apply', 'calm', '--group', 'night')
  expect(accounts).toMatchObject([{ name: 'b', priority: 2, groups: ['day'], limits: [{ max: 5 }] }])
  const same = await runCommand(home, ['accounts', 'template', 'apply', 'calm', 'b'])
  expect(same.stderr).toBe('sandbox/b has these settings already.\n')
  await runCommand(home, ['accounts', 'set', 'b', '--model', 'sandbox-small', '--priority', '1'])
  const { stderr } = await runCommand(home, ['accounts', 'template', 'apply', 'calm', 'b'])
  expect(stderr).toBe('Changed sandbox/b: priority 1 -> 2; models sandbox-small -> none.\n')
  const again = await json(home, 'accounts', 'template', 'save', 'calm', 'b')
  expect(again.error).toMatchObject({ code: 'missing_answer', hint: 'add --yes' })
  expect((await json(home, 'accounts', 'template', 'list')).templates).toMatchObject([{ name: 'calm' }])
  await runCommand(home, ['accounts', 'template', 'remove', 'calm'])
  const gone = await runCommand(home, ['accounts', 'template', 'apply', 'calm', 'b', '--json'])
  expect(parseDocument(gone).error).toMatchObject({ code: 'template_not_found', exit: 3 })
})

test('on a terminal, checking several shows how far it is, and then the table alone', async () => {
  buildIfMissing()
  const home = await homeWith('a', 'b', 'c')
  const terminal = openTerminal(process.execPath, [binary, 'auth', 'verify'], {
    env: cleanEnv(home),
    cwd: home,
  })
  expect(await terminal.exit).toBe(0)
  expect(terminal.shown()).toContain('3 of 3')
  expect(terminal.raw().lastIndexOf('\u001b[K')).toBeLessThan(terminal.raw().indexOf('RESULT'))
})
