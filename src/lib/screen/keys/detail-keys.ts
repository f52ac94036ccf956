import type { Key, KeyName } from '../state/screen-event.ts'
import { computeLayout } from '../layout.ts'
import type { Mode, ScreenState } from '../state/screen-state.ts'
import { moveLine, moveSelection, selectedAccount, shownLines, lineIndex } from '../state/selection.ts'
import { turn } from '../turn.ts'
import type { Turn } from '../turn.ts'
import { pageLines } from '../view/pages/page-view.ts'
import { onAccountKey } from './account-keys.ts'

type PageMode = Extract<Mode, { kind: 'account' | 'request' | 'work' | 'help' }>

/** Keys of a page: they scroll, open the neighbour, and close. */
export function onDetailKey(state: ScreenState, mode: PageMode, key: Key): Turn {
  if ('text' in key) return onLetter(state, mode, key.text)
  const scroll = scrolls[key.name]?.(mode.scroll, Math.max(1, computeLayout(state).body - 2))
  if (scroll !== undefined) return scrolled(state, mode, scroll)
  return turn(named[key.name]?.(state, mode) ?? state)
}

const scrolls: Partial<Record<KeyName, (at: number, page: number) => number>> = {
  up: (at) => at - 1,
  down: (at) => at + 1,
  'page-up': (at, page) => at - page,
  'page-down': (at, page) => at + page,
  home: () => 0,
  end: () => Infinity,
}

const named: Partial<Record<KeyName, (state: ScreenState, mode: PageMode) => ScreenState>> = {
  left: (state, mode) => neighbour(state, mode, -1),
  right: (state, mode) => neighbour(state, mode, 1),
  tab: (state, mode) => neighbour(state, mode, 1),
  escape: closed,
  enter: closed,
  backspace: closed,
}

function closed(state: ScreenState): ScreenState {
  return { ...state, mode: { kind: 'list' } }
}

function onLetter(state: ScreenState, mode: PageMode, letter: string): Turn {
  switch (letter) {
    case 'j':
      return scrolled(state, mode, mode.scroll + 1)
    case 'k':
      return scrolled(state, mode, mode.scroll - 1)
    case 'q':
    case 'w':
    case '?':
      return turn(closed(state))
  }
  const account = mode.kind === 'account' ? state.quota?.accounts.find(({ id }) => id === mode.id) : undefined
  if (account === undefined) return turn(state)
  return onAccountKey(state, account, letter) ?? turn(state)
}

function scrolled(state: ScreenState, mode: PageMode, scroll: number): Turn {
  const most = Math.max(0, pageLines(state, mode).length - (computeLayout(state).body - 1))
  return turn({ ...state, mode: { ...mode, scroll: Math.max(0, Math.min(scroll, most)) } })
}

function neighbour(state: ScreenState, mode: PageMode, by: number): ScreenState {
  if (mode.kind === 'help' || mode.kind === 'work') return state
  if (mode.kind === 'account') {
    const moved = moveSelection(state, by)
    const account = selectedAccount(moved)
    return account === null ? state : { ...moved, mode: { ...mode, id: account.id, scroll: 0 } }
  }
  const moved = moveLine({ ...state, log: { ...state.log, selected: mode.seq } }, by)
  const lines = shownLines(moved)
  const line = lines[lineIndex(lines, moved.log.selected)]
  return line?.kind === 'request' ? { ...moved, mode: { ...mode, seq: line.seq, scroll: 0 } } : state
}
