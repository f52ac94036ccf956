import { QwenctlError, isQwenctlError, readMessage } from '../../base/errors.ts'
import { LOST_VAULT_FIX } from '../../base/lost-key.ts'
import type { Home } from '../home.ts'
import { randomBytes } from 'node:crypto'
import type { Keychain } from './keychain.ts'
import { KEY_BYTES, createKeyFile, keyFileWarning, loadMasterKey, readKeyFile } from './master-key.ts'
import type { MasterKey } from './master-key.ts'
import { passphraseKey, openVaultDocument } from './passphrase.ts'
import type { VaultData, VaultKind } from './passphrase.ts'
import { ClosedSecret } from './closed-secret.ts'
import { openValue, parseSealed, sealValue } from './sealed-value.ts'
import type { SealContext } from './sealed-value.ts'

export type { SealContext }

/** Seals and opens the credentials of one home. */
export interface Vault {
  /** The kind of key that seals new values. */
  readonly kind: VaultKind
  /** Identifies the key that seals new values, and reveals nothing about it. */
  readonly keyId: string
  /** Warnings for people, for stderr. */
  readonly warning: string | null
  seal(secret: string, context: SealContext): string
  /** Throws `store_corrupt` for a changed or moved value, `vault_locked` when its key is not available. */
  open(sealed: string, context: SealContext): string
}

export interface VaultOptions {
  /** scrypt's N for a home that gets its passphrase now. */
  scryptCost?: number
  /** Replaces the system's own keychain. */
  keychain?: Keychain
  /** Whether the home has sealed values. Their lost key file is not replaced by a new one. */
  hasSealed?: () => Promise<boolean>
}

/**
 * Opens the vault with all available keys of the home. `vault.json` chooses the key for new values; without it,
 * `QWENCTL_PASSPHRASE`, else the key file. A new home in the system's own folders gets a key in the keychain where
 * there is one. Any other new home gets a key file. Throws `vault_locked` when the sealing key is not available,
 * and `store_corrupt` for a damaged `vault.json` or key file. Both errors name the ways out.
 */
export async function openVault(
  home: Home,
  env: NodeJS.ProcessEnv,
  options: VaultOptions = {},
): Promise<Vault> {
  try {
    return await openWithKeys(home, env, options)
  } catch (error) {
    throw withWaysOut(error)
  }
}

function withWaysOut(error: unknown): unknown {
  if (!isQwenctlError(error) || (error.code !== 'vault_locked' && error.code !== 'store_corrupt'))
    return error
  const { code, message, hint, details } = error
  const isNamed = hint === null || hint.includes(LOST_VAULT_FIX)
  const full = isNamed ? (hint ?? LOST_VAULT_FIX) : `${hint}; if it is lost, ${LOST_VAULT_FIX}`
  return new QwenctlError(code, message, { hint: full, details, cause: error })
}

async function openWithKeys(home: Home, env: NodeJS.ProcessEnv, options: VaultOptions): Promise<Vault> {
  const passphrase = env['QWENCTL_PASSPHRASE'] ?? ''
  const document = openVaultDocument(home)
  const data = await document.read()
  if (data.kind !== undefined || data.keychain !== undefined) return openChosen(home, env, data, options)
  const fileKey = readKeyFile(home.masterKeyFile)
  if (passphrase !== '') {
    const key = await passphraseKey(document, passphrase, options.scryptCost)
    return new KeyVault({ kind: 'passphrase', key, others: fileKey === null ? [] : [fileKey] })
  }
  const recorded = data.passphrase
  if (recorded !== null && fileKey === null) {
    throw new QwenctlError('vault_locked', `${home.dataFolder} is locked with a passphrase`)
  }
  if (fileKey === null && (await options.hasSealed?.()) === true) throw lostKeyFile(home)
  if (fileKey === null && home.root === null && (await chooseKeychain(home, env, options)))
    return openChosen(home, env, await document.read(), options)
  const key = fileKey ?? (await createKeyFile(home.masterKeyFile))
  const warning = keyFileWarning(home.masterKeyFile, { isNew: fileKey === null })
  return new KeyVault({ kind: 'key-file', key, warning, passphraseKeyId: recorded?.keyId })
}

/** The key kind for new values, without opening anything; null: the first sealed value decides. */
export async function vaultKind(home: Home, env: NodeJS.ProcessEnv): Promise<VaultKind | null> {
  const data = await openVaultDocument(home).read()
  if (data.kind !== undefined) return data.kind
  if ((env['QWENCTL_PASSPHRASE'] ?? '') !== '') return 'passphrase'
  if (readKeyFile(home.masterKeyFile) !== null) return 'key-file'
  if (data.keychain !== undefined) return 'keychain'
  return data.passphrase === null ? null : 'passphrase'
}

