import { withEntries } from './request-log.ts'
import type { ScreenEvent } from './screen-event.ts'
import type { ScreenState } from './screen-state.ts'
import { settleSelection } from './selection.ts'
import { onKey } from '../keys/on-key.ts'
import { turn } from '../turn.ts'
import type { Turn } from '../turn.ts'

const MESSAGE_MS = 12_000
/** An error stays long enough for a user to notice it later. */
const TROUBLE_MS = 60_000
const MOST_FILTER = 60

/** The only place where states change. Pure: the time comes with the event. */
export function step(state: ScreenState, event: ScreenEvent): Turn {
  switch (event.type) {
    case 'resize':
      return turn({ ...state, size: { columns: event.columns, rows: event.rows } })
    case 'quota': {
      const { quota, proxies, now } = event
      return turn(settleSelection(withoutOldMessage({ ...state, quota, proxies, now })))
    }
    case 'work':
      return turn({ ...state, work: event.work, now: event.now })
    case 'lines':
      return turn({ ...state, now: event.now, log: withEntries(state.log, event.entries) })
    case 'logging':
      return turn({ ...state, log: { ...state.log, isLogged: event.isLogged } })
    case 'key':
      return onKey({ ...state, now: event.now }, event.key)
    case 'paste':
      return turn(pasted(state, event.text))
    case 'told': {
      const { tone, text, hint, ends, now } = event
      const busy = withoutFirst(state.busy, ends)
      return turn({ ...state, now, busy, message: { tone, text, hint, at: now } })
    }
  }
}

function withoutOldMessage(state: ScreenState): ScreenState {
  const { message, now } = state
  if (message === null) return state
  const long = message.tone === 'bad' ? TROUBLE_MS : MESSAGE_MS
  return now - message.at > long ? { ...state, message: null } : state
}

/** Pasted text goes into the filter; elsewhere every letter would be a command. */
function pasted(state: ScreenState, text: string): ScreenState {
  if (state.mode.kind !== 'filter') return state
  const filter = (state.filter + text.replace(/\p{Cc}+/gu, ' ')).slice(0, MOST_FILTER)
  return settleSelection({ ...state, filter })
}

function withoutFirst(list: string[], item: string | null): string[] {
  const index = item === null ? -1 : list.indexOf(item)
  return index < 0 ? list : list.filter((_, at) => at !== index)
}
