import type { Account } from '../../account/account.ts'
import type { QwenctlError } from '../../base/errors.ts'
import type { EgressProxy } from '../../net/egress-proxy.ts'
import type { PlanWindow } from '../../provider/plans/plan-reader.ts'
import type { Access, TokenSet } from '../login/token-set.ts'
import type { AccountView } from '../views.ts'
import type {
  AccountChanges,
  AccountFilter,
  CheckResult,
  NewAccount,
  Renewal,
  Verification,
} from './account-inputs.ts'

/** The accounts of a home, or of one of its users. */
export interface Accounts {
  /** Records of all accounts, in stored order. */
  records(): Promise<Account[]>
  list(filter?: AccountFilter): Promise<AccountView[]>
  /** Throws `account_not_found` or `ambiguous_account` (naming the candidates). */
  find(reference: string, filter?: AccountFilter): Promise<Account>
  show(reference: string, filter?: AccountFilter): Promise<AccountView>
  add(account: NewAccount): Promise<AccountView>
  /** Throws what `add` would throw, and neither stores nor asks anything. */
  checkNew(account: NewAccount): Promise<void>
  /** The input of `add` for an account with the settings of another; without a `secret` with the same key. */
  prepareClone(
    reference: string,
    name: string,
    options: { secret: string | null; filter?: AccountFilter },
  ): Promise<NewAccount>
  /** Moves the account into the archive; `purge` destroys the account and its secret. */
  remove(reference: string, options: { purge: boolean } & AccountFilter): Promise<AccountView>
  rename(reference: string, name: string, filter?: AccountFilter): Promise<AccountView>
  setEnabled(reference: string, enabled: boolean, filter?: AccountFilter): Promise<AccountView>
  /** The same for several ids, all or none. Throws `account_not_found`. */
  setAllEnabled(ids: readonly string[], enabled: boolean): Promise<AccountView[]>
  /** Applies all changes, or none if one is refused. */
  set(reference: string, changes: AccountChanges, filter?: AccountFilter): Promise<AccountView>
  /** The path of an account's own folder, which may not exist yet. */
  locateFolder(account: Pick<Account, 'user' | 'provider' | 'name'>): string
  /** The account's own folder, with everything that jobs use. */
  prepareFolder(account: Account): Promise<string>
  /** Gives an account's folder the settings, templates, keywords and media of another one. */
  copyFolder(from: string, to: string, filter?: AccountFilter): Promise<void>
  /** Sets the account that commands use if none is named. */
  setDefault(reference: string, filter?: AccountFilter): Promise<AccountView>
  /** The account that commands use if none is named; null: there is none. */
  getDefault(): Promise<AccountView | null>
  /** Asks the provider whether it accepts a credential, before anything is stored. */
  checkCredential(account: NewAccount): Promise<CheckResult>
  /** The provider's own counts; null: it cannot be asked. Throws `upstream_unavailable`. */
  readPlan(account: Account, allowsUnofficial: boolean): Promise<PlanWindow[] | null>
  /** Asks the provider, and records the verdict: `needs-login` when refused, cleared when accepted. */
  verify(reference: string, filter?: AccountFilter): Promise<Verification>
  /** Renews the tokens of a login now, even if they are not due. */
  refresh(reference: string, filter?: AccountFilter): Promise<Renewal>
  /**
   * The credential in the clear; for a login the access token, renewed if due. For the proxy and exec alone; never
   * printed. Throws `needs_login` when a login has ended, `upstream_unavailable` when it cannot be renewed now.
   */
  readSecret(account: Account): Promise<string>
  /** The sealed credential, opened without a renewal: a key, or a token set as JSON. */
  keptSecret(account: Account): Promise<string>
  /**
   * Why a secret of the account does not open; null: all open. Throws `vault_locked` or `store_corrupt` if the vault
   * itself does not open.
   */
  findClosed(account: Account): Promise<QwenctlError | null>
  /** The credential with its validity; `refused`: the token that the provider has just refused. */
  access(account: Account, refused?: string): Promise<Access>
  /**
   * The egress proxies of the account, in order, with their passwords; empty: direct. Throws `store_corrupt`,
   * `vault_locked`.
   */
  readEgress(account: Account): Promise<EgressProxy[]>
  /** The server and method of an account's login; null: it has no login. */
  readLoginServer(account: Account): Promise<TokenSet['server']>
}
