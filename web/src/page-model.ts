import { ApiClient } from './api/api-client.ts'
import { readError } from './api/api-error.ts'
import { EventStream } from './api/event-stream.ts'
import type { AccountAnswer, AccountView } from './api/types.ts'
import { LiveFeed } from './live-feed.ts'
import { nextChange } from './select/next-change.ts'
import { buildPastLine } from './select/past-lines.ts'
import { forgetSession, keepSession, keptSession, takeTicket } from './session.ts'
import type { Action, Lists } from './state/action.ts'
import { Store } from './state/store.ts'

/** The server knows the counts after a window has ended; it is asked no more often than this. */
const LEAST_BETWEEN_MS = 5_000
/** The window has certainly ended by then. */
const AFTER_MS = 300
/** Requests of the log that the live view begins with. */
const MOST_PAST = 100
/** Browser timers reach 24 days at most; the page reloads everything long before that. */
const LONGEST_TIMER_MS = 86_400_000

/** The actions of the views: API calls with results in the store. */
export class PageModel {
  readonly api = new ApiClient()
  readonly store = new Store()
  readonly #stream: EventStream
  readonly #reading = new Set<keyof Lists>()
  readonly #again = new Set<keyof Lists>()
  #isReadingPast = false
  #watched: AccountView[] | null = null
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor() {
    const { dispatch } = this.store
    const feed = new LiveFeed({
      dispatch,
      onStale: () => this.#readAgain(),
      onAccounts: () => this.#readAgain(),
      // The list under way may be older than the event.
      onQuota: () => this.#reading.has('accounts') && this.#again.add('accounts'),
    })
    this.#stream = new EventStream(this.api.http, {
      onEvent: (event) => feed.take(event),
      onOpen: () => dispatch({ type: 'connected' }),
      onLost: (retryAt) => dispatch({ type: 'lost', at: Date.now(), retryAt }),
    })
    this.api.http.onRefused = () => this.signOut('The session has ended. Sign in again.')
    this.store.watch(() => this.#watchTime())
    addEventListener('online', () => this.retryNow())
    document.addEventListener('visibilitychange', () => {
      if (document.visibilityState === 'visible') this.retryNow()
    })
  }

  /** Signs in with a ticket in the address, or with the session of this tab. */
  async start(): Promise<void> {
    const ticket = takeTicket()
    if (ticket !== null) return this.#exchange({ ticket })
    const kept = keptSession(Date.now())
    if (kept === null) this.store.dispatch({ type: 'signed-out', reason: null })
    else this.#enter(kept.token, kept.expiresAt)
  }

  /** Throws the server's error about the token. */
  async signIn(token: string): Promise<void> {
    const session = await this.api.openSession({ token })
    keepSession(session)
    this.#enter(session.token, session.expiresAt)
  }

  /** Ends the session at the server too. If the server does not answer, the session ends at its time. */
  leave(): void {
    this.api.endSession().catch(() => undefined)
    this.signOut()
  }

  signOut(reason: string | null = null): void {
    this.#stream.stop()
    this.api.http.setToken(null)
    forgetSession()
    this.store.dispatch({ type: 'signed-out', reason })
  }

  retryNow(): void {
    this.#stream.retryNow()
  }

  /** Loads a list. A call during a load repeats it afterwards, so that the newest answer stays. */
  async load(list: keyof Lists): Promise<void> {
    if (this.#reading.has(list)) return void this.#again.add(list)
    this.#reading.add(list)
    await this.#read(list)
    this.#reading.delete(list)
    if (this.#again.delete(list) && this.store.state.session.status === 'in') await this.load(list)
  }

  /** Puts the last requests of the log below the live ones, once. Without them, the live ones still show. */
  async loadPast(): Promise<void> {
    if (this.store.state.live.hasPast || this.#isReadingPast) return
    this.#isReadingPast = true
    try {
      const { requests } = await this.api.requests(MOST_PAST)
      if (this.store.state.session.status === 'in')
        this.store.dispatch({ type: 'past', lines: requests.map(buildPastLine) })
    } catch {
      // The next visit of the view tries again.
    } finally {
      this.#isReadingPast = false
    }
  }

  async #read(list: keyof Lists): Promise<void> {
    // An answer after the sign-out is dropped.
    const dispatch = (action: Action) => {
      if (this.store.state.session.status === 'in') this.store.dispatch(action)
    }
    dispatch({ type: 'loading', list })
    try {
      switch (list) {
        case 'accounts':
          return dispatch({ type: 'filled', list, value: (await this.api.accounts()).accounts })
        case 'keys':
          return dispatch({ type: 'filled', list, value: (await this.api.keys()).keys })
        case 'providers':
          return dispatch({ type: 'filled', list, value: (await this.api.providers()).providers })
        case 'archive':
          return dispatch({ type: 'filled', list, value: (await this.api.archive()).accounts })
      }
    } catch (error) {
      dispatch({ type: 'load-failed', list, error: readError(error) })
    }
  }

  /** Runs an action on an account and shows its result or its error. Returns whether it succeeded. */
  async act(
    doing: Promise<AccountAnswer>,
    done: string | ((answer: AccountAnswer) => string),
  ): Promise<boolean> {
    try {
      const answer = await doing
      this.store.dispatch({ type: 'account', account: answer.account })
      this.say(typeof done === 'string' ? done : done(answer))
      return true
    } catch (error) {
      this.complain(error)
      return false
    }
  }

  say(text: string): void {
    this.store.dispatch({ type: 'toast', toast: { tone: 'good', text, hint: null } })
  }

  complain(error: unknown): void {
    const { message, hint } = readError(error)
    this.store.dispatch({ type: 'toast', toast: { tone: 'bad', text: message, hint: hint ?? null } })
  }

  async #exchange(proof: { ticket: string }): Promise<void> {
    try {
      const session = await this.api.openSession(proof)
      keepSession(session)
      this.#enter(session.token, session.expiresAt)
    } catch (error) {
      const { message } = readError(error)
      this.store.dispatch({ type: 'signed-out', reason: `The link did not sign you in: ${message}.` })
    }
  }

  #enter(token: string, expiresAt: string | null): void {
    this.api.http.setToken(token)
    this.store.dispatch({ type: 'signed-in', expiresAt })
    this.#stream.start()
    void this.load('accounts')
  }

  /** Loads the accounts again when one of their windows ends: no other event may report it. */
  #watchTime(): void {
    const { accounts, clockOffsetMs } = this.store.state
    if (accounts.value === this.#watched) return
    this.#watched = accounts.value
    clearTimeout(this.#timer)
    const now = Date.now() + clockOffsetMs
    const at = nextChange(accounts.value ?? [], now)
    if (at === null || at - now > LONGEST_TIMER_MS) return
    const wait = Math.max(at - now + AFTER_MS, LEAST_BETWEEN_MS)
    this.#timer = setTimeout(() => void this.load('accounts'), wait)
  }

  /** After a gap, or when documents changed. */
  #readAgain(): void {
    const { dispatch, state } = this.store
    void this.load('accounts')
    if (state.keys.value !== null) void this.load('keys')
    if (state.archive.value !== null) void this.load('archive')
    this.api.proxy().then(
      (proxy) => dispatch({ type: 'proxied', proxy }),
      () => undefined, // said by the line that is gone
    )
  }
}
