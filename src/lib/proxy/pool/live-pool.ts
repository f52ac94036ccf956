import type { Account } from '../../account/account.ts'
import type { AccountScope } from '../../account/client-key.ts'
import { everyAccount } from '../../account/client-key.ts'
import { isQwenctlError, readMessage } from '../../base/errors.ts'
import type { Ledger } from '../../quota/ledger.ts'
import { stateKey } from '../../rotation/conversation.ts'
import type { CoolNotice } from '../../rotation/cooldowns/cooling.ts'
import { Strikes } from '../../rotation/cooldowns/strikes.ts'
import { isAvailable } from '../../rotation/eligibility.ts'
import { isolateSimulated } from '../../rotation/isolate-simulated.ts'
import { weighEvidence, isGuess } from '../../rotation/models/model-evidence.ts'
import type { Member } from '../../rotation/pool/member.ts'
import { MemberBuilder } from '../../rotation/pool/member.ts'
import type { ModelStep } from '../../rotation/models/model-steps.ts'
import { modelSteps } from '../../rotation/models/model-steps.ts'
import type { AliasClient } from '../../rotation/models/usable-aliases.ts'
import { usableAliases } from '../../rotation/models/usable-aliases.ts'
import type { PoolOptions } from '../../rotation/pool/pool.ts'
import { Pool } from '../../rotation/pool/pool.ts'
import type { Wanted } from '../../rotation/rotation-request.ts'
import type { ClientKeyView } from '../../toolkit/keys/client-keys.ts'
import { recordLimits } from '../../toolkit/keys/record-limits.ts'
import { formatMissingProvider } from '../../toolkit/providers/missing-provider.ts'
import type { Toolkit } from '../../toolkit/toolkit.ts'
import type { UpstreamPool } from '../upstream/upstream-pool.ts'
import { Authenticator } from './authenticate.ts'
import { ClosedAccounts } from './closed-accounts.ts'
import { findLearningDelay } from './learning-delay.ts'
import { LedgerNotes } from './ledger-notes.ts'
import { LiveRules } from './live-rules.ts'
import { LiveView } from './live-view.ts'
import { endOldRefusals, hasNewKey } from './replaced-keys.ts'
import type { AttemptReport, RefusalReport } from './reports.ts'
import { RequestQueue } from './request-queue.ts'
import { Targets } from './targets.ts'

export interface LivePoolOptions extends Pick<PoolOptions, 'strategy' | 'affinity'> {
  /** Only this user's accounts serve; null: all accounts. */
  user: string | null
  /** A random number in [0, 1). */
  random: () => number
  upstreams: Pick<UpstreamPool, 'origin'>
  /** The upstream of simulated accounts. */
  sandboxBase: () => Promise<string>
  onAttempt?: (report: AttemptReport) => void
  onRefusal?: (report: RefusalReport) => void
  /** `account`: its answer caused the cooldown. */
  onCooldown?: (notice: CoolNotice, account: Account) => void
  /** Requests see these accounts only after this resolves. */
  onMembers?: (live: LivePool, members: readonly Member[]) => Promise<void>
  /** Receives messages about problems that users should know of. */
  onTrouble: (message: string) => void
}

/** The pool, as the documents and the ledger have it now. A change of either is in force within a second. */
export class LivePool {
  readonly ledger: Ledger
  readonly strikes = new Strikes()
  readonly keys: Authenticator
  readonly view: LiveView
  readonly queue: RequestQueue
  readonly rules: LiveRules
  readonly targets: Targets
  readonly notes: LedgerNotes
  readonly #closed: ClosedAccounts
  #hasOpenedSecrets = false
  readonly #toolkit: Toolkit
  readonly #options: LivePoolOptions
  #pool: Pool
  #accounts: Account[] = []
  #orphans: Account[] = []
  #stops: (() => void)[] = []
  /** Configuration warnings already shown; each is shown once. */
  readonly #said = new Set<string>()
  /** The last model that was answered for, and its account. */
  #answered: { account: Account; model: string } | null = null
  #learning: NodeJS.Timeout | null = null
  /** Whether any account is on another machine. */
  #hasRemote = false
  #reloading: Promise<void> = Promise.resolve()

