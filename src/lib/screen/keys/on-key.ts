import type { Key, KeyName, Wish } from '../state/screen-event.ts'
import type { ScreenState } from '../state/screen-state.ts'
import { turn } from '../turn.ts'
import type { Turn } from '../turn.ts'
import { onAskKey } from './ask-keys.ts'
import { onDetailKey } from './detail-keys.ts'
import { onFilterKey } from './filter-keys.ts'
import { onListKey } from './list-keys.ts'

/** Keys that work in every mode. */
const anywhere: Partial<Record<KeyName, Wish>> = {
  'ctrl-c': { kind: 'quit', exit: 130 },
  'ctrl-l': { kind: 'redraw' },
  'ctrl-z': { kind: 'stop' },
}

/** The effect of a key, which depends on the current mode. */
export function onKey(state: ScreenState, key: Key): Turn {
  const wish = 'name' in key ? anywhere[key.name] : undefined
  if (wish !== undefined) return turn(state, wish)
  switch (state.mode.kind) {
    case 'list':
      return onListKey(state, key)
    case 'filter':
      return onFilterKey(state, key)
    case 'ask':
      return onAskKey(state, state.mode, key)
    case 'account':
    case 'request':
    case 'work':
    case 'help':
      return onDetailKey(state, state.mode, key)
  }
}
