import type { Account, Credential } from '../../account/account.ts'
import { maskSecret } from '../../account/mask.ts'
import { QwenctlError } from '../../base/errors.ts'
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
    return (await this.#vault()).open(account.credential.sealed, buildContext(account))
  }

  /** The egress proxies of the account, in order; empty: direct. Throws `store_corrupt`. */
  async openEgress(account: Account): Promise<EgressProxy[]> {
    if (account.egressProxy === null) return []
    const text = await this.#openEgressText(account, account.egressProxy.sealed)
    try {
      return parseEgressList(text)
    } catch {
      const who = `${account.provider}/${account.name}`
      throw new QwenctlError('store_corrupt', `what is kept as the egress proxy of ${who} is none`, {
        hint: `give it again: qwenctl accounts set ${who} --egress-proxy URL`,
      })
    }
  }

  async #openEgressText(account: Account, sealed: string): Promise<string> {
    const vault = await this.#vault()
    try {
      return vault.open(sealed, buildContext(account))
    } catch (cause) {
      const name = `${account.provider}/${account.name}`
      throw new QwenctlError('vault_locked', `the egress proxy of ${name} does not open`, {
        hint: `give it again: qwenctl accounts set ${name} --egress-proxy URL`,
        cause,
      })
    }
  }

  /** Everything that the account has sealed. */
  async openAll(account: Account): Promise<SecretsInClear> {
    const vault = await this.#vault()
    const secrets: SecretsInClear = {}
    if (account.credential.type !== 'none')
      secrets.credential = vault.open(account.credential.sealed, buildContext(account))
    if (account.egressProxy !== null)
      secrets.egressProxy = vault.open(account.egressProxy.sealed, buildContext(account))
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
