import { rm } from 'node:fs/promises'
import type { Account } from '../../account/account.ts'
import { plainAccount, shortReference } from '../../account/account.ts'
import { checkName } from '../../account/name.ts'
import { resolveReference } from '../../account/reference.ts'
import type { Ledger } from '../../quota/ledger.ts'
import { accountFolder } from '../../store/account-folder.ts'
import type { AccountsData } from '../../store/documents/accounts-document.ts'
import type { JsonDocument } from '../../store/documents/document.ts'
import type { Home } from '../../store/home.ts'
import { ensureFolder } from '../../store/home.ts'
import { newAccountId } from '../../store/new-id.ts'
import type { PlanWindow } from '../../provider/plans/plan-reader.ts'
import type { AccountChecks } from './checks/account-checks.ts'
import type { AddressRules, CheckedSettings } from './account-fields.ts'
import { missingService } from './service-fields.ts'
import { canLackKey, checkSecret, checkSettings, missingSecret } from './account-fields.ts'
import { archiveFolder, copyFolder, moveFolder, prepareFolder } from './account-folders.ts'
import { byId, freeName, freePlace } from './account-place.ts'
import type { AccountSecrets } from './account-secrets.ts'
import { advise } from './checks/advice.ts'
import type { AccountLogins } from '../login/account-logins.ts'
import type { Access, TokenSet } from '../login/token-set.ts'
import { prepareClone } from './clone-account.ts'
import type { StoreSnapshot } from '../quota/direct-quota.ts'
import { buildAccountViews, filterAccounts } from '../quota/direct-quota.ts'
import type { EgressProxy } from '../../net/egress-proxy.ts'
import { inField } from '../settings/in-field.ts'
import { limitsToRecord } from '../quota/reconcile.ts'
import type {
  AccountChanges,
  AccountFilter,
  Accounts,
  CheckResult,
  NewAccount,
  ProviderRegistry,
  Renewal,
  Verification,
} from '../toolkit.ts'
import { recordUsedToday } from '../quota/used-today.ts'
import { returnNotices, verdictNotices } from './checks/verdict.ts'
import type { AccountStatus, AccountView } from '../views.ts'

export interface AccountsParts {
  home: Home
  document: JsonDocument<AccountsData>
  secrets: AccountSecrets
  books: () => Promise<StoreSnapshot>
  ledger: () => Promise<Ledger>
  providers: () => Promise<ProviderRegistry>
  /** The user of accounts that name none. */
  defaultUser: () => Promise<string>
  addressRules: () => Promise<AddressRules>
  clock: () => number
  warn: (message: string) => void
  checks: AccountChecks
  logins: AccountLogins
}

interface GivenCredential {
  secret: string | null
  tokens: TokenSet | undefined
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
    return (await this.#parts.document.read()).accounts
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
    const { tokens } = wanted
    const { place, name, freeNow, checked, secret, accounts } = await this.#checkNew(wanted)
    const account = await this.#build({ ...place, name: freeNow }, checked, { secret, tokens })
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
    const { document, home } = this.#parts
    checkAccountName(name)
    const { id } = await this.find(reference, filter)
    await document.update(async (data) => {
      const account = byId(data, id)
      if (account.name === name) return
      const before = accountFolder(home, account)
      account.name = freeName(data.accounts, { ...account, name })
      account.updatedAt = this.#now()
      await moveFolder(before, accountFolder(home, account))
    })
    return this.#view(id)
  }

