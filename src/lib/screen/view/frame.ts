import { isTooSmall, computeLayout } from '../layout.ts'
import type { Line } from '../line.ts'
import { cutLine, span } from '../line.ts'
import type { ScreenState } from '../state/screen-state.ts'
import { accountsPane } from './accounts-view.ts'
import { footerLine, hintLine, messageLine } from './footer-view.ts'
import { headerLines } from './header-view.ts'
import { drawnWith } from './look.ts'
import type { ScreenLook } from './look.ts'
import { pageView } from './pages/page-view.ts'
import { requestsPane } from './requests-view.ts'

/** The whole screen: as many lines as the terminal has rows, none wider than it. */
export function renderFrame(state: ScreenState, look: ScreenLook): Line[] {
  const { columns, rows } = state.size
  const lines = isTooSmall(state.size) ? tooSmall() : wholeFrame(state, look)
  return Array.from({ length: rows }, (_, index) =>
    cutLine(lines[index] ?? [], columns).map((piece) => ({ ...piece, text: drawnWith(look, piece.text) })),
  )
}

function tooSmall(): Line[] {
  return [[span('too small', 'quiet')], [span('q quits', 'quiet')]]
}

function wholeFrame(state: ScreenState, look: ScreenLook): Line[] {
  const layout = computeLayout(state)
  const { mode } = state
  const over = mode.kind === 'ask' ? mode.over : mode
  const isPage = over.kind !== 'list' && over.kind !== 'filter' && over.kind !== 'ask'
  const body = isPage
    ? pageView(state, over, { rows: layout.body, look })
    : [...accountsPane(state, layout, look), ...(layout.requests > 0 ? requestsPane(state, layout) : [])]
  return [
    ...headerLines(state, layout.header),
    ...Array.from({ length: layout.body }, (_, index) => body[index] ?? []),
    ...(layout.hasMessage ? [messageLine(state)] : []),
    ...(layout.hasFooter ? [footerOrMessage(state, layout.hasMessage)] : []),
  ]
}

/** A message without a line replaces the keys: the whole message, or its hint. */
function footerOrMessage(state: ScreenState, hasMessage: boolean): Line {
  const { message, mode } = state
  if (mode.kind === 'ask' || mode.kind === 'filter')
    return hasMessage ? footerLine(state) : messageLine(state)
  if (hasMessage) return hintLine(state) ?? footerLine(state)
  return message === null ? footerLine(state) : messageLine(state)
}
