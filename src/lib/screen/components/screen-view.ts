import { createElement, memo, useEffect, useMemo, useSyncExternalStore } from 'react'
import type { ReactNode } from 'react'
import { Box, Text, useApp, useInput, usePaste } from 'ink'
import type { SuspendTerminal } from 'ink'
import type { Palette } from '../../terminal/format/color.ts'
import { parseKeys } from '../parse-keys.ts'
import { paintLine } from '../paint-line.ts'
import type { ScreenState } from '../state/screen-state.ts'
import type { ScreenStore } from '../state/screen-store.ts'
import { renderFrame } from '../view/frame.ts'
import type { ScreenLook } from '../view/look.ts'

export interface ScreenViewProps {
  store: ScreenStore
  look: ScreenLook
  palette: Palette
  clock: () => number
  /** Called once with the function that lends the terminal to another program. */
  onReady: (suspend: SuspendTerminal) => void
}

/** Draws the frame of the state and forwards keys; pure functions elsewhere decide both. */
export function ScreenView({ store, look, palette, clock, onReady }: ScreenViewProps): ReactNode {
  // Most events change nothing visible: an unchanged text is not drawn again.
  const painted = useMemo(() => painter(look, palette), [look, palette])
  const frame = useSyncExternalStore(store.subscribe, () => painted(store.get()))
  const { suspendTerminal } = useApp()
  useEffect(() => onReady(suspendTerminal), [onReady, suspendTerminal])
  useInput((input, key) => {
    for (const one of parseKeys(input, key)) store.dispatch({ type: 'key', key: one, now: clock() })
  })
  usePaste((text) => store.dispatch({ type: 'paste', text }))
  return createElement(
    Box,
    { flexDirection: 'column' },
    frame.split('\n').map((text, index) => createElement(ScreenLine, { key: index, text })),
  )
}

/** Paints states; repeated calls for the last state reuse its text. */
function painter(look: ScreenLook, palette: Palette): (state: ScreenState) => string {
  let last: { state: ScreenState; text: string } | undefined
  return (state) => {
    if (last?.state !== state) {
      const lines = renderFrame(state, look).map((line) => paintLine(line, palette))
      last = { state, text: lines.join('\n') }
    }
    return last.text
  }
}

/** A text without letters would take no line at all. */
const ScreenLine = memo(function ScreenLine({ text }: { text: string }) {
  return createElement(Text, { wrap: 'truncate-end' }, text === '' ? ' ' : text)
})
