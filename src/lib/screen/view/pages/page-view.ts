import type { Line } from '../../line.ts'
import { cutLine, span } from '../../line.ts'
import type { Mode, ScreenState } from '../../state/screen-state.ts'
import { accountName } from '../../account-name.ts'
import { accountPage } from './account-page.ts'
import { helpPage } from './help-page.ts'
import { EDGE } from '../look.ts'
import type { ScreenLook } from '../look.ts'
import { requestPage } from './request-page.ts'
import { ruleLine } from '../rule-view.ts'
import { workPage } from './work-page.ts'

type PageMode = Extract<Mode, { kind: 'account' | 'request' | 'work' | 'help' }>

const INDENT = '   '

/** A page in place of the two panes: its title, and as many lines as fit. */
export function pageView(
  state: ScreenState,
  mode: PageMode,
  { rows, look }: { rows: number; look: ScreenLook },
): Line[] {
  const lines = pageLines(state, mode, look)
  const room = Math.max(0, rows - 1)
  const from = Math.max(0, Math.min(mode.scroll, lines.length - room))
  const width = state.size.columns - EDGE
  const said = lines.length > room ? `${Math.min(lines.length, from + room)} of ${lines.length} lines` : ''
  return [
    ruleLine(formatTitle(state, mode), said, { columns: state.size.columns, isStrong: true }),
    ...lines.slice(from, from + room).map((line) => cutLine([span(INDENT), ...line], width)),
  ]
}

/** All lines of a page; their number does not depend on the look. */
export function pageLines(state: ScreenState, mode: PageMode, look: ScreenLook = { unicode: true }): Line[] {
  switch (mode.kind) {
    case 'help':
      return helpPage()
    case 'work':
      return workPage(state, look)
    case 'request': {
      const line = state.log.lines.find(({ seq }) => seq === mode.seq)
      return line?.kind === 'request'
        ? requestPage(line)
        : gone('this request has left the list; proxy logs has it')
    }
    case 'account': {
      const account = findAccount(state, mode.id)
      return account === undefined ? gone('this account is gone') : accountPage(account, state, look)
    }
  }
}

function formatTitle(state: ScreenState, mode: PageMode): string {
  if (mode.kind === 'help') return 'help'
  if (mode.kind === 'work') return 'jobs and batches'
  if (mode.kind === 'request') return 'request'
  const account = findAccount(state, mode.id)
  return account === undefined ? 'account' : accountName(account)
}

function findAccount({ quota }: ScreenState, id: string) {
  return quota?.accounts.find((account) => account.id === id)
}

function gone(words: string): Line[] {
  return [[span(words, 'quiet')]]
}
