import type { Wish } from './state/screen-event.ts'
import type { ScreenState } from './state/screen-state.ts'

/** What an event makes of a state, and what it wants done. */
export interface Turn {
  state: ScreenState
  wishes: Wish[]
}

export function turn(state: ScreenState, ...wishes: Wish[]): Turn {
  return { state, wishes }
}
