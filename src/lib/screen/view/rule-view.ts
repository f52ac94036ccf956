import type { Line } from '../line.ts'
import { cutLine, lineWidth, span } from '../line.ts'
import { EDGE } from './look.ts'

/** A pane's title in a thin rule, with `said` at its right end. */
export function ruleLine(
  title: string,
  said: string,
  { columns, isStrong }: { columns: number; isStrong: boolean },
): Line {
  const width = columns - EDGE
  const left: Line = [span(' ── ', 'quiet'), span(title, isStrong ? 'strong' : 'quiet'), span(' ', 'quiet')]
  const right: Line = said === '' ? [] : [span(` ${said} ──`, 'quiet')]
  const gap = width - lineWidth(left) - lineWidth(right)
  if (gap >= 2) return [...left, span('─'.repeat(gap), 'quiet'), ...right]
  const rest = width - lineWidth(left)
  return cutLine([...left, span('─'.repeat(Math.max(0, rest)), 'quiet')], width)
}
