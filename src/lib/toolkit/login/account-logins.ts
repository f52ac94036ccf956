import { basename, join } from 'node:path'
import { formatTime } from '../../base/iso-time.ts'
import type { Account } from '../../account/account.ts'
import type { QwenctlError } from '../../base/errors.ts'
import { isQwenctlError, readMessage } from '../../base/errors.ts'
import type { Ledger } from '../../quota/ledger.ts'
import type { AccountsData } from '../../store/documents/accounts-document.ts'
import type { JsonDocument } from '../../store/documents/document.ts'
import type { Home } from '../../store/home.ts'
import { withLock } from '../../store/locks/lock.ts'
import { openStore } from '../../store/redis/open-store.ts'
import { readRenewalMark, removeRenewalMark } from '../../store/renewal-mark.ts'
import { byId } from '../accounts/account-place.ts'
import type { AccountSecrets } from '../accounts/account-secrets.ts'
import type { EgressProxy } from '../../net/egress-proxy.ts'
import type { ProviderRegistry } from '../providers/provider-registry.ts'
import type { Renewal } from '../accounts/account-inputs.ts'
import { verdictNotices } from '../accounts/checks/verdict.ts'
import type { LoginHttp } from './login-http.ts'
import { postForm } from './login-http.ts'
import { readRefresh } from './refresh-answer.ts'
import { isPassing, reserveRoom, usedUp } from './renewal-room.ts'
import { withSharedFile } from './shared-file.ts'
import type { Access, TokenSet } from './token-set.ts'
import { dueAt, isUsable } from './token-set.ts'
import { needsLogin, unavailable } from './login-errors.ts'

export interface AccountLoginsParts {
  home: Home
  document: JsonDocument<AccountsData>
  secrets: AccountSecrets
  ledger: () => Promise<Ledger>
  providers: () => Promise<ProviderRegistry>
  http: (via: readonly EgressProxy[]) => Promise<LoginHttp>
  /** Epoch milliseconds. */
  clock: () => number
  /** A random number in [0, 1). */
  random: () => number
  warn: (message: string) => void
}

interface Known {
  tokens: TokenSet
  /** The sealed forms of these tokens: records held by requests may be one form behind. */
  sealed: string[]
  dueAt: number
}

/** Longer than one holder of the lock needs for an exchange with the server. */
const LOCK_TIMEOUT_MS = 60_000
const FIRST_PAUSE_MS = 5000
const LONGEST_PAUSE_MS = 60_000
/** Whether a disk has room again costs one write to find out. */
const DISK_PAUSE_MS = 1000

/**
 * Access tokens of logins, renewed lazily when due. One process of the machine renews each token at a time; the first
 * to need it does. Nothing is ever deleted: an ended login is marked, with the command that begins a new one.
 */
export class AccountLogins {
  readonly #parts: AccountLoginsParts
  readonly #known = new Map<string, Known>()
  readonly #renewing = new Map<string, Promise<Access>>()
  /** After a failure that may pass, no request asks again for a while. */
  readonly #troubles = new Map<string, { until: number; pauseMs: number; error: QwenctlError }>()
  /** Renewed tokens that are not in the document yet: the old tokens may be worthless. */
  readonly #unsaved = new Map<string, { present: Account; tokens: TokenSet; againAt: number }>()

  constructor(parts: AccountLoginsParts) {
    this.#parts = parts
  }

