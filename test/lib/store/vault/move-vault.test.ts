import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { openAccountsDocument } from '../../../../src/lib/store/documents/accounts-document.ts'
import type { Home } from '../../../../src/lib/store/home.ts'
import { resolveHome } from '../../../../src/lib/store/home.ts'
import { moveVault } from '../../../../src/lib/store/vault/move-vault.ts'
import type { VaultKind } from '../../../../src/lib/store/vault/passphrase.ts'
import { openVaultDocument } from '../../../../src/lib/store/vault/passphrase.ts'
import { openVault, vaultKind } from '../../../../src/lib/store/vault/vault.ts'
import type { MemoryKeychain } from '../../../support/keychain/memory-keychain.ts'
import { memoryKeychain } from '../../../support/keychain/memory-keychain.ts'
import { accountRecord } from '../../../support/account-record.ts'
import { tempHome } from '../../../support/temp-home.ts'
import { temporaryFolder } from '../../../support/temp-folder.ts'

const WORDS = { QWENCTL_PASSPHRASE: 'correct horse' }
const options = (keychain: MemoryKeychain) => ({ keychain, scryptCost: 2 ** 10 })
const makeContext = (name: string) => ({ user: 'local', accountId: `acc_local-${name}` })

/** A home with two accounts, one of them archived, sealed with a key file. */
async function givenHome(): Promise<{ home: Home; keychain: MemoryKeychain }> {
  const home = tempHome()
  const keychain = memoryKeychain()
  const vault = await openVault(home, {}, options(keychain))
  const sealed = (name: string) => vault.seal(`sk-${name}`, makeContext(name))
  const account = (name: string) =>
    accountRecord({ name, credential: { type: 'api-key', sealed: sealed(name), hint: 'sk-…' } })
  await openAccountsDocument(home).update((data) => {
    data.accounts.push({ ...account('work'), egressProxy: { sealed: sealed('work'), shown: 'http://p' } })
    data.archived.push({ ...account('old'), archivedAt: '2026-11-22T00:00:00.000Z' })
  })
  return { home, keychain }
}

async function secretsIn(
  home: Home,
  env: Record<string, string>,
  keychain: MemoryKeychain,
): Promise<string[]> {
  const vault = await openVault(home, env, options(keychain))
  const { accounts, archived } = await openAccountsDocument(home).read()
  const opened: string[] = []
  for (const { name, credential, egressProxy } of [...accounts, ...archived]) {
    for (const place of [credential, egressProxy]) {
      if (place !== null && 'sealed' in place) opened.push(vault.open(place.sealed, makeContext(name)))
    }
  }
  return opened
}

/** The nonce of a sealed value with another first letter. */
const changed = (_: string, before: string, letter: string) => `${before}${letter === 'A' ? 'B' : 'A'}`

const ALL = ['sk-work', 'sk-work', 'sk-old']

test('moved from kind to kind and back, every secret opens each time, and only with the last key', async () => {
  const { home, keychain } = await givenHome()
  const way: [VaultKind, Record<string, string>][] = [
    ['keychain', {}],
    ['passphrase', WORDS],
    ['key-file', WORDS],
    ['passphrase', WORDS],
    ['keychain', WORDS],
    ['key-file', {}],
  ]
  for (const [kind, env] of way) {
    expect(await moveVault(home, env, kind, options(keychain))).toBe(3)
    expect(await vaultKind(home, env)).toBe(kind)
    expect(await secretsIn(home, env, keychain)).toEqual(ALL)
    expect(existsSync(home.masterKeyFile)).toBe(kind === 'key-file')
    expect(keychain.secrets.size).toBe(kind === 'keychain' ? 1 : 0)
    expect((await openVaultDocument(home).read()).passphrase === null).toBe(kind !== 'passphrase')
  }
})

test('when the keychain is locked, the key is not at hand and says so; unlocked, all open again', async () => {
  const { home, keychain } = await givenHome()
  await moveVault(home, {}, 'keychain', options(keychain))
  keychain.isLocked = true
  await expect(openVault(home, {}, options(keychain))).rejects.toMatchObject({
    code: 'vault_locked',
    message: expect.stringContaining('it is locked'),
  })
  expect(existsSync(home.masterKeyFile)).toBe(false) // no other key was made instead
  keychain.isLocked = false
  expect(await secretsIn(home, {}, keychain)).toEqual(ALL)
})

test('when the keychain lost the key or has another, it is not taken for the right one', async () => {
  const { home, keychain } = await givenHome()
  await moveVault(home, {}, 'keychain', options(keychain))
  const [name = ''] = keychain.secrets.keys()
  keychain.secrets.set(name, Buffer.alloc(32).toString('base64url'))
  await expect(openVault(home, {}, options(keychain))).rejects.toMatchObject({ code: 'vault_locked' })
  keychain.secrets.delete(name)
  await expect(openVault(home, {}, options(keychain))).rejects.toMatchObject({ code: 'vault_locked' })
})

test.each([
  ['there is no keychain', 'keychain', {}],
  ['no passphrase is given', 'passphrase', {}],
] as const)('when %s, nothing is changed', async (_, kind, env) => {
  const { home, keychain } = await givenHome()
  keychain.isLocked = true
  const before = readFileSync(home.accountsFile, 'utf8')
  await expect(moveVault(home, env, kind, options(keychain))).rejects.toThrow()
  expect(readFileSync(home.accountsFile, 'utf8')).toBe(before)
  expect(await secretsIn(home, env, keychain)).toEqual(ALL)
})

test('when one secret does not open, none is sealed again and no key is forgotten', async () => {
  const { home, keychain } = await givenHome()
  const text = readFileSync(home.accountsFile, 'utf8')
  writeFileSync(home.accountsFile, text.replace(/("sealed": "v1\.[\w-]+\.)([\w-])/, changed))
  const before = readFileSync(home.accountsFile, 'utf8')
  await expect(moveVault(home, {}, 'keychain', options(keychain))).rejects.toMatchObject({
    code: 'store_corrupt',
  })
  expect(readFileSync(home.accountsFile, 'utf8')).toBe(before)
  expect(existsSync(home.masterKeyFile)).toBe(true)
})

test('when it ended between sealing and forgetting, every secret still opens', async () => {
  const { home, keychain } = await givenHome()
  const keyFile = readFileSync(home.masterKeyFile, 'utf8')
  await moveVault(home, {}, 'keychain', options(keychain))
  // As it stood right before its last step.
  writeFileSync(home.masterKeyFile, keyFile, { mode: 0o600 })
  await openVaultDocument(home).update((data) => {
    delete data.kind
  })
  expect(await secretsIn(home, {}, keychain)).toEqual(ALL)
})

test('a new home in the folders of the system gets a key in the keychain, and a key file where there is none', async () => {
  for (const isLocked of [false, true]) {
    const home = resolveHome({ HOME: temporaryFolder() }, 'linux')
    const keychain = Object.assign(memoryKeychain(), { isLocked })
    const vault = await openVault(home, {}, options(keychain))
    expect(vault.kind).toBe(isLocked ? 'key-file' : 'keychain')
    expect(vault.warning === null).toBe(!isLocked)
    const again = await openVault(home, {}, options(keychain))
    expect(again.open(vault.seal('s', makeContext('a')), makeContext('a'))).toBe('s')
  }
})

test('a home in a folder of its own gets a key file, since its key must travel with it', async () => {
  const keychain = memoryKeychain()
  expect((await openVault(tempHome(), {}, options(keychain))).kind).toBe('key-file')
  expect(keychain.secrets.size).toBe(0)
})
