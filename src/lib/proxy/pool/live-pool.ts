import type { Account } from '../../account/account.ts'
import { redact } from '../../account/mask.ts'
import type { ErrorCode } from '../../base/errors.ts'
import { QwenctlError, isQwenctlError, messageOf } from '../../base/errors.ts'
import type { Dialect } from '../../provider/provider.ts'
import type { OutcomeClass } from '../../quota/log/events.ts'
import type { Ledger, Notice } from '../../quota/ledger.ts'
import { PriceBook } from '../../quota/prices/price-book.ts'
import type { Aliases } from '../../rotation/aliases.ts'
import { noAliases } from '../../rotation/aliases.ts'
import { stateKey } from '../../rotation/conversation.ts'
import type { CoolNotice } from '../../rotation/cooling.ts'
import { CapRoom } from '../../rotation/cap-room.ts'
import type { Caps } from '../../rotation/caps.ts'
import { CAPS_SUBJECT, capsOfAccounts, hasCaps, noCaps } from '../../rotation/caps.ts'
import type { Circuit } from '../../rotation/circuit.ts'
import { isAvailable } from '../../rotation/eligibility.ts'
import { isolateSimulated } from '../../rotation/isolate-simulated.ts'
import type { Member } from '../../rotation/pool/member.ts'
import { memberOf } from '../../rotation/pool/member.ts'
import { evidenceOf, isGuess } from '../../rotation/model-evidence.ts'
import type { PoolOptions } from '../../rotation/pool/pool.ts'
import { Pool } from '../../rotation/pool/pool.ts'
import type { Wanted } from '../../rotation/rotation-request.ts'
import { splitModel } from '../../rotation/rotation-request.ts'
import { Strikes } from '../../rotation/strikes.ts'
import { formatMissingProvider } from '../../toolkit/missing-provider.ts'
import type { Toolkit } from '../../toolkit/toolkit.ts'
import { recordLimits } from '../../toolkit/keys/client-keys.ts'
import { Authenticator } from './authenticate.ts'
import type { AnswerHead } from './learned-limits.ts'
import { LearnedLimits } from './learned-limits.ts'
import { LiveView } from './live-view.ts'
import { endOldRefusals, hasNewKey } from './replaced-keys.ts'
import { readPoolRules } from './pool-rules.ts'
import type { Target } from './target.ts'
import { targetOf } from './target.ts'
import { RequestQueue } from './request-queue.ts'
import type { UpstreamPool } from '../upstream/upstream-pool.ts'

/** One try, as the proxy tells it to whoever shows it. Never a word of the conversation. */
export interface AttemptReport {
  requestId: string
  member: Member
  model: string | null
  /** 1 for the first account asked. */
  attempt: number
  outcome: OutcomeClass
  status: number | null
  message: string | null
  latencyMs: number
}

/** One model that may answer a request; null: none is named, or whoever has it. */
export interface ModelStep {
  provider: string | null
  model: string | null
}

/** A request that got no answer but ours, as the proxy tells it. */
export interface RefusalReport {
  requestId: string
  code: ErrorCode
  message: string
  /** Where the pool is out: who returns first, and when (epoch milliseconds). */
  returns: { member: Member; at: number } | null
}

export interface LivePoolOptions extends Pick<PoolOptions, 'strategy' | 'affinity'> {
  /** Only this user's accounts serve; null: everybody's. */
  user: string | null
  /** Chance, in [0, 1). */
  random: () => number
  upstreams: Pick<UpstreamPool, 'origin'>
  /** Where simulated accounts send. */
  sandboxBase: () => Promise<string>
  onAttempt?: (report: AttemptReport) => void
  onRefusal?: (report: RefusalReport) => void
  /** `account`: whose answer led to it. */
  onCooldown?: (notice: CoolNotice, account: Account) => void
  /** Is waited for before requests see these accounts. */
  onMembers?: (live: LivePool, members: readonly Member[]) => Promise<void>
  /** Problems that people should know of, in words. */
  onTrouble: (message: string) => void
}

const NO_MODEL: readonly ModelStep[] = [{ provider: null, model: null }]

/** The pool as the documents and the ledger have it now. A change of either is in force within a second. */
export class LivePool {
  readonly ledger: Ledger
  readonly strikes = new Strikes()
  readonly keys: Authenticator
  readonly view: LiveView
  /** What requests cost where nobody says it. */
  prices = new PriceBook()
  /** Requests that wait for an account, and how long they may. */
  readonly waiting: { readonly room: RequestQueue; waitMs: number; maxWaitMs: number }
  readonly #toolkit: Toolkit
  readonly #options: LivePoolOptions
  readonly #learned: LearnedLimits
  #pool: Pool
  #accounts: Account[] = []
  #orphans: Account[] = []
  #aliases: Aliases = noAliases
  #capsSet: Caps = noCaps
  #targets = noTargets()
  readonly #takeNoUsageOption = new Set<string>()
  #stops: (() => void)[] = []
  /** Of the configuration: once is enough. */
  readonly #said = new Set<string>()
  /** The last model that was answered for, and by which account. */
  #answered: { account: Account; model: string } | null = null
  #noted: Promise<void> = Promise.resolve()
  #reloading: Promise<void> = Promise.resolve()

