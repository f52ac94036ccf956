import type { Account } from '../../account/account.ts'
import { QwenctlError } from '../../base/errors.ts'
import type { AccountChanges, AccountFilter, NewAccount } from '../accounts/account-inputs.ts'
import type { Accounts } from '../accounts/accounts.ts'
import { ownFilter } from './own-filter.ts'
import { assignToUser } from './assign-to-user.ts'

/** The accounts of one user. A reference to another user's account finds nothing, and is never ambiguous. */
export class UserAccounts implements Accounts {
  readonly #all: Accounts
  readonly #user: string

  constructor(all: Accounts, user: string) {
    this.#all = all
    this.#user = user
  }

  async records(): Promise<Account[]> {
    return (await this.#all.records()).filter(({ user }) => user === this.#user)
  }

  list(filter?: AccountFilter) {
    return this.#all.list(this.#own(filter))
  }

  find(reference: string, filter?: AccountFilter) {
    return this.#all.find(reference, this.#own(filter))
  }

  show(reference: string, filter?: AccountFilter) {
    return this.#all.show(reference, this.#own(filter))
  }

  async add(account: NewAccount) {
    return this.#all.add(assignToUser(this.#user, account))
  }

  async checkNew(account: NewAccount) {
    return this.#all.checkNew(assignToUser(this.#user, account))
  }

  prepareClone(
    reference: string,
    name: string,
    { filter, ...options }: Parameters<Accounts['prepareClone']>[2],
  ) {
    return this.#all.prepareClone(reference, name, { ...options, filter: this.#own(filter) })
  }

  remove(reference: string, { purge, ...filter }: { purge: boolean } & AccountFilter) {
    return this.#all.remove(reference, { purge, ...this.#own(filter) })
  }

  rename(reference: string, name: string, filter?: AccountFilter) {
    return this.#all.rename(reference, name, this.#own(filter))
  }

  setEnabled(reference: string, enabled: boolean, filter?: AccountFilter) {
    return this.#all.setEnabled(reference, enabled, this.#own(filter))
  }

  async setAllEnabled(ids: readonly string[], enabled: boolean) {
    const own = new Set((await this.records()).map(({ id }) => id))
    if (!ids.every((id) => own.has(id))) throw notTheirs()
    return this.#all.setAllEnabled(ids, enabled)
  }

  set(reference: string, changes: AccountChanges, filter?: AccountFilter) {
    return this.#all.set(reference, changes, this.#own(filter))
  }

  setDefault(reference: string, filter?: AccountFilter) {
    return this.#all.setDefault(reference, this.#own(filter))
  }

  async getDefault() {
    const found = await this.#all.getDefault()
    return found?.user === this.#user ? found : null
  }

  async checkCredential(account: NewAccount) {
    return this.#all.checkCredential(assignToUser(this.#user, account))
  }

  readPlan(account: Account, allowsUnofficial: boolean) {
    return this.#all.readPlan(account, allowsUnofficial)
  }

  verify(reference: string, filter?: AccountFilter) {
    return this.#all.verify(reference, this.#own(filter))
  }

  refresh(reference: string, filter?: AccountFilter) {
    return this.#all.refresh(reference, this.#own(filter))
  }

  async readSecret(account: Account) {
    return this.#all.readSecret(this.#checked(account))
  }

  copyFolder(from: string, to: string, filter?: AccountFilter) {
    return this.#all.copyFolder(from, to, this.#own(filter))
  }

  locateFolder(account: Pick<Account, 'user' | 'provider' | 'name'>) {
    return this.#all.locateFolder(account)
  }

  async prepareFolder(account: Account) {
    return this.#all.prepareFolder(this.#checked(account))
  }

  async keptSecret(account: Account) {
    return this.#all.keptSecret(this.#checked(account))
  }

  async access(account: Account, refused?: string) {
    return this.#all.access(this.#checked(account), refused)
  }

  async readEgress(account: Account) {
    return this.#all.readEgress(this.#checked(account))
  }

  async findClosed(account: Account) {
    return this.#all.findClosed(this.#checked(account))
  }

  async readLoginServer(account: Account) {
    return this.#all.readLoginServer(this.#checked(account))
  }

  #own(filter?: AccountFilter): AccountFilter {
    return ownFilter(this.#user, filter)
  }

  #checked(account: Account): Account {
    if (account.user === this.#user) return account
    throw notTheirs()
  }
}

function notTheirs(): QwenctlError {
  return new QwenctlError('account_not_found', 'there is no account with this id')
}
