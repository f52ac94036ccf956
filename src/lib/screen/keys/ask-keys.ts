import { formatBusy } from '../state/screen-event.ts'
import type { AccountWish, Key } from '../state/screen-event.ts'
import type { Mode, ScreenState } from '../state/screen-state.ts'
import { turn } from '../turn.ts'
import type { Turn } from '../turn.ts'

/** Only a plain yes counts as yes. */
export function onAskKey(state: ScreenState, ask: Extract<Mode, { kind: 'ask' }>, key: Key): Turn {
  const isYes = 'text' in key && key.text.toLowerCase() === 'y'
  const isNo = 'text' in key ? /^[nq]$/i.test(key.text) : key.name === 'escape' || key.name === 'enter'
  if (!isYes && !isNo) return turn(state)
  const back = { ...state, mode: ask.over }
  if (isNo) {
    const message = { tone: 'quiet' as const, text: 'nothing was changed', hint: null, at: state.now }
    return turn({ ...back, message })
  }
  return withWish(back, { kind: ask.what, id: ask.id, name: ask.name })
}

/** The state while an action runs. */
export function withWish(state: ScreenState, wish: AccountWish): Turn {
  return turn({ ...state, message: null, busy: [...state.busy, formatBusy(wish)] }, wish)
}
