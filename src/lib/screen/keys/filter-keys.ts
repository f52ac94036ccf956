import type { Key, KeyName } from '../state/screen-event.ts'
import type { ScreenState } from '../state/screen-state.ts'
import { settleSelection } from '../state/selection.ts'
import { turn } from '../turn.ts'
import type { Turn } from '../turn.ts'

const MOST_FILTER = 60

/** While the filter is typed, the list follows every letter. */
export function onFilterKey(state: ScreenState, key: Key): Turn {
  return turn(filterAfter(state, key))
}

function filterAfter(state: ScreenState, key: Key): ScreenState {
  if ('text' in key) return withFilter(state, (state.filter + key.text).slice(0, MOST_FILTER))
  return named[key.name]?.(state) ?? state
}

const named: Partial<Record<KeyName, (state: ScreenState) => ScreenState>> = {
  enter: kept,
  tab: kept,
  down: kept,
  escape: (state) => kept(withFilter(state, state.mode.kind === 'filter' ? state.mode.before : '')),
  backspace: (state) => withFilter(state, [...state.filter].slice(0, -1).join('')),
  'ctrl-u': (state) => withFilter(state, ''),
}

function kept(state: ScreenState): ScreenState {
  return { ...state, mode: { kind: 'list' } }
}

function withFilter(state: ScreenState, filter: string): ScreenState {
  return settleSelection({ ...state, filter })
}
