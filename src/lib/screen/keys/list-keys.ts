import type { Key, KeyName } from '../state/screen-event.ts'
import { computeLayout } from '../layout.ts'
import { groupings, sortOrders } from '../state/screen-state.ts'
import type { ScreenState } from '../state/screen-state.ts'
import {
  followLines,
  holdLines,
  lineIndex,
  moveLine,
  moveSelection,
  selectedAccount,
  settleSelection,
  shownLines,
} from '../state/selection.ts'
import { turn } from '../turn.ts'
import type { Turn } from '../turn.ts'
import { onAccountKey, withMessage } from './account-keys.ts'

/** More than any list has. */
const FAR = 1_000_000

export function onListKey(state: ScreenState, key: Key): Turn {
  if ('name' in key) return turn(afterNamed(state, key.name))
  const after = afterLetter(state, key.text)
  if (after !== null) return after
  const account = selectedAccount(state)
  if (account === null) return turn(state)
  return onAccountKey(state, account, key.text) ?? turn(state)
}

function afterNamed(state: ScreenState, name: KeyName): ScreenState {
  const by = movements[name]?.(countPage(state))
  return by === undefined ? (named[name]?.(state) ?? state) : moved(state, by)
}

/** The number of lines by which a key moves the marker. */
const movements: Partial<Record<KeyName, (page: number) => number>> = {
  up: () => -1,
  down: () => 1,
  'page-up': (page) => -page,
  'page-down': (page) => page,
  home: () => -FAR,
  end: () => FAR,
}

const named: Partial<Record<KeyName, (state: ScreenState) => ScreenState>> = {
  tab: withOtherPane,
  enter: opened,
  escape: escaped,
}

function countPage(state: ScreenState): number {
  const { accounts, requests } = computeLayout(state)
  return Math.max(1, (state.pane === 'accounts' ? accounts : requests) - 1)
}

function afterLetter(state: ScreenState, letter: string): Turn | null {
  switch (letter) {
    case 'q':
      return turn(state, { kind: 'quit', exit: 0 })
    case 'a':
      return turn(state, { kind: 'add' })
    case 'j':
      return turn(moved(state, 1))
    case 'k':
      return turn(moved(state, -1))
    case 'G':
      return turn(moved(state, FAR))
    case 'w':
      return turn({ ...state, mode: { kind: 'work', scroll: 0 } })
    case '?':
      return turn({ ...state, mode: { kind: 'help', scroll: 0 } })
    case '/':
      return turn({ ...state, message: null, mode: { kind: 'filter', before: state.filter } })
    case ' ':
      return turn(state.log.heldAt === null ? holdLines(state) : followLines(state))
    case 's': {
      const sort = after(sortOrders, state.sort)
      return withMessage(settleSelection({ ...state, sort }), sortWords[sort])
    }
    case 'g': {
      const grouping = after(groupings, state.grouping)
      return withMessage(settleSelection({ ...state, grouping }), groupingWords[grouping])
    }
    default:
      return null
  }
}

export const sortWords: Record<ScreenState['sort'], string> = {
  order: 'in the order in which they were added',
  name: 'sorted by name',
  left: 'sorted by what is left, the least first',
  used: 'sorted by the requests of today, the most first',
  recent: 'sorted by last use, the latest first',
}

const groupingWords: Record<ScreenState['grouping'], string> = {
  none: 'not grouped',
  provider: 'grouped by provider',
  group: 'grouped by their first group',
  status: 'grouped by status',
  user: 'grouped by user',
}

/** The lines follow new requests when the marker reaches the newest one. */
function moved(state: ScreenState, by: number): ScreenState {
  if (state.pane === 'accounts') return moveSelection(state, by)
  return by === FAR ? followLines(state) : moveLine(state, by)
}

function withOtherPane(state: ScreenState): ScreenState {
  if (state.pane === 'requests') return { ...state, pane: 'accounts' }
  return computeLayout(state).requests === 0 ? state : { ...state, pane: 'requests' }
}

function opened(state: ScreenState): ScreenState {
  if (state.pane === 'requests') {
    const lines = shownLines(state)
    const line = lines[lineIndex(lines, state.log.selected)]
    if (line?.kind !== 'request') return state
    return { ...state, mode: { kind: 'request', seq: line.seq, scroll: 0 } }
  }
  const account = selectedAccount(state)
  return account === null ? state : { ...state, mode: { kind: 'account', id: account.id, scroll: 0 } }
}

/** Undoes what narrows the view, the last step first. */
function escaped(state: ScreenState): ScreenState {
  if (state.message !== null) return { ...state, message: null }
  if (state.log.heldAt !== null) return followLines(state)
  return state.filter === '' ? state : settleSelection({ ...state, filter: '' })
}

function after<Item>(list: readonly Item[], item: Item): Item {
  return list[(list.indexOf(item) + 1) % list.length] as Item
}
