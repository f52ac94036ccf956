import { rm } from 'node:fs/promises'
import { formatTime } from '../../base/iso-time.ts'
import type { Account } from '../../account/account.ts'
import { resolveReference } from '../../account/reference.ts'
import type { QwenctlError } from '../../base/errors.ts'
import type { EgressProxy } from '../../net/egress-proxy.ts'
import type { PlanWindow } from '../../provider/plans/plan-reader.ts'
import type { Ledger } from '../../quota/ledger.ts'
import { accountFolder } from '../../store/account-folder.ts'
import type { AccountsData } from '../../store/documents/accounts-document.ts'
import type { Home } from '../../store/home.ts'
import { ensureFolder } from '../../store/home.ts'
import type { AccountLogins } from '../login/account-logins.ts'
import type { Access, TokenSet } from '../login/token-set.ts'
import type { StoreSnapshot } from '../quota/direct-quota.ts'
import { buildAccountViews, filterAccounts } from '../quota/direct-quota.ts'
import { limitsToRecord } from '../quota/reconcile.ts'
import { recordUsedToday } from '../quota/used-today.ts'
import type { AccountView } from '../views.ts'
import { checkSecret, checkSettings } from './account-fields.ts'
import { archiveFolder, copyFolder, moveFolder, prepareFolder } from './account-folders.ts'
import type {
  AccountChanges,
  AccountFilter,
  CheckResult,
  NewAccount,
  Renewal,
  Verification,
} from './account-inputs.ts'
import { byId, freeName, freePlace } from './account-place.ts'
import type { AccountSecrets } from './account-secrets.ts'
import type { Accounts } from './accounts.ts'
import type { AccountChecks } from './checks/account-checks.ts'
import { advise, adviseReset } from './checks/advice.ts'
import { returnNotices, verdictNotices } from './checks/verdict.ts'
import { prepareClone } from './clone-account.ts'
import type { NewAccountParts } from './new-account.ts'
import { buildAccount, checkAccountName, checkNewAccount } from './new-account.ts'
import { isAtNamedBase, sealChanges } from './seal-changes.ts'

export interface AccountsParts extends NewAccountParts {
  home: Home
  secrets: AccountSecrets
  books: () => Promise<StoreSnapshot>
  ledger: () => Promise<Ledger>
  clock: () => number
  warn: (message: string) => void
  checks: AccountChecks
  logins: AccountLogins
}

/** The accounts of one home: their document, their sealed secrets, and their limits in the ledger. */
export class StoredAccounts implements Accounts {
  readonly #parts: AccountsParts
  readonly #checks: AccountChecks

  constructor(parts: AccountsParts) {
    this.#parts = parts
    this.#checks = parts.checks
  }

