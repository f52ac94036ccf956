import { randomBytes } from 'node:crypto'
import { formatTime } from '../../base/iso-time.ts'
import type { Account } from '../../account/account.ts'
import { QwenctlError } from '../../base/errors.ts'
import { convertToPublic } from '../../base/public-error.ts'
import type { LoginView } from '../../contract/accounts/logins.ts'
import type { LoginOverrides, PendingLogin } from '../../toolkit/login/pending-login.ts'
import type { NewAccount } from '../../toolkit/toolkit.ts'
import type { ManagedToolkit } from '../../toolkit/scope/managed-toolkit.ts'
import { findDefaultUser } from '../../toolkit/settings/default-user.ts'
import type { AccountView } from '../../toolkit/views.ts'
import { qrSvg } from './qr-svg.ts'

interface Entry {
  view: Omit<LoginView, 'account'>
  accountId: string | null
  abort: AbortController
  /** Epoch milliseconds; null: under way. */
  endedAt: number | null
}

/** The purpose of a login: a new account, or an existing one. */
export type LoginFor = { wanted: NewAccount } | { account: Account }

/** More simultaneous logins are a mistake of a client. */
const MOST_UNDER_WAY = 16
/** The time for which an ended login can still be read. */
const KEPT_MS = 10 * 60_000
const MOST_KEPT = 64

/** Logins with a code that began over the API. They live in the memory of this process. */
export class PendingLogins {
  readonly #toolkit: ManagedToolkit
  readonly #clock: () => number
  readonly #entries = new Map<string, Entry>()

  constructor(toolkit: ManagedToolkit, clock: () => number) {
    this.#toolkit = toolkit
    this.#clock = clock
  }

  /** Begins a login. Throws `name_in_use`, validation errors of the account, and the errors of `logins.begin`. */
  async begin(what: LoginFor, overrides: LoginOverrides): Promise<LoginView> {
    this.#makeRoom()
    if ('wanted' in what) await this.#refuseTaken(what.wanted)
    const abort = new AbortController()
    const pending = await this.#start(what, overrides, abort.signal)
    const { userCode, verificationUri, verificationUriComplete } = pending
    const entry: Entry = {
      view: {
        loginId: `login_${randomBytes(12).toString('base64url')}`,
        status: 'pending',
        userCode,
        verificationUri,
        verificationUriComplete,
        qrSvg: qrSvg(verificationUriComplete ?? verificationUri),
        expiresAt: formatTime(pending.expiresAt),
        error: null,
      },
      accountId: null,
      abort,
      endedAt: null,
    }
    this.#entries.set(entry.view.loginId, entry)
    this.#finish(entry, what, pending).then(
      (id) => this.#ended(entry, { status: 'done', accountId: id }),
      (error: unknown) => this.#ended(entry, describeFailure(error)),
    )
    return this.show(entry.view.loginId)
  }

  /** Throws `not_found`. */
  async show(loginId: string): Promise<LoginView> {
    const { view, accountId } = this.#find(loginId)
    return { ...view, account: accountId === null ? null : await this.#findAccount(accountId) }
  }

  /** Stops a login that is under way. Throws `not_found`. */
  async cancel(loginId: string): Promise<LoginView> {
    const entry = this.#find(loginId)
    entry.abort.abort()
    this.#ended(entry, { status: 'cancelled' })
    return this.show(loginId)
  }

  async #start(what: LoginFor, overrides: LoginOverrides, signal: AbortSignal): Promise<PendingLogin> {
    const { logins, accounts } = this.#toolkit
    if ('wanted' in what) return logins.begin(what.wanted, overrides, { signal })
    const { account } = what
    const before = await accounts.readLoginServer(account).catch(() => null)
    return logins.begin({ provider: account.provider }, overrides, { account, before, signal })
  }

  /** Refuses a taken name early, so that a login is not confirmed for an account that cannot be stored. */
  async #refuseTaken({ provider, user, name }: NewAccount): Promise<void> {
    const owner = user ?? (await findDefaultUser(this.#toolkit.settings))
    const others = await this.#toolkit.accounts.list({ provider, user: owner })
    if (!others.some((other) => other.name === name)) return
    throw new QwenctlError('name_in_use', `there is already an account ${provider}/${name}`, {
      hint: 'choose another name',
      details: { field: 'name' },
    })
  }

  /** Waits for the tokens and stores them. Resolves to the id of the account. */
  async #finish({ abort }: Entry, what: LoginFor, pending: PendingLogin): Promise<string> {
    const tokens = await pending.tokens(abort.signal)
    abort.signal.throwIfAborted()
    const { accounts } = this.#toolkit
    if ('account' in what) return (await accounts.set(what.account.id, { tokens })).id
    return (await accounts.add({ ...what.wanted, tokens })).id
  }

  #ended(
    entry: Entry,
    {
      status,
      error = null,
      accountId = null,
    }: { status: LoginView['status']; error?: LoginView['error']; accountId?: string | null },
  ): void {
    if (entry.endedAt !== null) return
    entry.view = { ...entry.view, status, error }
    entry.accountId = accountId
    entry.endedAt = this.#clock()
  }

  /** Null: the account was removed in the meantime. */
  async #findAccount(id: string): Promise<AccountView | null> {
    const found = (await this.#toolkit.accounts.list()).find((account) => account.id === id)
    return found ?? null
  }

  #find(loginId: string): Entry {
    const found = this.#entries.get(loginId)
    if (found !== undefined) return found
    throw new QwenctlError('not_found', 'there is no login with this id', {
      hint: 'it began before this proxy started, or ended more than ten minutes ago; begin another',
    })
  }

  /** Drops expired logins; if too many are under way, ends the oldest. */
  #makeRoom(): void {
    const now = this.#clock()
    for (const [id, { endedAt }] of this.#entries)
      if (endedAt !== null && now - endedAt > KEPT_MS) this.#entries.delete(id)
    const underWay = [...this.#entries.values()].filter(({ endedAt }) => endedAt === null)
    for (const entry of underWay.slice(0, Math.max(0, underWay.length + 1 - MOST_UNDER_WAY))) {
      entry.abort.abort()
      this.#ended(entry, { status: 'cancelled' })
    }
    for (const id of [...this.#entries.keys()].slice(0, Math.max(0, this.#entries.size + 1 - MOST_KEPT)))
      this.#entries.delete(id)
  }
}

function describeFailure(error: unknown): { status: LoginView['status']; error: LoginView['error'] } {
  const { code, message, hint, details } = convertToPublic(
    error,
    'the login failed through a fault of qwenctl',
  )
  const { reason } = details
  const status = reason === 'denied' || reason === 'expired' ? reason : 'failed'
  return { status, error: { code, message, hint } }
}