  /**
   * The credential in the clear, renewed if due. `refused`: a token that the provider has just refused, which is then
   * renewed early. Throws `needs_login`, or `upstream_unavailable` if the server is unreachable and no token is left.
   */
  async access(account: Account, refused?: string): Promise<Access> {
    if (account.credential.type !== 'oauth') {
      return { secret: await this.#parts.secrets.open(account), until: Infinity }
    }
    const known = await this.#current(account)
    const now = this.#parts.clock()
    if (now >= (this.#unsaved.get(account.id)?.againAt ?? Infinity)) void this.#saveAgain(account.id)
    const isRefused = known.tokens.accessToken === refused
    if (isRefused || !isUsable(known.tokens, now)) return this.#renewUnlessTroubled(account, known, now)
    if (now < known.dueAt) return { secret: known.tokens.accessToken, until: known.dueAt }
    // The token still works for a while, so no request waits for the new one.
    if (!this.#isTroubled(account.id, now)) this.renew(account).catch(() => undefined)
    return { secret: known.tokens.accessToken, until: now }
  }

  /**
   * Renews now, even if not due. Allows one renewal at a time in this process, and waits for other processes of the
   * machine.
   */
  renew(account: Account, options: { isAsked?: boolean } = {}): Promise<Access> {
    const { id } = account
    const renewing = this.#renewing.get(id) ?? this.#renewAlone(account, options.isAsked === true)
    this.#renewing.set(id, renewing)
    return renewing
  }

  /** Renews on request and returns the result. Throws for faults of the store. */
  async renewNow(account: Account): Promise<Pick<Renewal, 'result' | 'message'>> {
    if (account.credential.type !== 'oauth') {
      return { result: 'no-login', message: 'it has no login that could be renewed' }
    }
    try {
      await this.renew(account, { isAsked: true })
      return { result: 'renewed', message: 'the login is renewed' }
    } catch (error) {
      if (!isQwenctlError(error)) throw error
      const { code, message } = error
      if (code === 'needs_login') return { result: 'needs-login', message }
      if (code === 'upstream_unavailable') return { result: 'unreachable', message }
      throw error
    }
  }

  /** Waits for renewals in progress: a token that was renewed and not stored would be lost. */
  async settle(): Promise<void> {
    await Promise.allSettled([...this.#renewing.values()])
    for (const id of this.#unsaved.keys()) await this.#saveAgain(id)
  }

  async #saveAgain(id: string): Promise<void> {
    const unsaved = this.#unsaved.get(id)
    if (unsaved === undefined) return
    unsaved.againAt = this.#parts.clock() + FIRST_PAUSE_MS
    try {
      await this.#store(unsaved.present, unsaved.tokens)
      if (this.#unsaved.get(id) === unsaved) this.#unsaved.delete(id)
    } catch (error) {
      this.#parts.warn(formatLost(unsaved.present, error))
    }
  }

  async #current(account: Account): Promise<Known> {
    const { id } = account
    const sealed = account.credential.type === 'oauth' ? account.credential.sealed : ''
    const known = this.#known.get(id)
    if (known !== undefined && (known.sealed.includes(sealed) || this.#unsaved.has(id))) return known
    return this.#know(id, await this.#parts.secrets.openTokens(account), [sealed])
  }

  #know(id: string, tokens: TokenSet, sealed: string[]): Known {
    const known = { tokens, sealed, dueAt: dueAt(tokens, this.#parts.random()) }
    this.#known.set(id, known)
    return known
  }

  #isTroubled(id: string, now: number): boolean {
    return now < (this.#troubles.get(id)?.until ?? 0)
  }

  async #renewUnlessTroubled(account: Account, known: Known, now: number): Promise<Access> {
    const trouble = this.#troubles.get(account.id)
    if (trouble !== undefined && now < trouble.until) throw trouble.error
    if (known.tokens.refreshToken === null) {
      await this.#noteDead(account, 'it cannot be renewed')
      throw needsLogin(account, 'it has expired, and the server gave nothing to renew it with')
    }
    return this.renew(account)
  }

  async #renewAlone(account: Account, isAsked: boolean): Promise<Access> {
    const { home } = this.#parts
    const seen = (await this.#current(account)).tokens.accessToken
    const lockable = join(home.runFolder, `login-${account.id}`)
    try {
      const access = await this.#alone(lockable, () => this.#renewLocked(account, seen, isAsked))
      this.#troubles.delete(account.id)
      return access
    } catch (error) {
      if (isQwenctlError(error) && isPassing(error)) this.#noteTrouble(account.id, error)
      throw error
    } finally {
      this.#renewing.delete(account.id)
    }
  }

  /** Allows one process of the machine at a time; with a shared store, one of all machines. */
  async #alone<R>(lockable: string, action: () => Promise<R>): Promise<R> {
    const store = await openStore(this.#parts.home)
    const options = { timeoutMs: LOCK_TIMEOUT_MS }
    const local = () => withLock(lockable, action, options)
    return store === null ? local() : store.withLock(basename(lockable), local, options)
  }

  #noteTrouble(id: string, error: QwenctlError): void {
    const before = this.#troubles.get(id)
    const grownMs = before === undefined ? FIRST_PAUSE_MS : Math.min(before.pauseMs * 2, LONGEST_PAUSE_MS)
    const pauseMs = error.code === 'store_unwritable' ? DISK_PAUSE_MS : grownMs
    this.#troubles.set(id, { until: this.#parts.clock() + pauseMs, pauseMs, error })
  }

  /** Reads the document again under the lock: the previous holder has probably renewed already. */
  async #renewLocked(account: Account, seen: string, isAsked: boolean): Promise<Access> {
    const { document, secrets, clock } = this.#parts
    const present = byId(await document.read(), account.id)
    if (present.credential.type !== 'oauth') {
      return { secret: await secrets.open(present), until: Infinity }
    }
    const unsaved = this.#unsaved.get(account.id)
    const tokens = unsaved?.tokens ?? (await secrets.openTokens(present))
    if (unsaved === undefined && tokens.accessToken !== seen && isUsable(tokens, clock())) {
      return pickAccess(this.#know(account.id, tokens, [present.credential.sealed]))
    }
    if (!isAsked && (await this.#isDead(present))) throw needsLogin(present, 'the server has ended it')
    const { sealed } = present.credential
    const markFile = this.#markFile(account.id)
    const spent = unsaved === undefined ? readRenewalMark(markFile, sealed) : null
    if (spent !== null) throw usedUp(present, spent, document.file)
    return withSharedFile(tokens, clock, async (own, isNewer) => {
      const renewed = isNewer ? own : await this.#askWithRoom(present, own, sealed)
      await this.#keep(present, renewed)
      return { tokens: renewed, result: pickAccess(this.#known.get(account.id) as Known) }
    })
  }

  /** Asks only where the answer can be stored. Throws as `#ask` does, and `store_unwritable` on a full disk. */
  async #askWithRoom(account: Account, tokens: TokenSet, credential: string): Promise<TokenSet> {
    const isSpent = this.#unsaved.has(account.id)
    const mark = reserveRoom(account, {
      file: this.#markFile(account.id),
      document: this.#parts.document.file,
      credential,
      isSpent,
    })
    try {
      const renewed = await this.#ask(account, tokens)
      mark.markSpent()
      return renewed
    } finally {
      mark.end()
    }
  }

  #markFile(id: string): string {
    return join(this.#parts.home.runFolder, `login-${id}.renewal`)
  }

  /** Throws `needs_login` for an answer that says so, `upstream_unavailable` for any other that brings no token. */
  async #ask(account: Account, tokens: TokenSet): Promise<TokenSet> {
    const { providers, secrets, http, clock } = this.#parts
    const registry = await providers()
    const device = registry.has(account.provider) ? registry.of(account).device : null
    const server = tokens.server ?? device
    if (tokens.refreshToken === null || server === null) {
      throw needsLogin(account, 'there is nothing to renew it with')
    }
    const form = {
      grant_type: 'refresh_token',
      refresh_token: tokens.refreshToken,
      client_id: server.clientId,
    }
    const way = await http(await secrets.openEgress(account))
    const reply = await postForm(way, server.tokenEndpoint, form)
    if (reply.kind === 'network') throw unavailable(account, reply.message)
    const refreshed = readRefresh(reply, tokens, { device, now: clock() })
    if (refreshed.kind === 'tokens') return refreshed.tokens
    if (refreshed.kind === 'trouble') throw unavailable(account, refreshed.message)
    await this.#noteDead(account, refreshed.message)
    throw needsLogin(account, refreshed.message)
  }

  /**
   * The old tokens stay in the document until the new ones replace them. If that fails, the new ones are kept in
   * memory.
   */
  async #keep(present: Account, tokens: TokenSet): Promise<void> {
    const before = present.credential.type === 'oauth' ? present.credential.sealed : ''
    this.#know(present.id, tokens, [before])
    try {
      await this.#store(present, tokens)
      this.#unsaved.delete(present.id)
    } catch (error) {
      if (isQwenctlError(error) && error.code === 'account_not_found') throw error
      this.#unsaved.set(present.id, { present, tokens, againAt: this.#parts.clock() + FIRST_PAUSE_MS })
      this.#parts.warn(formatLost(present, error))
      return
    }
    const ledger = await this.#parts.ledger()
    const accepted = { result: 'accepted', message: '', latencyMs: null } as const
    const notices = verdictNotices(ledger, present, accepted)
    if (notices.length > 0) await ledger.record(notices)
  }

  async #store(present: Account, tokens: TokenSet): Promise<void> {
    const { document, secrets, clock } = this.#parts
    const before = present.credential
    const opened = before.type === 'oauth' ? await secrets.openTokens(present) : null
    const sealed = await secrets.sealTokens(present, tokens)
    await document.update((data) => {
      const account = byId(data, present.id)
      const { credential } = account
      // Another process replaced the credential in the meantime: the new one stays.
      if (before.type !== 'oauth' || credential.type !== 'oauth' || credential.sealed !== before.sealed)
        return
      account.credential = sealed
      // Follows the server's base URL; a base URL that the user set stays.
      if (account.baseUrl === opened?.baseUrl) account.baseUrl = tokens.baseUrl
      account.updatedAt = formatTime(clock())
    })
    removeRenewalMark(this.#markFile(present.id))
    const known = this.#known.get(present.id)
    if (known !== undefined) known.sealed.push(sealed.sealed)
  }

  async #isDead(account: Account): Promise<boolean> {
    const ledger = await this.#parts.ledger()
    await ledger.catchUp() // the previous holder of the lock may have recorded the refusal
    const refused = { result: 'refused', message: '', latencyMs: null } as const
    return verdictNotices(ledger, account, refused).length === 0
  }

  async #noteDead(account: Account, message: string): Promise<void> {
    const ledger = await this.#parts.ledger()
    const notices = verdictNotices(ledger, account, { result: 'refused', message, latencyMs: null })
    if (notices.length > 0) await ledger.record(notices)
  }
}

function pickAccess({ tokens, dueAt: until }: Known): Access {
  return { secret: tokens.accessToken, until }
}

function formatLost({ provider, name }: Account, error: unknown): string {
  return `the renewed login of ${provider}/${name} could not be stored: ${readMessage(error)}`
}