  async setEnabled(reference: string, enabled: boolean, filter: AccountFilter = {}): Promise<AccountView> {
    return this.#change(reference, filter, (account) => {
      account.enabled = enabled
    })
  }

  async set(reference: string, settings: AccountChanges, filter: AccountFilter = {}): Promise<AccountView> {
    const { home, secrets, warn } = this.#parts
    const name = settings.name === undefined ? null : checkAccountName(settings.name)
    const account = await this.find(reference, filter)
    const registry = await this.#parts.providers()
    const provider = registry.of(account)
    const checked = checkSettings(settings, provider, await this.#parts.addressRules())
    const secret = settings.secret === undefined ? null : checkSecret(settings.secret)
    const changes = await this.#sealedChanges(account, checked, { secret, tokens: settings.tokens })
    const named = settings.tokens?.baseUrl
    if (named !== undefined && checked.baseUrl === undefined && (await this.#isAtNamedBase(account))) {
      changes.baseUrl = named
    }
    const twin =
      secret === null
        ? null
        : await secrets.findSame(
            (await this.records()).filter(({ id }) => id !== account.id),
            provider.id,
            secret,
          )
    await this.#parts.ledger()
    const view = await this.#change(account.id, {}, async (present, data) => {
      const before = accountFolder(home, present)
      if (name !== null && name !== present.name) present.name = freeName(data.accounts, { ...present, name })
      Object.assign(present, changes)
      present.enabled = settings.enabled ?? present.enabled
      await this.#recordLimits(present)
      const after = accountFolder(home, present)
      if (after !== before) await moveFolder(before, after)
    })
    if (secret !== null) for (const advice of advise({ ...account, ...changes }, twin)) warn(advice)
    // The provider's verdict was about the old key, so a new key starts clean.
    const isNew = secret !== null || settings.tokens !== undefined
    if (!isNew) return view
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
    await this.#checkNew(wanted) // no key is sent for an account that could not be added
    return this.#checks.ofNew(wanted)
  }

  async readPlan(account: Account, allowsUnofficial: boolean): Promise<PlanWindow[] | null> {
    return this.#checks.readPlan(account, allowsUnofficial)
  }

  /** Checks a new account without asking its provider. Throws what `add` throws. */
  async #checkNew(wanted: NewAccount) {
    const registry = await this.#parts.providers()
    const provider = inField('provider', () => registry.get(wanted.provider))
    const owner = wanted.user ?? (await this.#parts.defaultUser())
    const user = inField('user', () => checkName('user', owner))
    const name = wanted.name === undefined ? null : checkAccountName(wanted.name)
    const baseUrl = wanted.baseUrl ?? wanted.tokens?.baseUrl ?? null
    const checked = checkSettings({ ...wanted, baseUrl }, provider, await this.#parts.addressRules())
    if (provider.id === 'http' && checked.service == null) throw missingService()
    const secret = wanted.secret === undefined ? null : checkSecret(wanted.secret)
    const needsKey = !canLackKey({ ...wanted, baseUrl: checked.baseUrl }, provider)
    if (secret === null && wanted.tokens === undefined && needsKey) throw missingSecret(provider)
    const { accounts } = await this.#parts.document.read()
    const place = { user, provider: provider.id }
    return {
      place,
      name,
      freeNow: freePlace(accounts, { ...place, name, label: checked.label ?? null }),
      checked,
      secret,
      accounts,
    }
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
    return { account: view, ...result, message: withReset(result, view) }
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

  async access(account: Account, refused?: string): Promise<Access> {
    return this.#parts.logins.access(account, refused)
  }

  async readLoginServer(account: Account): Promise<TokenSet['server']> {
    if (account.credential.type !== 'oauth') return null
    return (await this.#parts.secrets.openTokens(account)).server
  }

  async #build(
    place: Pick<Account, 'user' | 'provider' | 'name'>,
    checked: CheckedSettings,
    given: GivenCredential,
  ): Promise<Account> {
    const account = plainAccount({ id: newAccountId(), ...place, createdAt: this.#now() })
    return Object.assign(account, await this.#sealedChanges(account, checked, given))
  }

  /** Whether the account uses the base URL that its login named, and not one that its user set. */
  async #isAtNamedBase(account: Account): Promise<boolean> {
    if (account.baseUrl === null || account.credential.type !== 'oauth') return account.baseUrl === null
    const before = await this.#parts.secrets.openTokens(account).catch(() => null)
    return before?.baseUrl === account.baseUrl
  }

  /** Checked settings in their stored form: every field that may contain a secret is sealed for this account. */
  async #sealedChanges(
    account: Account,
    checked: CheckedSettings,
    { secret, tokens }: GivenCredential,
  ): Promise<Partial<Account>> {
    const { egressProxy, ...plain } = checked
    const changes: Partial<Account> = { ...plain }
    if (secret !== null) changes.credential = await this.#parts.secrets.sealKey(account, secret)
    if (tokens !== undefined) changes.credential = await this.#parts.secrets.sealTokens(account, tokens)
    if (egressProxy !== undefined) {
      changes.egressProxy =
        egressProxy === null
          ? null
          : { sealed: await this.#parts.secrets.seal(account, egressProxy.url), shown: egressProxy.shown }
    }
    return changes
  }

  /** Records the limits before the account is visible, so no request of it stays uncounted. */
  async #recordLimits(account: Account): Promise<void> {
    const ledger = await this.#parts.ledger()
    const limits = limitsToRecord(ledger, account, await this.#parts.providers())
    if (limits !== null) await ledger.record([{ type: 'limits', account: account.id, limits }])
  }

  async #change(
    reference: string,
    filter: AccountFilter,
    change: (account: Account, data: AccountsData) => void | Promise<void>,
  ): Promise<AccountView> {
    const { id } = await this.find(reference, filter)
    await this.#parts.document.update(async (data) => {
      const account = byId(data, id)
      await change(account, data)
      account.updatedAt = this.#now()
    })
    return this.#view(id)
  }

  async #view(id: string): Promise<AccountView> {
    const books = await this.#parts.books()
    const [view] = buildAccountViews(books, [byId(books.data, id)])
    return view as AccountView
  }

  #now(): string {
    return new Date(this.#parts.clock()).toISOString()
  }
}

function checkAccountName(name: string): string {
  return inField('name', () => checkName('account', name))
}

const endedByReset: ReadonlySet<AccountStatus> = new Set(['no-credit', 'unreachable'])

/** If the provider cannot verify a key, the message names the command that the user types after a fix. */
function withReset({ result, message }: CheckResult, view: AccountView): string {
  if (result !== 'unchecked' || !endedByReset.has(view.status)) return message
  return `${message}; once it works again, type qwenctl quota reset ${shortReference(view)} --cooldowns`
}
