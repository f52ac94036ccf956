import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'
import type { ScryptOptions } from 'node:crypto'
import { QwenctlError } from '../../base/errors.ts'
import { JsonDocument } from '../documents/document.ts'
import type { Home } from '../home.ts'
import { KEY_BYTES, derive, loadMasterKey } from './master-key.ts'
import type { MasterKey } from './master-key.ts'

/** How to derive a key from the passphrase, and how to check the passphrase. */
export interface PassphraseRecord {
  kdf: 'scrypt'
  N: number
  r: number
  p: number
  /** base64url. */
  salt: string
  keyId: string
  /** base64url, derived from the key. */
  check: string
}

export type VaultKind = (typeof vaultKinds)[number]

export const vaultKinds = ['keychain', 'passphrase', 'key-file'] as const

export interface VaultData {
  version: 1
  /** Null: this home has never had a passphrase. */
  passphrase: PassphraseRecord | null
  /** The place of this home's key in the system's keychain; absent: the keychain has none. */
  keychain?: { name: string; keyId: string }
  /** The kind of key that seals new values; absent: the passphrase while it is given, else the key file. */
  kind?: VaultKind
}

/** OWASP's recommendation for scrypt; about half a second and 128 MiB. */
export const SCRYPT_COST = 2 ** 17
export const SCRYPT_BLOCK_SIZE = 8

/** `vault.json`. */
export function openVaultDocument(home: Home): JsonDocument<VaultData> {
  return new JsonDocument<VaultData>({
    file: home.vaultFile,
    kind: 'vault',
    version: 1,
    empty: () => ({ version: 1, passphrase: null }),
    validate: vaultProblem,
  })
}

/**
 * Derives the key of a passphrase; the first passphrase used in a home becomes its own. `cost` (scrypt's N) applies
 * to a new one. Throws `vault_locked` when the passphrase does not belong to the home.
 */
export async function passphraseKey(
  document: JsonDocument<VaultData>,
  passphrase: string,
  cost = SCRYPT_COST,
): Promise<MasterKey> {
  const recorded = (await document.read()).passphrase
  if (recorded !== null) return checkedKey(recorded, passphrase)
  return document.update(async (data) => {
    if (data.passphrase !== null) return checkedKey(data.passphrase, passphrase)
    const settings = {
      kdf: 'scrypt',
      N: cost,
      r: SCRYPT_BLOCK_SIZE,
      p: 1,
      salt: randomBytes(16).toString('base64url'),
    } as const
    const key = await stretch(settings, passphrase)
    data.passphrase = { ...settings, keyId: key.id, check: deriveCheck(key).toString('base64url') }
    return key
  })
}

async function checkedKey(record: PassphraseRecord, passphrase: string): Promise<MasterKey> {
  const key = await stretch(record, passphrase)
  const expected = Buffer.from(record.check, 'base64url')
  const actual = deriveCheck(key)
  if (expected.length === actual.length && timingSafeEqual(expected, actual)) return key
  throw new QwenctlError('vault_locked', 'the passphrase in QWENCTL_PASSPHRASE does not open this home', {
    hint: 'set QWENCTL_PASSPHRASE to the passphrase that was used when this home was made',
  })
}

/** Recognises the right passphrase without revealing anything else about it. */
export function deriveCheck(key: MasterKey): Buffer {
  return derive(key.secret, 'passphrase check', 16)
}

const stretchAsync = promisify<string, Buffer, number, ScryptOptions, Buffer>(scrypt)

/** Derives a key from a passphrase. `salt`: base64url. */
export async function stretch(
  settings: Pick<PassphraseRecord, 'N' | 'r' | 'p' | 'salt'>,
  passphrase: string,
): Promise<MasterKey> {
  const { N, r, p, salt } = settings
  // scrypt needs 128·N·r bytes, more than Node allows by default.
  const options = { N, r, p, maxmem: 128 * r * (N + p) + 2 ** 20 }
  // Another keyboard may produce other code points for the same letters.
  return loadMasterKey(
    await stretchAsync(passphrase.normalize('NFKC'), Buffer.from(salt, 'base64url'), KEY_BYTES, options),
  )
}

function vaultProblem(data: unknown): string | null {
  const { passphrase: record, keychain, kind } = data as Partial<VaultData>
  if (kind !== undefined && !vaultKinds.includes(kind)) return `kind must be one of ${vaultKinds.join(', ')}`
  if (keychain !== undefined && !/^[\w-]+$/.test(`${keychain.name}${keychain.keyId}`))
    return 'keychain must have a name and a keyId'
  if (record === null) return null
  if (typeof record !== 'object') return 'passphrase must be an object or null'
  const { kdf, N, r, p, ...texts } = (record ?? {}) as Partial<PassphraseRecord>
  if (kdf !== 'scrypt') return 'passphrase.kdf must be scrypt'
  if (!isPowerOfTwo(N) || N < 2 ** 10 || N > 2 ** 21)
    return 'passphrase.N must be a power of two from 2^10 to 2^21'
  if (r !== SCRYPT_BLOCK_SIZE || p !== 1) return 'passphrase.r must be 8 and passphrase.p 1'
  const missing = (['salt', 'keyId', 'check'] as const).find(
    (field) => !/^[\w-]{8,64}$/.test(texts[field] ?? ''),
  )
  return missing === undefined ? null : `passphrase.${missing} must be a text in base64url`
}

export function isPowerOfTwo(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(Math.log2(value))
}
