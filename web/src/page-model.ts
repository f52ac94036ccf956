import { ApiClient } from './api/api-client.ts'
import { bodyOf } from './api/api-error.ts'
import { EventStream } from './api/event-stream.ts'
import type { AccountAnswer, AccountView } from './api/types.ts'
import { LiveFeed } from './live-feed.ts'
import { nextChange } from './select/next-change.ts'
import { forgetSession, keepSession, keptSession, takeTicket } from './session.ts'
import type { Action, Lists } from './state/action.ts'
import { Store } from './state/store.ts'

/** After a window has ended the server says what holds now; not asked for more often than this. */
const LEAST_BETWEEN_MS = 5_000
/** The window must surely be over by then. */
const AFTER_MS = 300
/** Browsers' timers reach no further than 24 days; long before that the page has read everything again. */
const LONGEST_TIMER_MS = 86_400_000

/** What the views do: calls of the API whose outcome goes into the store. */
export class PageModel {
  readonly api = new ApiClient()
  readonly store = new Store()
  readonly #stream: EventStream
  readonly #reading = new Set<keyof Lists>()
  readonly #again = new Set<keyof Lists>()
  #watched: AccountView[] | null = null
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor() {
    const { dispatch } = this.store
    const feed = new LiveFeed({
      dispatch,
      onStale: () => this.#readAgain(),
      onAccounts: () => this.#readAgain(),
      // The list that is on its way may be from before the event.
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

  /** Signs in with what there is: a ticket in the address, or the session of this tab. */
  async start(): Promise<void> {
    const ticket = takeTicket()
    if (ticket !== null) return this.#exchange({ ticket })
    const kept = keptSession(Date.now())
    if (kept === null) this.store.dispatch({ type: 'signed-out', reason: null })
    else this.#enter(kept.token, kept.expiresAt)
  }

  /** Throws what the server says of the token. */
  async signIn(token: string): Promise<void> {
    const session = await this.api.openSession({ token })
    keepSession(session)
    this.#enter(session.token, session.expiresAt)
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

  /** Reads a list; asked for while it is being read, it is read once more after that, so that the newest answer stays. */
  async load(list: keyof Lists): Promise<void> {
    if (this.#reading.has(list)) return void this.#again.add(list)
    this.#reading.add(list)
    await this.#read(list)
    this.#reading.delete(list)
    if (this.#again.delete(list) && this.store.state.session.status === 'in') await this.load(list)
  }

  async #read(list: keyof Lists): Promise<void> {
    // An answer that comes after signing out is nobody's any more.
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
      dispatch({ type: 'load-failed', list, error: bodyOf(error) })
    }
  }

  /** Does something with an account and shows what came of it; failures become a message. Answers whether it worked. */
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
    const { message, hint } = bodyOf(error)
    this.store.dispatch({ type: 'toast', toast: { tone: 'bad', text: message, hint: hint ?? null } })
  }

  async #exchange(proof: { ticket: string }): Promise<void> {
    try {
      const session = await this.api.openSession(proof)
      keepSession(session)
      this.#enter(session.token, session.expiresAt)
    } catch (error) {
      const { message } = bodyOf(error)
      this.store.dispatch({ type: 'signed-out', reason: `The link did not sign you in: ${message}.` })
    }
  }

  #enter(token: string, expiresAt: string | null): void {
    this.api.http.setToken(token)
    this.store.dispatch({ type: 'signed-in', expiresAt })
    this.#stream.start()
    void this.load('accounts')
  }

  /** Reads the accounts again when a window of theirs ends: nothing else may happen then that would tell. */
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
