import type { Wish } from './state/screen-event.ts'
import type { ScreenState } from './state/screen-state.ts'

/** The next state, and the side effects of an event. */
export interface Turn {
  state: ScreenState
  wishes: Wish[]
}

export function turn(state: ScreenState, ...wishes: Wish[]): Turn {
  return { state, wishes }
}
