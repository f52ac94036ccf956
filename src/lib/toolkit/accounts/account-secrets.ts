import type { Account, Credential } from '../../account/account.ts'
import { maskSecret } from '../../account/mask.ts'
import { shortReference } from '../../account/account.ts'
import { QwenctlError, isQwenctlError } from '../../base/errors.ts'
import { describeTrouble } from '../../rotation/cooldowns/account-trouble.ts'
import type { SealedPart } from '../../rotation/cooldowns/unusable-credential.ts'
import { closedKinds, credentialPart, formatClosed } from '../../rotation/cooldowns/unusable-credential.ts'
import { ClosedSecret } from '../../store/vault/closed-secret.ts'
import type { ClosedSecretOptions } from '../../store/vault/closed-secret.ts'
import type { Vault } from '../../store/vault/vault.ts'
import type { EgressProxy } from '../../net/egress-proxy.ts'
import { parseEgressList } from '../../net/egress-proxy.ts'
import type { TokenSet } from '../login/token-set.ts'
import { parseTokens, serializeTokens } from '../login/token-set.ts'

export type OauthCredential = Extract<Credential, { type: 'oauth' }>

/** The secrets of an account in the clear. */
export interface SecretsInClear {
  credential?: string
  egressProxy?: string
}

/** Seals and opens the secrets of accounts; the vault is unlocked on first use. */
export class AccountSecrets {
  readonly #vault: () => Promise<Vault>

  constructor(vault: () => Promise<Vault>) {
    this.#vault = vault
  }

  async seal(account: Account, secret: string): Promise<string> {
    return (await this.#vault()).seal(secret, buildContext(account))
  }

  async sealKey(account: Account, key: string): Promise<Credential> {
    return { type: 'api-key', sealed: await this.seal(account, key), hint: maskSecret(key) }
  }

  async sealTokens(account: Account, tokens: TokenSet): Promise<OauthCredential> {
    const { accessToken, expiresAt, refreshToken } = tokens
    const sealed = await this.seal(account, serializeTokens(tokens))
    return {
      type: 'oauth',
      sealed,
      hint: maskSecret(accessToken),
      expiresAt,
      renewable: refreshToken !== null,
    }
  }

  async openTokens(account: Account): Promise<TokenSet> {
    return parseTokens(await this.open(account), `${account.provider}/${account.name}`)
  }

  /** The credential in the clear, of a login as JSON; empty where the account needs none. Throws `needs_login` for a lost one. */
  async open(account: Account): Promise<string> {
    if (account.credential.type === 'none') return noSecret(account, account.credential.lost)
    return openPart(await this.#vault(), account, credentialPart(account), account.credential.sealed)
  }

  /**
   * Why a secret of the account does not open; null: all open. Throws `vault_locked` or `store_corrupt` if the vault
   * itself does not open.
   */
  async findClosed(account: Account): Promise<QwenctlError | null> {
    if (account.credential.type === 'none' && account.egressProxy === null) return null
    await this.#vault()
    try {
      await this.openAll(account)
      return null
    } catch (error) {
      if (isQwenctlError(error)) return error
      throw error
    }
  }

  /** The egress proxies of the account, in order; empty: direct. Throws `store_corrupt`. */
  async openEgress(account: Account): Promise<EgressProxy[]> {
    if (account.egressProxy === null) return []
    const text = openPart(await this.#vault(), account, 'egress proxy', account.egressProxy.sealed)
    try {
      return parseEgressList(text)
    } catch {
      throw closedPart(account, 'egress proxy', { code: 'store_corrupt', reason: 'it is no URL', way: null })
    }
  }

  /** Everything that the account has sealed. */
  async openAll(account: Account): Promise<SecretsInClear> {
    const vault = await this.#vault()
    const { credential, egressProxy } = account
    const secrets: SecretsInClear = {}
    if (credential.type !== 'none')
      secrets.credential = openPart(vault, account, credentialPart(account), credential.sealed)
    if (egressProxy !== null)
      secrets.egressProxy = openPart(vault, account, 'egress proxy', egressProxy.sealed)
    return secrets
  }

  /** The account with these secrets sealed in their fields. */
  async sealAll<Record extends Account>(account: Record, secrets: SecretsInClear): Promise<Record> {
    const vault = await this.#vault()
    const seal = (secret: string | undefined) => vault.seal(secret ?? '', buildContext(account))
    return withSealed(account, {
      credential: seal(secrets.credential),
      egressProxy: seal(secrets.egressProxy),
    })
  }

  /**
   * The account at this provider with the same key. Keys are opened to compare, because no hash of a key is stored.
   */
  async findSame(accounts: Account[], provider: string, key: string): Promise<Account | null> {
    const vault = await this.#vault()
    return accounts.find((account) => account.provider === provider && opensTo(vault, account, key)) ?? null
  }
}

/** The account with its sealed texts replaced. */
export function withSealed<Record extends Account>(
  account: Record,
  sealed: Required<SecretsInClear>,
): Record {
  const { credential, egressProxy } = account
  return {
    ...account,
    credential: credential.type === 'none' ? credential : { ...credential, sealed: sealed.credential },
    egressProxy: egressProxy === null ? null : { ...egressProxy, sealed: sealed.egressProxy },
  }
}

function noSecret({ provider, name }: Account, lost: 'api-key' | 'oauth' | undefined): string {
  if (lost === undefined) return ''
  const isLogin = lost === 'oauth'
  throw new QwenctlError(
    'needs_login',
    `the ${isLogin ? 'login' : 'key'} of ${provider}/${name} was lost with the old vault`,
    {
      hint: isLogin
        ? `qwenctl auth refresh ${provider}/${name} --login`
        : `qwenctl accounts set ${provider}/${name} --key-stdin`,
    },
  )
}

/** Opens a sealed part. Throws an error that names the account and what to type. */
function openPart(vault: Vault, account: Account, part: SealedPart, sealed: string): string {
  try {
    return vault.open(sealed, buildContext(account))
  } catch (error) {
    if (!(error instanceof ClosedSecret)) throw error
    throw closedPart(account, part, { ...error.fault, reason: `it ${error.fault.reason}` })
  }
}

function closedPart(
  account: Account,
  part: SealedPart,
  { code, reason, way }: ClosedSecretOptions,
): QwenctlError {
  const message = formatClosed(part, shortReference(account), reason)
  const { fix } = describeTrouble(closedKinds[part], account)
  const again = `give it again: ${fix}`
  return new QwenctlError(code, message, {
    hint: part === 'egress proxy' ? again : way === null ? `${again}, or ${RESTORE}` : `${way}, or ${again}`,
    details: { accountId: account.id, part },
  })
}

const RESTORE = 'restore a backup with qwenctl accounts restore FILE'

function opensTo(vault: Vault, account: Account, key: string): boolean {
  if (account.credential.type === 'none') return false
  // Equal keys have equal hints, so keys with other hints stay closed.
  if (account.credential.hint !== maskSecret(key)) return false
  try {
    return vault.open(account.credential.sealed, buildContext(account)) === key
  } catch {
    return false // sealed with another master key: using that account reports it; adding this one need not
  }
}

function buildContext(account: Account): { user: string; accountId: string } {
  return { user: account.user, accountId: account.id }
}
