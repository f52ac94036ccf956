import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { memoryKeychain } from '../../../support/keychain/memory-keychain.ts'
import type { Toolkit } from '../../../../src/lib/toolkit/toolkit.ts'
import { KEY, acme, givenToolkit } from '../temporary-home.ts'
import { temporaryFolder } from '../../../support/temp-folder.ts'

const WORDS = 'some words to remember'
const PROXY = 'http://proxy.example.com:8080'
const common = { providers: [acme()], scryptCost: 2 ** 10 }

/** A home with secrets that are sealed in one way, and how a toolkit opens it without the key. */
async function givenLostVault(
  kind: 'keychain' | 'passphrase' | 'wrong passphrase' | 'key-file' | 'damaged key file',
) {
  const home = temporaryFolder()
  const keychain = memoryKeychain()
  const env = { QWENCTL_PASSPHRASE: kind.endsWith('passphrase') ? 'first words' : '' }
  const toolkit = await givenToolkit({ ...common, home, keychain, env })
  const { accounts } = toolkit
  const work = await accounts.add({
    provider: 'acme',
    name: 'work',
    secret: KEY,
    limits: ['9/day'],
    egressProxy: PROXY,
  })
  await accounts.add({ provider: 'acme', name: 'home', secret: `${KEY}2`, user: 'ann' })
  await accounts.add({ provider: 'acme', name: 'old', secret: `${KEY}3` })
  await accounts.remove('old', { purge: false })
  const ledger = await toolkit.ledger()
  const reservation = await ledger.reserve({ account: work.id })
  if (reservation === null) throw new Error('the home has room')
  ledger.settle(reservation, { outcome: 'ok', status: 200 })
  await toolkit.settings.set('proxy.port', '4000')
  if (kind === 'keychain') await toolkit.moveStorage('keychain')
  if (kind === 'key-file') {
    await toolkit.moveStorage('keychain')
    await toolkit.moveStorage('key-file') // so that vault.json names it
  }
  const file = join(temporaryFolder(), 'backup')
  await toolkit.close()
  const whole = await givenToolkit({ ...common, home, keychain, env })
  await whole.backups.write(file, WORDS)
  await whole.close()

  keychain.secrets.clear()
  if (kind === 'key-file') rmSync(toolkit.home.masterKeyFile)
  if (kind === 'damaged key file') writeFileSync(toolkit.home.masterKeyFile, 'no key')
  const now = { QWENCTL_PASSPHRASE: kind === 'wrong passphrase' ? 'other words' : '' }
  const open = () => givenToolkit({ ...common, home, keychain, env: now })
  return { home, file, open, paths: toolkit.home }
}

async function listStatus(toolkit: Toolkit): Promise<string[]> {
  const { accounts } = await toolkit.quotas.show([])
  return accounts.map(({ name, status, fix }) => [name, status, fix].join(' ')).sort()
}

const kinds = ['keychain', 'passphrase', 'wrong passphrase', 'key-file', 'damaged key file'] as const

test.each(kinds)('a vault without its key (%s) says both ways out', async (kind) => {
  const { open } = await givenLostVault(kind)
  const toolkit = await open()
  const error = await toolkit.accounts
    .readSecret(await toolkit.accounts.find('work'))
    .catch((thrown: unknown) => thrown)
  const hint = String((error as { hint: unknown }).hint)
  expect(hint).toContain('qwenctl accounts restore FILE')
  expect(hint).toContain('qwenctl auth storage --reset')
})

test.each(kinds)('a backup restores a home without its key (%s), and keeps the old vault', async (kind) => {
  const { file, open, paths } = await givenLostVault(kind)
  const toolkit = await open()
  const old = existsSync(paths.vaultFile) ? readFileSync(paths.vaultFile, 'utf8') : null
  const backup = await toolkit.backups.open(file, WORDS)
  expect((await backup.plan('replace')).newVault).toEqual(expect.any(String))
  expect(existsSync(paths.vaultFile) ? readFileSync(paths.vaultFile, 'utf8') : null).toBe(old)
  const safety = String(await backup.apply('replace'))
  if (old !== null) expect(readFileSync(join(safety, 'vault.json'), 'utf8')).toBe(old)
  await toolkit.close()

  const later = await open()
  expect(await later.accounts.readSecret(await later.accounts.find('work'))).toBe(KEY)
  expect(await later.accounts.readSecret(await later.accounts.find('home', { user: 'ann' }))).toBe(`${KEY}2`)
  expect((await later.storage()).kind).toBe(kind === 'wrong passphrase' ? 'passphrase' : 'key-file')
})

test.each(kinds)('without a backup, a new vault keeps all but the secrets (%s)', async (kind) => {
  const { open, paths } = await givenLostVault(kind)
  const toolkit = await open()
  const before = (await toolkit.quotas.show([])).accounts.map(({ name, limits }) => ({ name, limits }))
  const old = readFileSync(paths.accountsFile, 'utf8')
  const reset = await toolkit.resetStorage()
  expect(reset).toMatchObject({ missing: ['local:acme/work', 'ann:acme/home'], sealed: 0 })
  expect(readFileSync(join(reset.safetyCopy, 'accounts.json'), 'utf8')).toBe(old)
  await toolkit.close()

  const later = await open()
  expect((await later.quotas.show([])).accounts.map(({ name, limits }) => ({ name, limits }))).toEqual(before)
  expect(await later.settings.get('proxy.port')).toBe(4000)
  expect(await listStatus(later)).toEqual([
    'home no-key qwenctl accounts set ann:acme/home --key-stdin',
    'work no-key qwenctl accounts set acme/work --key-stdin',
  ])
  const work = await later.accounts.find('work')
  await expect(later.accounts.readSecret(work)).rejects.toMatchObject({ code: 'needs_login' })
  await expect(later.accounts.readEgress(work)).rejects.toMatchObject({
    hint: 'give it again: qwenctl accounts set acme/work --egress-proxy URL',
  })
  await later.accounts.set('work', { secret: `${KEY}9`, egressProxy: PROXY })
  expect(await later.accounts.readSecret(await later.accounts.find('work'))).toBe(`${KEY}9`)
  expect(await listStatus(later)).toContain('work ready ')
  await later.archive.restore((await later.archive.find('old')).id)
  expect((await listStatus(later)).join()).toContain('old no-key')
})

test('a home with a vault that opens keeps it when a backup is restored', async () => {
  const home = temporaryFolder()
  const env = { QWENCTL_PASSPHRASE: 'first words' }
  const toolkit = await givenToolkit({ ...common, home, env })
  await toolkit.accounts.add({ provider: 'acme', name: 'work', secret: KEY })
  const file = join(temporaryFolder(), 'backup')
  await toolkit.backups.write(file, WORDS)
  const vault = readFileSync(toolkit.home.vaultFile, 'utf8')
  const backup = await toolkit.backups.open(file, WORDS)
  expect((await backup.plan('replace')).newVault).toBeNull()
  await backup.apply('replace')
  expect(readFileSync(toolkit.home.vaultFile, 'utf8')).toBe(vault)
})