  private constructor(toolkit: Toolkit, ledger: Ledger, options: LivePoolOptions) {
    this.#toolkit = toolkit
    this.#options = { ...options }
    this.ledger = ledger
    this.keys = new Authenticator(() => ledger.now())
    this.#pool = new Pool([], options)
    this.view = new LiveView(ledger, options.random)
    const { onCooldown, onTrouble, upstreams, sandboxBase } = options
    const { accounts } = toolkit
    this.queue = new RequestQueue({
      pool: () => this.#pool,
      view: this.view,
      refresh: () => ledger.refresh(),
    })
    this.rules = new LiveRules({
      toolkit,
      ledger,
      view: this.view,
      queue: this.queue,
      onFault: (message) => this.#sayOnce(message),
    })
    this.targets = new Targets({ accounts, upstreams, sandboxBase, now: () => ledger.now() })
    this.notes = new LedgerNotes({ ledger, onTrouble, ...(onCooldown === undefined ? {} : { onCooldown }) })
    const record = this.notes.record.bind(this.notes)
    this.#closed = new ClosedAccounts({ accounts, ledger, record, onTrouble })
  }

  static async open(toolkit: Toolkit, options: LivePoolOptions): Promise<LivePool> {
    const live = new LivePool(toolkit, await toolkit.ledger(), options)
    await toolkit.models.read()
    await Promise.all([live.reload().then(() => live.rules.read()), live.#readKeys()])
    live.#follow()
    return live
  }

  get pool(): Pool {
    return this.#pool
  }

  /** Whether a conversation stays on its account. */
  get affinity(): boolean {
    return this.#options.affinity
  }

  /** Which account holds a conversation or a stored response, for all processes of the home. */
  get placements(): Toolkit['placements'] {
    return this.#toolkit.placements
  }

  /** Whether an account is unavailable for such a request now; null: there is no such account. */
  isOut(accountId: string, wanted: Wanted): boolean | null {
    const member = this.#pool.member(accountId)
    return member === null ? null : !isAvailable(member, wanted, this.view)
  }

  /** Whether the account's key has changed since the request chose the account. */
  hasNewKey({ account }: Member): boolean {
    return hasNewKey(account, this.#pool.member(account.id)?.account)
  }

  /** Only this user's accounts serve; null: all accounts. */
  get user(): string | null {
    return this.#options.user
  }

  get accounts(): Account[] {
    return this.#accounts
  }

  /**
   * Reads the accounts again, after any reading in progress: the newest must end last. Requests keep what
   * they have.
   */
  reload(): Promise<void> {
    const reloading = this.#reloading.then(() => this.#reload())
    this.#reloading = reloading.catch(() => undefined)
    return reloading
  }

  /**
   * Opens the secrets of all accounts, and from now on those that change. An account with a secret that does not open
   * is out alone. Throws `vault_locked` or `store_corrupt` if the vault itself does not open.
   */
  async openSecrets(): Promise<void> {
    await this.#closed.check(this.#accounts)
    await this.notes.written()
    this.#hasOpenedSecrets = true
  }

  async #reload(): Promise<void> {
    const providers = await this.#toolkit.providers()
    const { user } = this.#options
    const records = await this.#toolkit.accounts.records()
    const ofUser = records.filter((account) => user === null || account.user === user)
    const accounts = ofUser.filter(({ provider }) => providers.has(provider))
    this.#orphans = ofUser.filter(({ provider }) => !providers.has(provider))
    for (const { provider, name, enabled } of this.#orphans) {
      if (enabled) this.#sayOnce(`${provider}/${name} does not serve: ${formatMissingProvider(provider)}`)
    }
    await this.#toolkit.reconcileLimits()
    const builder = new MemberBuilder()
    const members = accounts.map((account) => builder.build(account, providers.of(account)))
    await this.#options.onMembers?.(this, members)
    const ended = endOldRefusals(this.ledger.state, this.#accounts, accounts)
    for (const { notice, account } of ended) this.notes.record([notice], account)
    this.#accounts = accounts
    this.rules.capAccounts(accounts)
    this.targets.clear()
    this.#usePool(members)
    // The vault has opened before, or an attempt reports it.
    if (this.#hasOpenedSecrets) await this.openSecrets().catch(() => undefined)
  }

  /** Builds the pool of these accounts, with their models as known now. */
  #usePool(members: readonly Member[]): void {
    const { models } = this.#toolkit
    const { strategy, affinity } = this.#options
    const builder = new MemberBuilder()
    const known = members.map(({ account, provider }) =>
      builder.build(account, provider, models.readKnowledge(account)),
    )
    this.#pool = new Pool(isolateSimulated(known), { strategy, affinity, previous: this.#pool })
    this.#hasRemote = known.some(({ isLocal }) => !isLocal)
  }

  /** Applies newly learned models to the selection. */
  applyLearnedModels(): void {
    this.#usePool(this.#pool.members)
  }

  #learnAfter(delayMs: number): void {
    this.#learning ??= setTimeout(() => {
      this.#learning = null
      this.applyLearnedModels()
    }, delayMs).unref()
  }

