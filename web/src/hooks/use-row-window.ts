import type { RefObject } from 'preact'
import { useLayoutEffect, useState } from 'preact/hooks'
import { findWindow } from '../select/window.ts'
import type { RowWindow } from '../select/window.ts'

/** Lists up to this length are rendered completely. */
const MOST_WHOLE = 60

/** The visible rows of a long list, as the page scrolls. */
export function useRowWindow(
  list: RefObject<HTMLElement | null>,
  rows: number,
  rowHeight: number,
): RowWindow {
  const [shown, setShown] = useState<RowWindow>({ start: 0, end: Math.min(rows, MOST_WHOLE) })
  useLayoutEffect(() => {
    if (rows <= MOST_WHOLE) return
    const update = () => {
      const top = list.current?.getBoundingClientRect().top ?? 0
      const next = findWindow(rows, rowHeight, Math.max(0, -top), innerHeight)
      setShown((before) => (before.start === next.start && before.end === next.end ? before : next))
    }
    update()
    addEventListener('scroll', update, { passive: true })
    addEventListener('resize', update)
    return () => {
      removeEventListener('scroll', update)
      removeEventListener('resize', update)
    }
  }, [list, rows, rowHeight])
  if (rows <= MOST_WHOLE) return { start: 0, end: rows }
  return { start: Math.min(shown.start, rows), end: Math.min(shown.end, rows) }
}
