import { QwenctlError } from '../errors.ts'
import type { Home } from './home.ts'
import { createKeyFile, keyFileWarning, readKeyFile } from './master-key.ts'
import type { MasterKey } from './master-key.ts'
import { passphraseKey, vaultDocument } from './passphrase.ts'
import { openValue, parseSealed, sealValue } from './sealed-value.ts'
import type { SealContext } from './sealed-value.ts'

export type { SealContext }

/** Seals and opens the credentials of one home. */
export interface Vault {
  /** What new values are sealed with. */
  readonly kind: 'passphrase' | 'key-file'
  /** What people should know of it, for stderr. */
  readonly warning: string | null
  seal(secret: string, context: SealContext): string
  /** Throws `store_corrupt` for a changed or moved value, `vault_locked` when its key is not here. */
  open(sealed: string, context: SealContext): string
}

export interface VaultOptions {
  /** scrypt's N for a home that gets its passphrase now. */
  scryptCost?: number
}

/**
 * Opens the vault with `QWENCTL_PASSPHRASE`, else with the key file, which a new home gets. A home may have both, since
 * every value names its key: new ones are sealed with the passphrase while it is given. Throws `vault_locked` for a
 * wrong passphrase, and for a missing one where there is nothing else.
 */
export async function openVault(
  home: Home,
  env: NodeJS.ProcessEnv,
  options: VaultOptions = {},
): Promise<Vault> {
  const passphrase = env['QWENCTL_PASSPHRASE'] ?? ''
  const document = vaultDocument(home)
  const fileKey = readKeyFile(home.masterKeyFile)
  if (passphrase !== '') {
    const key = await passphraseKey(document, passphrase, options.scryptCost)
    return new KeyVault({ kind: 'passphrase', key, others: fileKey === null ? [] : [fileKey] })
  }
  const recorded = (await document.read()).passphrase
  if (recorded !== null && fileKey === null) {
    throw new QwenctlError('vault_locked', `${home.dataFolder} is locked with a passphrase`)
  }
  const key = fileKey ?? (await createKeyFile(home.masterKeyFile))
  const warning = keyFileWarning(home.masterKeyFile)
  return new KeyVault({ kind: 'key-file', key, warning, passphraseKeyId: recorded?.keyId })
}

interface Keys {
  kind: Vault['kind']
  /** Seals. */
  key: MasterKey
  /** Only open. */
  others?: MasterKey[]
  warning?: string
  /** The key that the passphrase would give, when none was given. */
  passphraseKeyId?: string
}

class KeyVault implements Vault {
  readonly kind: Vault['kind']
  readonly warning: string | null
  readonly #key: MasterKey
  readonly #keys: Map<string, MasterKey>
  readonly #passphraseKeyId: string | undefined

  constructor(keys: Keys) {
    this.kind = keys.kind
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

  #noKey(keyId: string, context: SealContext): QwenctlError {
    const account = `the credential of account ${context.accountId}`
    if (keyId === this.#passphraseKeyId) {
      return new QwenctlError('vault_locked', `${account} is locked with the passphrase of this home`)
    }
    return new QwenctlError(
      'vault_locked',
      `${account} was sealed with a key that this home does not have (${keyId})`,
      {
        hint: 'restore master.key from a backup of this home, or add the credential again',
      },
    )
  }
}

function damaged(context: SealContext, reason: string): QwenctlError {
  const { accountId, user } = context
  return new QwenctlError(
    'store_corrupt',
    `the sealed credential of account ${accountId} of user ${user} ${reason}`,
    {
      hint: 'restore the account store from a backup, or give the account its credential again',
      details: { accountId },
    },
  )
}