  /** Records that an account has answered for a model. */
  answered(member: Member, model: string): void {
    const { account } = member
    if (this.#answered?.account === account && this.#answered.model === model) return
    this.#answered = { account, model }
    if (!isGuess(weighEvidence(member, model))) return
    this.#toolkit.models.noteAnswer(account, model)
    // Only for an account on this machine does an answer alone exclude others.
    const delayMs = member.isLocal && this.#hasRemote ? 0 : findLearningDelay(this.#pool.members.length)
    if (delayMs === 0) this.applyLearnedModels()
    else this.#learnAfter(delayMs)
  }

  /** Accounts without a provider: no plugin brings it. */
  get orphans(): readonly Account[] {
    return this.#orphans
  }

  /** Reports something that the user can fix. The proxy continues without it. */
  #sayOnce(words: string): void {
    if (this.#said.has(words)) return
    this.#said.add(words)
    this.#options.onTrouble(words)
  }

  /** Changes the strategy or affinity from now on. Requests in progress keep what they have. */
  rotateBy(choice: Pick<PoolOptions, 'strategy' | 'affinity'>): void {
    const { strategy, affinity } = Object.assign(this.#options, choice)
    this.#pool = new Pool(this.#pool.members, { strategy, affinity, previous: this.#pool })
  }

  /** The models that may answer a client's request for this one, in order. `scope`: the accounts of the client. */
  stepsFor(model: string | null, scope: AccountScope = everyAccount): readonly ModelStep[] {
    return modelSteps(model, this.rules.aliases, this.#pool, scope)
  }

  /** The aliases that a client may use; null: it has no key. */
  aliasesFor(client: AliasClient | null): string[] {
    return usableAliases(this.rules.aliases, this.#pool.members, client ?? { key: null, scope: everyAccount })
  }

  /** Returns a client key with what is left of it. Throws `key_not_found`. */
  showKey(name: string): Promise<ClientKeyView> {
    return this.#toolkit.keys.show(name)
  }

  /** Remembers that an account holds a stored response or conversation. */
  rememberState(id: string, { account }: Member): void {
    this.placements.states.put(stateKey(id), account.id, this.ledger.now())
  }

  /** Keeps the items of a translated answer, which no account stores. */
  keepItems(token: string, owner: string, items: string): void {
    this.placements.items.put(token, owner, items, this.ledger.now())
  }

  /** Reads what other processes have written since; true if there was anything. */
  hasNews(): boolean {
    const before = this.ledger.state.sequence
    this.ledger.refresh()
    return this.ledger.state.sequence !== before
  }

  /** Whether attempts have an observer. */
  get isWatched(): boolean {
    return this.#options.onAttempt !== undefined
  }

  tell(report: AttemptReport): void {
    this.#options.onAttempt?.(report)
  }

  tellRefusal(report: RefusalReport): void {
    this.#options.onRefusal?.(report)
  }

  close(): void {
    if (this.#learning !== null) clearTimeout(this.#learning)
    for (const stop of this.#stops.splice(0)) stop()
  }

  async #readKeys(): Promise<void> {
    const keys = await this.#toolkit.keys.records()
    for (const key of keys) await recordLimits(this.ledger, key)
    this.keys.use(keys)
    await this.#toolkit.keys.dropRemoved().catch(() => undefined) // the next start tries again
  }

  #follow(): void {
    const onKeys = () => {
      this.#readKeys().catch((error: unknown) =>
        this.#options.onTrouble(`the client keys stay as they were: ${readMessage(error)}`),
      )
    }
    this.#stops.push(this.#toolkit.watchKeys(onKeys))
    const onChange = () => {
      this.reload().catch((error: unknown) => {
        const hint = isQwenctlError(error) && error.hint !== null ? ` (${error.hint})` : ''
        this.#options.onTrouble(`the accounts stay as they were: ${readMessage(error)}${hint}`)
      })
    }
    const onFault = (message: string) => this.#options.onTrouble(message)
    this.#stops.push(
      this.#toolkit.watchAccounts(onChange),
      this.#toolkit.watchPluginFaults(onFault),
      this.#toolkit.followLedger(onFault),
    )
  }
}