  private constructor(toolkit: Toolkit, ledger: Ledger, options: LivePoolOptions) {
    this.#toolkit = toolkit
    this.#options = { ...options }
    this.ledger = ledger
    this.#learned = new LearnedLimits({
      ledger,
      record: (notices, account) => this.#record(notices, account),
    })
    this.keys = new Authenticator(() => ledger.now())
    this.#pool = new Pool([], options)
    this.view = new LiveView(ledger, options.random)
    const refresh = () => ledger.refresh()
    const room = new RequestQueue({ pool: () => this.#pool, view: this.view, refresh })
    this.waiting = { room, waitMs: 0, maxWaitMs: 0 }
  }

  static async open(toolkit: Toolkit, options: LivePoolOptions): Promise<LivePool> {
    const live = new LivePool(toolkit, await toolkit.ledger(), options)
    await toolkit.models.read()
    await Promise.all([live.reload().then(() => live.readRules()), live.#readKeys()])
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

  /** Whether an account is kept from serving such a request now; null: there is no such account. */
  isOut(accountId: string, wanted: Wanted): boolean | null {
    const member = this.#pool.member(accountId)
    return member === null ? null : !isAvailable(member, wanted, this.view)
  }

  /** Whether the account has another key than it had when the request chose it. */
  hasNewKey({ account }: Member): boolean {
    return hasNewKey(account, this.#pool.member(account.id)?.account)
  }

  get accounts(): Account[] {
    return this.#accounts
  }

  /** Reads the accounts anew, after any reading under way: the newest must end last. Requests keep what they have. */
  reload(): Promise<void> {
    const reloading = this.#reloading.then(() => this.#reload())
    this.#reloading = reloading.catch(() => undefined)
    return reloading
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
    const members = accounts.map((account) => memberOf(account, providers.of(account)))
    await this.#options.onMembers?.(this, members)
    const ended = endOldRefusals(this.ledger.state, this.#accounts, accounts)
    for (const { notice, account } of ended) this.#record([notice], account)
    this.#accounts = accounts
    this.#useCaps()
    this.#targets = noTargets()
    this.#usePool(members)
  }

  /** A pool of these accounts, with what is known of their models now. */
  #usePool(members: readonly Member[]): void {
    const { models } = this.#toolkit
    const { strategy, affinity } = this.#options
    const known = members.map(({ account, provider }) =>
      memberOf(account, provider, models.knowledgeOf(account)),
    )
    this.#pool = new Pool(isolateSimulated(known), { strategy, affinity, previous: this.#pool })
  }

  /** Selection takes up what was learned of models. */
  knowsMore(): void {
    this.#usePool(this.#pool.members)
  }

  /** An account has answered for a model. */
  answered(member: Member, model: string): void {
    const { account } = member
    if (this.#answered?.account === account && this.#answered.model === model) return
    this.#answered = { account, model }
    if (!isGuess(evidenceOf(member, model))) return
    this.#toolkit.models.noteAnswer(account, model)
    // Only what is on this machine keeps others from being asked by an answer alone.
    if (member.isLocal && this.#pool.members.some(({ isLocal }) => !isLocal)) this.knowsMore()
  }

  /** Accounts whose provider no plugin brings. */
  get orphans(): readonly Account[] {
    return this.#orphans
  }

  /** What the caps of the configuration leave; null: there are none. */
  get caps(): CapRoom | null {
    return this.view.caps
  }

  #useCaps(): void {
    const caps = this.#capsSet
    const { byId, unknown } = capsOfAccounts(caps, this.#accounts)
    const isAlive = this.#toolkit.isInFlight
    this.view.caps = hasCaps(caps) ? new CapRoom(caps, { ofAccount: byId, isAlive }) : null
    for (const reference of unknown) {
      this.#sayOnce(`caps.accounts.${reference} caps nothing: it names no account of this proxy`)
    }
  }

  /** What the user may do about; the proxy goes on without. */
  #sayOnce(words: string): void {
    if (this.#said.has(words)) return
    this.#said.add(words)
    this.#options.onTrouble(words)
  }

  /** Names of the user's own for models. */
  get aliases(): Aliases {
    return this.#aliases
  }

  /** The rules of the configuration anew. Throws `invalid_value` when one is not well formed: all stay as they were. */
  async readRules(): Promise<void> {
    const { settings } = this.#toolkit
    const rules = await readPoolRules(settings)
    for (const words of await settings.unknown()) this.#sayOnce(`${words} (in ${settings.path})`)
    const { aliases, prices, caps, keep, waitMs, maxWaitMs, waitQueue } = rules
    await recordLimits(this.ledger, { id: CAPS_SUBJECT, limits: caps.rate })
    this.#aliases = aliases
    this.prices = prices
    this.view.keep = keep
    Object.assign(this.waiting, { waitMs, maxWaitMs })
    this.waiting.room.most = waitQueue
    this.#capsSet = caps
    this.#useCaps()
  }

  /** Chooses otherwise from now on; requests under way keep what they have. */
  rotateBy(choice: Pick<PoolOptions, 'strategy' | 'affinity'>): void {
    const { strategy, affinity } = Object.assign(this.#options, choice)
    this.#pool = new Pool(this.#pool.members, { strategy, affinity, previous: this.#pool })
  }

  /** The models that may answer a request for this one, in order. */
  stepsFor(model: string | null): readonly ModelStep[] {
    if (model === null) return NO_MODEL
    const own = (name: string) => splitModel(name, (id) => this.#pool.hasProvider(id))
    return this.#aliases.get(model)?.map(own) ?? [own(model)]
  }

  /** Where a member's requests go, if that was asked before and still holds. */
  targetNow(member: Member, dialect: Dialect): Target | undefined {
    const target = this.#targets[dialect].get(member.account.id)
    return target === undefined || target.until === Infinity || target.until > this.ledger.now()
      ? target
      : undefined
  }

  /**
   * Where a member's requests go; the error, when its credential or its egress proxies do not open (`store_corrupt`,
   * `vault_locked`) or cannot be used, or its login cannot be renewed. Never throws: another account may serve.
   * `refused`: the token that the provider has just refused.
   */
  async target(member: Member, dialect: Dialect, refused?: string): Promise<Target | QwenctlError> {
    const { account, provider } = member
    const targets = this.#targets
    const { accounts } = this.#toolkit
    let target: Target
    try {
      const access = await accounts.access(account, refused)
      const via = await accounts.egressOf(account)
      const sandboxBase = provider.simulated ? await this.#options.sandboxBase() : null
      const opened = { access, via, sandboxBase }
      target = targetOf({ account, provider, dialect }, opened, this.#options.upstreams)
    } catch (error) {
      return isQwenctlError(error) ? error : unprepared(error)
    }
    if (this.#takeNoUsageOption.has(baseOf(target))) target.takesUsageOption = false
    targets[dialect].set(account.id, target)
    return target
  }

  /** It refused to be asked for the usage of a stream: nobody asks it so again while the proxy runs. */
  takesNoUsageOption(target: Target): void {
    target.takesUsageOption = false
    this.#takeNoUsageOption.add(baseOf(target))
  }

  /** Records cooldowns. Without them the next request would only learn the same again: an answer does not wait. */
  note(notices: CoolNotice[], account: Account): void {
    this.#record(notices, account)
  }

  /** Remembers that an account holds a stored response or conversation. */
  rememberState(id: string, { account }: Member): void {
    this.placements.states.put(stateKey(id), account.id, this.ledger.now())
  }

  /** Takes what an answer's head, and the body of an error, say of limits. */
  learn(member: Member, model: string | null, head: AnswerHead, error?: unknown): void {
    this.#learned.note(member, model, head, { now: this.ledger.now(), error })
  }

  #record(notices: Notice[], account: Account): void {
    for (const notice of notices) if (notice.type === 'cool') this.#options.onCooldown?.(notice, account)
    this.#noted = this.ledger
      .record(notices)
      .catch((error: unknown) => this.#options.onTrouble(messageOf(error)))
  }

  /** Records that guesses were wrong, or are over: for every process. */
  open(doors: readonly Circuit[]): void {
    const notices = doors.map(({ subject, model }) => ({ type: 'clear' as const, subject, model }))
    this.ledger.record(notices).catch((error: unknown) => this.#options.onTrouble(messageOf(error)))
  }

  /** Resolves once what was noted so far shows in the view: for whoever has to say who returns when. */
  noted(): Promise<void> {
    return this.#noted
  }

  /** Reads what other processes have written since; true when that was anything. */
  hasNews(): boolean {
    const before = this.ledger.state.sequence
    this.ledger.refresh()
    return this.ledger.state.sequence !== before
  }

  /** Whether anybody wants to be told of tries. */
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
    for (const stop of this.#stops.splice(0)) stop()
  }

  async #readKeys(): Promise<void> {
    const keys = await this.#toolkit.keys.records()
    for (const key of keys) await recordLimits(this.ledger, key)
    this.keys.use(keys)
  }

  #follow(): void {
    const onKeys = () => {
      this.#readKeys().catch((error: unknown) =>
        this.#options.onTrouble(`the client keys stay as they were: ${messageOf(error)}`),
      )
    }
    this.#stops.push(this.#toolkit.watchKeys(onKeys))
    const onChange = () => {
      this.reload().catch((error: unknown) => {
        const hint = isQwenctlError(error) && error.hint !== null ? ` (${error.hint})` : ''
        this.#options.onTrouble(`the accounts stay as they were: ${messageOf(error)}${hint}`)
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

/** A fault of whatever prepares this one account, a provider plugin among them. */
function unprepared(error: unknown): QwenctlError {
  return new QwenctlError('failed', `its requests cannot be prepared: ${redact(messageOf(error), [])}`)
}

/** By account, of each dialect. */
function noTargets(): Record<Dialect, Map<string, Target>> {
  return { openai: new Map(), anthropic: new Map() }
}

function baseOf({ origin, base }: Target): string {
  return origin.name + base.path
}
