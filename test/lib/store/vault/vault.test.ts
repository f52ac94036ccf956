import { chmodSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Home } from '../../../../src/lib/store/home.ts'
import { openVault } from '../../../../src/lib/store/vault/vault.ts'
import { spawnStoreProcess } from '../../../support/processes/spawn-store-process.ts'
import { tempHome } from '../../../support/temp-home.ts'

const context = { user: 'local', accountId: 'acc_1' }
const withPassphrase = (home: Home, QWENCTL_PASSPHRASE = 'correct horse') =>
  openVault(home, { QWENCTL_PASSPHRASE }, { scryptCost: 2 ** 10 })
const thrownBy = (action: () => unknown): unknown => {
  try {
    return action()
  } catch (error) {
    return error
  }
}

test('whatever is sealed opens again, for the same account and user', async () => {
  const vault = await openVault(tempHome(), {})
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.string(), fc.string(), (secret, user, accountId) => {
      expect(vault.open(vault.seal(secret, { user, accountId }), { user, accountId })).toBe(
        secret.toWellFormed(),
      )
    }),
  )
})

test('a sealed value has the documented form, never shows the secret, and never repeats', async () => {
  const vault = await openVault(tempHome(), {})
  const sealed = vault.seal('sk-secret', context)
  expect(sealed).toMatch(/^v1\.[\w-]{8}\.[\w-]{16}\.[\w-]{22}\.[\w-]{12}$/)
  expect(vault.seal('sk-secret', context)).not.toBe(sealed)
})

test('a value with any one bit changed does not open', async () => {
  const vault = await openVault(tempHome(), {})
  const sealed = vault.seal('sk-0123456789abcdef', context)
  for (let index = 0; index < sealed.length; index++) {
    for (let bit = 0; bit < 7; bit++) {
      const changed = String.fromCharCode(sealed.charCodeAt(index) ^ (1 << bit))
      const forged = sealed.slice(0, index) + changed + sealed.slice(index + 1)
      expect(thrownBy(() => vault.open(forged, context))).toMatchObject({
        code: expect.stringMatching(/^(store_corrupt|vault_locked)$/),
      })
    }
  }
})

test('a value cut short, extended or with a short tag does not open', async () => {
  const vault = await openVault(tempHome(), {})
  const sealed = vault.seal('sk-secret', context)
  const [version, keyId, nonce, tag, data] = sealed.split('.') as [string, string, string, string, string]
  const shortTag = Buffer.from(tag, 'base64url').subarray(0, 4).toString('base64url')
  const forgeries = ['', 'v1', sealed.slice(0, -1), `${sealed}A`, `${sealed}.`, `${sealed}=`, ` ${sealed}`]
  for (const forged of [...forgeries, [version, keyId, nonce, shortTag, data].join('.')]) {
    expect(
      thrownBy(() => vault.open(forged, context)),
      forged,
    ).toMatchObject({ code: 'store_corrupt' })
  }
})

test('a value moved to another account or user does not open, and the error names the account', async () => {
  const vault = await openVault(tempHome(), {})
  fc.assert(
    fc.property(fc.string(), fc.string(), (user, accountId) => {
      fc.pre(user !== context.user || accountId !== context.accountId)
      const moved = thrownBy(() => vault.open(vault.seal('s', context), { user, accountId }))
      expect(moved).toMatchObject({ code: 'store_corrupt', message: expect.stringContaining(accountId) })
    }),
  )
})