/** Every value names its key, so any kind of key may open; only the sealing key must be available. */
async function openChosen(
  home: Home,
  env: NodeJS.ProcessEnv,
  data: VaultData,
  options: VaultOptions,
): Promise<Vault> {
  const passphrase = env['QWENCTL_PASSPHRASE'] ?? ''
  const kind = (await vaultKind(home, env)) ?? 'key-file'
  const keys: Partial<Record<VaultKind, MasterKey>> = {}
  const fileKey = readKeyFile(home.masterKeyFile)
  if (fileKey !== null) keys['key-file'] = fileKey
  if (passphrase !== '' && (kind === 'passphrase' || data.passphrase !== null))
    keys.passphrase = await passphraseKey(openVaultDocument(home), passphrase, options.scryptCost)
  if (data.keychain !== undefined) {
    try {
      keys.keychain = await keychainKey(data.keychain, await loadKeychain(env, options))
    } catch (error) {
      if (kind === 'keychain') throw error
    }
  }
  const key = keys[kind]
  if (key === undefined) {
    throw kind === 'key-file' ? lostKeyFile(home) : new QwenctlError('vault_locked', missingWords[kind](home))
  }
  const others = Object.values(keys).filter((other) => other !== key)
  const warning = kind === 'key-file' ? { warning: keyFileWarning(home.masterKeyFile, { isNew: false }) } : {}
  return new KeyVault({ kind, key, others, ...warning, passphraseKeyId: data.passphrase?.keyId })
}

const missingWords: Record<VaultKind, (home: Home) => string> = {
  keychain: (home) => `${home.dataFolder} has no key in the keychain of this system`,
  passphrase: (home) => `${home.dataFolder} is locked with a passphrase`,
  'key-file': (home) => `${home.masterKeyFile} is missing`,
}

function lostKeyFile(home: Home): QwenctlError {
  const hint = `bring ${home.masterKeyFile} back; if it is lost, ${LOST_VAULT_FIX}`
  return new QwenctlError('vault_locked', missingWords['key-file'](home), { hint })
}

async function loadKeychain(env: NodeJS.ProcessEnv, { keychain }: VaultOptions): Promise<Keychain> {
  if (keychain !== undefined) return keychain
  const { openSystemKeychain } = await import('./keychain.ts')
  return openSystemKeychain(env)
}

async function keychainKey(record: { name: string; keyId: string }, keychain: Keychain): Promise<MasterKey> {
  let text: string | null
  try {
    text = await keychain.get(record.name)
  } catch (cause) {
    throw new QwenctlError(
      'vault_locked',
      `the keychain of this system does not open: ${readMessage(cause)}`,
      {
        hint: 'unlock it, and run qwenctl in the session that it belongs to',
        cause,
      },
    )
  }
  const key = text === null ? null : loadMasterKey(Buffer.from(text, 'base64url'))
  if (key?.id === record.keyId) return key
  throw new QwenctlError('vault_locked', 'the keychain of this system does not have the key of this home', {
    hint: `bring the keychain back; if it is lost, ${LOST_VAULT_FIX}`,
  })
}

/** Stores a new key in the keychain, and records where. Throws `KeychainError`; nothing is recorded then. */
export async function addKeychainKey(
  home: Home,
  env: NodeJS.ProcessEnv,
  options: VaultOptions,
): Promise<MasterKey> {
  const keychain = await loadKeychain(env, options)
  return openVaultDocument(home).update(async (data) => {
    if (data.keychain !== undefined) return keychainKey(data.keychain, keychain)
    const key = loadMasterKey(randomBytes(KEY_BYTES))
    const name = `home-${randomBytes(8).toString('hex')}`
    await keychain.set(name, key.secret.toString('base64url'))
    data.keychain = { name, keyId: key.id }
    return key
  })
}

/** False: there is no keychain, which is no error: the key file carries its own warning. */
async function chooseKeychain(home: Home, env: NodeJS.ProcessEnv, options: VaultOptions): Promise<boolean> {
  try {
    await addKeychainKey(home, env, options)
  } catch {
    return false
  }
  await openVaultDocument(home).update((data) => {
    data.kind ??= 'keychain'
  })
  return true
}

interface Keys {
  kind: Vault['kind']
  /** Keys that seal. */
  key: MasterKey
  /** Keys that only open. */
  others?: MasterKey[]
  warning?: string | null
  /** The key that the missing passphrase would give. */
  passphraseKeyId?: string | undefined
}

class KeyVault implements Vault {
  readonly kind: Vault['kind']
  readonly keyId: string
  readonly warning: string | null
  readonly #key: MasterKey
  readonly #keys: Map<string, MasterKey>
  readonly #passphraseKeyId: string | undefined

  constructor(keys: Keys) {
    this.kind = keys.kind
    this.keyId = keys.key.id
    this.warning = keys.warning ?? null
    this.#key = keys.key
    this.#keys = new Map([keys.key, ...(keys.others ?? [])].map((key) => [key.id, key]))
    this.#passphraseKeyId = keys.passphraseKeyId
  }

  seal(secret: string, context: SealContext): string {
    return sealValue(this.#key, secret, context)
  }

  open(sealed: string, context: SealContext): string {
    const value = parseSealed(sealed)
    if (value === null) throw damaged(context, 'is not a sealed value')
    const key = this.#keys.get(value.keyId)
    if (key === undefined) throw this.#noKey(value.keyId, context)
    const secret = openValue(key, value, context)
    if (secret === null) throw damaged(context, 'was changed, or belongs to another account')
    return secret
  }

  #noKey(keyId: string, context: SealContext): ClosedSecret {
    if (keyId === this.#passphraseKeyId) {
      return new ClosedSecret(context, {
        code: 'vault_locked',
        reason: 'is locked with the passphrase of this home',
        way: 'set QWENCTL_PASSPHRASE',
      })
    }
    return new ClosedSecret(context, {
      code: 'vault_locked',
      reason: `was sealed with a key that this home does not have (${keyId})`,
      way: 'bring the master.key of that time back',
    })
  }
}

function damaged(context: SealContext, reason: string): ClosedSecret {
  return new ClosedSecret(context, { code: 'store_corrupt', reason, way: null })
}