  async records(): Promise<Account[]> {
    return [...(await this.#parts.document.readKept()).accounts]
  }

  async list(filter: AccountFilter = {}): Promise<AccountView[]> {
    const books = await this.#parts.books()
    return buildAccountViews(books, filterAccounts(books.data.accounts, filter))
  }

  async find(reference: string, filter: AccountFilter = {}): Promise<Account> {
    return resolveReference(await this.records(), reference, filter)
  }

  async show(reference: string, filter: AccountFilter = {}): Promise<AccountView> {
    return this.#view((await this.find(reference, filter)).id)
  }

  async add(wanted: NewAccount): Promise<AccountView> {
    const { document, home, secrets, warn } = this.#parts
    const checked = await checkNewAccount(this.#parts, wanted)
    const { place, name, settings, secret, accounts } = checked
    const account = buildAccount(checked, this.#now())
    Object.assign(account, await sealChanges(secrets, account, settings, { secret, tokens: wanted.tokens }))
    const twin = secret === null ? null : await secrets.findSame(accounts, place.provider, secret)
    await this.#parts.ledger() // before the lock is taken: opening may read a whole day
    await document.update(async (data) => {
      account.name = freePlace(data.accounts, { ...place, name, label: account.label ?? null })
      if (wanted.usedToday !== undefined)
        await recordUsedToday(await this.#parts.ledger(), account.id, wanted.usedToday)
      await this.#recordLimits(account)
      ensureFolder(accountFolder(home, account))
      data.accounts.push(account)
    })
    if (secret !== null) for (const advice of advise(account, twin)) warn(advice)
    return this.#view(account.id)
  }

  async checkNew(wanted: NewAccount): Promise<void> {
    await checkNewAccount(this.#parts, wanted)
  }

  async prepareClone(
    reference: string,
    name: string,
    options: { secret: string | null; filter?: AccountFilter },
  ): Promise<NewAccount> {
    return prepareClone({ accounts: this, secrets: this.#parts.secrets }, reference, name, options)
  }

  async remove(reference: string, options: { purge: boolean } & AccountFilter): Promise<AccountView> {
    const { document, home } = this.#parts
    const before = await this.show(reference, options)
    await document.update(async (data) => {
      const found = byId(data, before.id)
      data.accounts = data.accounts.filter(({ id }) => id !== found.id)
      if (!options.purge) data.archived.push({ ...found, archivedAt: this.#now() })
      if (data.defaultAccount === found.id) data.defaultAccount = null
      const folder = accountFolder(home, found)
      if (options.purge) await rm(folder, { recursive: true, force: true })
      else await moveFolder(folder, archiveFolder(home, found.id))
    })
    return before
  }

  async rename(reference: string, name: string, filter: AccountFilter = {}): Promise<AccountView> {
    checkAccountName(name)
    const { id, name: before } = await this.find(reference, filter)
    if (name === before) return this.#view(id)
    return this.#change(id, {}, (account, data) => {
      account.name = freeName(data.accounts, { ...account, name })
    })
  }

  async setEnabled(reference: string, enabled: boolean, filter: AccountFilter = {}): Promise<AccountView> {
    return this.#change(reference, filter, (account) => {
      account.enabled = enabled
    })
  }

  async setAllEnabled(ids: readonly string[], enabled: boolean): Promise<AccountView[]> {
    await this.#parts.document.update((data) => {
      for (const id of ids) Object.assign(byId(data, id), { enabled, updatedAt: this.#now() })
    })
    const { data, ...books } = await this.#parts.books()
    return buildAccountViews(
      { data, ...books },
      ids.map((id) => byId(data, id)),
    )
  }

  async set(reference: string, settings: AccountChanges, filter: AccountFilter = {}): Promise<AccountView> {
    const { secrets, warn } = this.#parts
    const name = settings.name === undefined ? null : checkAccountName(settings.name)
    const account = await this.find(reference, filter)
    const provider = (await this.#parts.providers()).of(account)
    const checked = checkSettings(settings, provider, await this.#parts.addressRules())
    const secret = settings.secret === undefined ? null : checkSecret(settings.secret)
    const { tokens } = settings
    const changes = await sealChanges(secrets, account, checked, { secret, tokens })
    if (tokens !== undefined && checked.baseUrl === undefined && (await isAtNamedBase(secrets, account)))
      changes.baseUrl = tokens.baseUrl
    const twin = secret === null ? null : await this.#findTwin(account, secret)
    await this.#parts.ledger()
    const view = await this.#change(account.id, {}, (present, data) => {
      if (name !== null && name !== present.name) present.name = freeName(data.accounts, { ...present, name })
      Object.assign(present, changes)
      present.enabled = settings.enabled ?? present.enabled
      return this.#recordLimits(present)
    })
    if (secret !== null) for (const advice of advise({ ...account, ...changes }, twin)) warn(advice)
    const hasNewCredential = secret !== null || tokens !== undefined
    return hasNewCredential ? this.#startClean(account) : view
  }

  /** Another account at the same provider with this key; null: there is none. */
  async #findTwin({ id, provider }: Account, secret: string): Promise<Account | null> {
    const others = (await this.records()).filter((other) => other.id !== id)
    return this.#parts.secrets.findSame(others, provider, secret)
  }

  /** The provider's verdict was about the old key, so a new key starts without cooldowns. */
  async #startClean(account: Account): Promise<AccountView> {
    const ledger = await this.#parts.ledger()
    await ledger.record([{ type: 'clear', subject: account.id }, ...returnNotices(ledger.state, account)])
    return this.#view(account.id)
  }

  async setDefault(reference: string, filter: AccountFilter = {}): Promise<AccountView> {
    const { id } = await this.find(reference, filter)
    await this.#parts.document.update((data) => {
      data.defaultAccount = byId(data, id).id
    })
    return this.#view(id)
  }

  async getDefault(): Promise<AccountView | null> {
    const { defaultAccount, accounts } = await this.#parts.document.read()
    const isThere = accounts.some(({ id }) => id === defaultAccount)
    return isThere ? this.#view(defaultAccount as string) : null
  }

  async checkCredential(wanted: NewAccount): Promise<CheckResult> {
    await this.checkNew(wanted) // no key is sent for an account that could not be added
    return this.#checks.ofNew(wanted)
  }

  async readPlan(account: Account, allowsUnofficial: boolean): Promise<PlanWindow[] | null> {
    return this.#checks.readPlan(account, allowsUnofficial)
  }

  async copyFolder(from: string, to: string, filter: AccountFilter = {}): Promise<void> {
    const folders = [await this.find(from, filter), await this.find(to, filter)].map((account) =>
      accountFolder(this.#parts.home, account),
    )
    await copyFolder(folders[0] ?? '', folders[1] ?? '')
  }

  locateFolder(account: Pick<Account, 'user' | 'provider' | 'name'>): string {
    return accountFolder(this.#parts.home, account)
  }

  prepareFolder(account: Account): Promise<string> {
    const folder = this.locateFolder(account)
    prepareFolder(folder)
    return Promise.resolve(folder)
  }

  async verify(reference: string, filter: AccountFilter = {}): Promise<Verification> {
    const account = await this.find(reference, filter)
    const result = await this.#checks.of(account)
    const ledger = await this.#parts.ledger()
    const notices = verdictNotices(ledger, account, result)
    if (notices.length > 0) await ledger.record(notices)
    const view = await this.#view(account.id)
    return { account: view, ...result, message: adviseReset(result, view) }
  }

  async refresh(reference: string, filter: AccountFilter = {}): Promise<Renewal> {
    const account = await this.find(reference, filter)
    const renewal = await this.#parts.logins.renewNow(account)
    return { account: await this.#view(account.id), ...renewal }
  }

  async readSecret(account: Account): Promise<string> {
    return (await this.access(account)).secret
  }

  async keptSecret(account: Account): Promise<string> {
    return this.#parts.secrets.open(account)
  }

  async readEgress(account: Account): Promise<EgressProxy[]> {
    return this.#parts.secrets.openEgress(account)
  }

  findClosed(account: Account): Promise<QwenctlError | null> {
    return this.#parts.secrets.findClosed(account)
  }

  async access(account: Account, refused?: string): Promise<Access> {
    return this.#parts.logins.access(account, refused)
  }

  async readLoginServer(account: Account): Promise<TokenSet['server']> {
    if (account.credential.type !== 'oauth') return null
    return (await this.#parts.secrets.openTokens(account)).server
  }

  /** Records the limits before the account is visible, so no request of it stays uncounted. */
  async #recordLimits(account: Account): Promise<void> {
    const ledger = await this.#parts.ledger()
    const limits = limitsToRecord(ledger, account, await this.#parts.providers())
    if (limits !== null) await ledger.record([{ type: 'limits', account: account.id, limits }])
  }

  /** Changes the record of an account, and moves its folder if its name changes. */
  async #change(
    reference: string,
    filter: AccountFilter,
    change: (account: Account, data: AccountsData) => void | Promise<void>,
  ): Promise<AccountView> {
    const { document, home } = this.#parts
    const { id } = await this.find(reference, filter)
    await document.update(async (data) => {
      const account = byId(data, id)
      const folder = accountFolder(home, account)
      await change(account, data)
      account.updatedAt = this.#now()
      await moveFolder(folder, accountFolder(home, account))
    })
    return this.#view(id)
  }

  async #view(id: string): Promise<AccountView> {
    const books = await this.#parts.books()
    const [view] = buildAccountViews(books, [byId(books.data, id)])
    return view as AccountView
  }

  #now(): string {
    return formatTime(this.#parts.clock())
  }
}
