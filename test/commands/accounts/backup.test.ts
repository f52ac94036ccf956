import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openToolkit } from '../../../src/lib/toolkit/open-toolkit.ts'
import { binary, buildIfMissing, parseDocument, runBinary, runCommand } from '../../support/cli.ts'
import { temporaryFolder } from '../../support/temp-folder.ts'

const WORDS = { QWENCTL_BACKUP_PASSPHRASE: 'some words to remember' }

/** Writes a backup with a key that is cheap to derive: it takes half a second of CPU otherwise, for each use. */
async function writeCheapBackup(home: string, file: string): Promise<void> {
  const toolkit = openToolkit({ env: { QWENCTL_HOME: home }, scryptCost: 2 ** 10 })
  await toolkit.backups.write(file, WORDS.QWENCTL_BACKUP_PASSPHRASE)
  await toolkit.close()
}

test('a backup by one run brings back to the next what was wiped in between', async () => {
  const home = temporaryFolder()
  const file = join(temporaryFolder(), 'backup')
  await runCommand(home, ['auth', 'add', 'trial', '-p', 'sandbox', '-l', '5/day'])
  const shown = parseDocument(await runCommand(home, ['quota', 'show', '--json'])) as object
  await writeCheapBackup(home, file)
  rmSync(home, { recursive: true })

  const plan = await runCommand(home, ['accounts', 'restore', file, '--dry-run'], WORDS)
  expect(plan).toMatchObject({
    exit: 0,
    stdout: '',
    stderr: expect.stringContaining('add local:sandbox/trial'),
  })
  const restored = await runCommand(home, ['accounts', 'restore', file, '--yes', '--json'], WORDS)
  expect(parseDocument(restored)).toMatchObject({
    restore: { mode: 'replace', dryRun: false, added: ['local:sandbox/trial'], config: 'same' },
  })
  const again = parseDocument(await runCommand(home, ['quota', 'show', '--json'])) as object
  expect({ ...again, now: null }).toEqual({ ...shown, now: null })
})

test('without a terminal, a restore and a second backup to the same file need --yes', async () => {
  const home = temporaryFolder()
  const file = join(home, 'backup')
  await writeCheapBackup(home, file)
  const before = readFileSync(file)
  for (const verb of ['backup', 'restore']) {
    const result = await runCommand(home, ['accounts', verb, file, '--json'], WORDS)
    expect(parseDocument(result).error, verb).toMatchObject({ code: 'missing_answer', hint: 'add --yes' })
  }
  expect(readFileSync(file)).toEqual(before)
})

test('a restore of a missing file says so before it needs a passphrase', async () => {
  const result = await runCommand(temporaryFolder(), ['accounts', 'restore', '/nowhere/b', '--json'])
  expect(parseDocument(result).error).toMatchObject({ message: 'there is no file /nowhere/b', exit: 2 })
})

test('a passphrase comes from standard input, without the end of its line', async () => {
  const home = temporaryFolder()
  const piped = { stdin: 'some words to remember\n' }
  expect(await runBinary(home, ['accounts', 'backup', 'b', '--passphrase-stdin'], piped)).toMatchObject({
    exit: 0,
    stdout: expect.stringMatching(/\/b\n$/) as string,
  })
  expect(await runCommand(home, ['accounts', 'restore', join(home, 'b'), '--dry-run'], WORDS)).toMatchObject({
    exit: 0,
  })
})

test.each([
  ['without a passphrase', {}, 'missing_answer'],
  ['with a short passphrase', { QWENCTL_BACKUP_PASSPHRASE: 'short' }, 'invalid_value'],
])('%s, no backup is made', async (_, env, code) => {
  const home = temporaryFolder()
  const result = await runCommand(home, ['accounts', 'backup', join(home, 'b'), '--json'], env)
  expect(parseDocument(result).error).toMatchObject({ code })
})

test('a wrong passphrase ends with 6, and a file that is no backup with 2', async () => {
  const home = temporaryFolder()
  const file = join(home, 'b')
  await writeCheapBackup(home, file)
  const wrong = { QWENCTL_BACKUP_PASSPHRASE: 'other words' }
  expect(await runCommand(home, ['accounts', 'restore', file, '--yes'], wrong)).toMatchObject({ exit: 6 })
  const other = ['accounts', 'restore', join(import.meta.dirname, 'backup.test.ts'), '--yes']
  expect(await runCommand(home, other, WORDS)).toMatchObject({ exit: 2 })
})

test('a backup to - is standard output, whole, and restores', async () => {
  const home = temporaryFolder()
  await runCommand(home, ['auth', 'add', 'trial', '-p', 'sandbox'])
  const piped = join(temporaryFolder(), 'piped')
  buildIfMissing()
  const env = { ...process.env, ...WORDS, QWENCTL_HOME: home }
  writeFileSync(
    piped,
    execFileSync(process.execPath, [binary, 'accounts', 'backup', '-'], { env, stdio: 'pipe' }),
  )
  const plan = await runCommand(
    temporaryFolder(),
    ['accounts', 'restore', piped, '--dry-run', '--json'],
    WORDS,
  )
  expect(parseDocument(plan)).toMatchObject({ restore: { added: ['local:sandbox/trial'], newVault: null } })
  expect(existsSync(join(home, '-'))).toBe(false)
  const both = await runCommand(home, ['accounts', 'backup', '-', '--json'], WORDS)
  expect(parseDocument(both).error).toMatchObject({ code: 'invalid_usage' })
})