describe('with a key file', () => {
  test('makes one, 0600, says so, and opens with it the next time', async () => {
    const home = tempHome()
    const vault = await openVault(home, { QWENCTL_PASSPHRASE: '' })
    expect(vault.kind).toBe('key-file')
    expect(vault.warning).toContain(home.masterKeyFile)
    expect(statSync(home.masterKeyFile).mode & 0o777).toBe(0o600)
    expect(readFileSync(home.masterKeyFile, 'utf8')).toMatch(/^[\w-]{43}\n$/)
    expect((await openVault(home, {})).open(vault.seal('s', context), context)).toBe('s')
  })

  test('when processes start at once, they agree on one key', { timeout: 300_000 }, async () => {
    const home = tempHome()
    const ends = await Promise.all(
      Array.from({ length: 8 }, () => spawnStoreProcess('seal', home.dataFolder).end()),
    )
    const vault = await openVault(home, {})
    expect(ends.map((end) => vault.open(end.output[0]!, context))).toEqual(Array(8).fill('sk-secret'))
  })

  test.each(['', 'too-short', `${'A'.repeat(43)}B`])(
    'a damaged one (%j) is refused and left alone',
    async (text) => {
      const home = tempHome()
      mkdirSync(home.dataFolder)
      writeFileSync(home.masterKeyFile, text)
      await expect(openVault(home, {})).rejects.toMatchObject({
        code: 'store_corrupt',
        message: expect.stringContaining(home.masterKeyFile),
      })
      expect(readFileSync(home.masterKeyFile, 'utf8')).toBe(text)
    },
  )

  test.skipIf(process.platform === 'win32')('one that others can read is warned about', async () => {
    const home = tempHome()
    expect((await openVault(home, {})).warning).not.toContain('chmod')
    expect((await openVault(home, {})).warning).toBeNull() // said once, when the key was made
    chmodSync(home.masterKeyFile, 0o644)
    expect((await openVault(home, {})).warning).toContain(`chmod 600 "${home.masterKeyFile}"`)
  })

  test('when it was lost, old values say which key is missing', async () => {
    const home = tempHome()
    const sealed = (await openVault(home, {})).seal('s', context)
    rmSync(home.masterKeyFile)
    const error = thrownBy(() => undefined) ?? (await openVault(home, {}))
    expect(
      thrownBy(() => (error as Awaited<ReturnType<typeof openVault>>).open(sealed, context)),
    ).toMatchObject({
      code: 'vault_locked',
      message: expect.stringContaining('acc_1'),
      hint: expect.stringContaining('master.key'),
    })
  })
})

describe('with a passphrase', () => {
  test('opens with the same one, makes no key file, and keeps the passphrase to itself', async () => {
    const home = tempHome()
    const vault = await withPassphrase(home)
    expect(vault).toMatchObject({ kind: 'passphrase', warning: null })
    expect((await withPassphrase(home)).open(vault.seal('s', context), context)).toBe('s')
    expect(() => statSync(home.masterKeyFile)).toThrow('ENOENT')
    expect(readFileSync(home.vaultFile, 'utf8')).not.toContain('horse')
    expect(statSync(home.vaultFile).mode & 0o777).toBe(0o600)
  })

  test('a new one is made with the full cost, and composed and decomposed letters are one passphrase', async () => {
    const home = tempHome()
    const vault = await openVault(home, { QWENCTL_PASSPHRASE: 'caf\u00e9' })
    expect(JSON.parse(readFileSync(home.vaultFile, 'utf8'))).toMatchObject({
      passphrase: { N: 2 ** 17, r: 8, p: 1 },
    })
    const other = await openVault(home, { QWENCTL_PASSPHRASE: 'cafe\u0301' })
    expect(other.open(vault.seal('s', context), context)).toBe('s')
  })

  test('a wrong one is distinguished from a damaged store', async () => {
    const home = tempHome()
    await withPassphrase(home)
    await expect(withPassphrase(home, 'wrong')).rejects.toMatchObject({
      code: 'vault_locked',
      message: expect.stringContaining('does not open'),
      hint: expect.stringContaining('QWENCTL_PASSPHRASE'),
    })
  })

  test('none, in a home that was made with one, is refused, and no key file appears', async () => {
    const home = tempHome()
    await withPassphrase(home)
    await expect(openVault(home, {})).rejects.toMatchObject({
      code: 'vault_locked',
      hint: expect.stringContaining('QWENCTL_PASSPHRASE'),
    })
    expect(() => statSync(home.masterKeyFile)).toThrow('ENOENT')
  })

  test('given to a home with a key file, seals again with the passphrase and opens both', async () => {
    const home = tempHome()
    const old = (await openVault(home, {})).seal('old', context)
    const vault = await withPassphrase(home)
    const fresh = vault.seal('new', context)
    expect([vault.open(old, context), vault.open(fresh, context)]).toEqual(['old', 'new'])
    const without = await openVault(home, {})
    expect(without.open(old, context)).toBe('old')
    expect(thrownBy(() => without.open(fresh, context))).toMatchObject({
      code: 'vault_locked',
      hint: expect.stringContaining('QWENCTL_PASSPHRASE'),
    })
  })

  test.each([{ N: 2 ** 40 }, { N: 1000 }, { r: 1 }, { kdf: 'md5' }, { check: '' }])(
    'a vault file with %j is refused before anything is computed',
    async (fault) => {
      const home = tempHome()
      await withPassphrase(home)
      const data = JSON.parse(readFileSync(home.vaultFile, 'utf8')) as { passphrase: object }
      writeFileSync(home.vaultFile, JSON.stringify({ ...data, passphrase: { ...data.passphrase, ...fault } }))
      await expect(withPassphrase(home)).rejects.toMatchObject({ code: 'store_corrupt' })
    },
  )
})
