import type { AccountQuotaView, AccountView, LogLine } from '../api/types.ts'
import type { Action } from './action.ts'
import { initialState } from './state.ts'
import type { Live, LiveEntry, State } from './state.ts'

/** The most requests that the page keeps; the log has older ones. */
export const MOST_LIVE = 500
const MOST_TOASTS = 3

/** The state after an action. Pure: outside values come in the action. */
export function reduce(state: State, action: Action): State {
  switch (action.type) {
    case 'checking':
      return { ...state, session: { status: 'out', isChecking: true, reason: null } }
    case 'signed-in':
      return { ...state, session: { status: 'in', expiresAt: action.expiresAt } }
    case 'signed-out':
      // Removes all data of the session.
      return { ...initialState, session: { status: 'out', isChecking: false, reason: action.reason } }
    case 'versioned':
      return { ...state, version: action.version }
    case 'proxied':
      return { ...state, proxy: action.proxy }
    case 'connected':
    case 'lost':
    case 'clock':
      return reduceLink(state, action)
    case 'loading':
      return { ...state, [action.list]: { ...state[action.list], isLoading: true } }
    case 'filled':
      return { ...state, [action.list]: { value: action.value, isLoading: false, error: null } }
    case 'load-failed':
      return {
        ...state,
        [action.list]: { ...state[action.list], isLoading: false, error: action.error },
      }
    case 'account':
    case 'account-gone':
    case 'quota':
      return reduceAccounts(state, action)
    case 'past':
      return { ...state, live: reduceLive(state.live, action) }
    case 'log':
    case 'pause':
    case 'clear-live':
      return { ...state, live: reduceLive(state.live, action), changes: state.changes + 1 }
    case 'toast': {
      const toast = { ...action.toast, id: state.nextToast }
      return {
        ...state,
        nextToast: state.nextToast + 1,
        toasts: [...state.toasts, toast].slice(-MOST_TOASTS),
      }
    }
    case 'toast-gone':
      return { ...state, toasts: state.toasts.filter(({ id }) => id !== action.id) }
  }
}

type Of<Type extends Action['type']> = Extract<Action, { type: Type }>

function reduceLink(state: State, action: Of<'connected' | 'lost' | 'clock'>): State {
  switch (action.type) {
    case 'connected':
      return { ...state, link: { status: 'live' } }
    case 'lost': {
      const since = state.link.status === 'offline' ? state.link.since : action.at
      return { ...state, link: { status: 'offline', since, retryAt: action.retryAt } }
    }
    case 'clock':
      return { ...state, clockOffsetMs: action.offsetMs }
  }
}

function reduceAccounts(state: State, action: Of<'account' | 'account-gone' | 'quota'>): State {
  const before = state.accounts.value
  if (before === null) return state
  const value = accountsAfter(before, action)
  return value === before ? state : { ...state, accounts: { ...state.accounts, value } }
}

function accountsAfter(
  before: AccountView[],
  action: Of<'account' | 'account-gone' | 'quota'>,
): AccountView[] {
  switch (action.type) {
    case 'account': {
      const { account } = action
      const isKnown = before.some(({ id }) => id === account.id)
      return isKnown ? before.map((each) => (each.id === account.id ? account : each)) : [...before, account]
    }
    case 'account-gone':
      return before.filter(({ id }) => id !== action.id)
    case 'quota':
      return merged(before, action.accounts)
  }
}

/** Only changed accounts become new objects, so that only their rows render again. */
function merged(before: AccountView[], changed: AccountQuotaView[]): AccountView[] {
  const byId = new Map(changed.map((account) => [account.id, account]))
  if (!before.some(({ id }) => byId.has(id))) return before
  return before.map((account) => {
    const quota = byId.get(account.id)
    return quota === undefined ? account : { ...account, ...quota }
  })
}

function reduceLive(live: Live, action: Of<'log' | 'past' | 'pause' | 'clear-live'>): Live {
  switch (action.type) {
    case 'log': {
      const arrived = numbered(withoutPast(action.lines, live), live.next)
      const next = live.next + arrived.length
      return live.isPaused
        ? { ...live, next, held: bounded([...arrived, ...live.held]) }
        : { ...live, next, entries: bounded([...arrived, ...live.entries]) }
    }
    case 'past':
      return { ...live, hasPast: true, entries: bounded([...live.entries, ...earlier(action.lines, live)]) }
    case 'pause':
      return action.isPaused
        ? { ...live, isPaused: true }
        : { ...live, isPaused: false, held: [], entries: bounded([...live.held, ...live.entries]) }
    case 'clear-live':
      return { ...live, entries: [], held: [] }
  }
}

function numbered(lines: LogLine[], first: number): LiveEntry[] {
  return lines.map((line, index) => ({ number: first + index, line })).reverse()
}

/** The lines that the log did not bring before: the last requests can arrive as events too. */
function withoutPast(lines: LogLine[], { entries, hasPast }: Live): LogLine[] {
  if (!hasPast) return lines
  const past = new Set(entries.filter(({ number }) => number <= 0).map(({ line }) => line.requestId))
  return lines.filter(({ kind, requestId }) => kind !== 'request' || !past.has(requestId))
}

/** The lines that did not arrive as events too. Their numbers count down from 0. */
function earlier(lines: LogLine[], { entries, held }: Live): LiveEntry[] {
  const known = new Set([...entries, ...held].map(({ line }) => line.requestId))
  return lines
    .filter(({ requestId }) => !known.has(requestId))
    .map((line, index) => ({ number: -index, line }))
}

function bounded(entries: LiveEntry[]): LiveEntry[] {
  return entries.length <= MOST_LIVE ? entries : entries.slice(0, MOST_LIVE)
}
