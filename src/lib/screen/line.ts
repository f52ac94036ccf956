import { cutToWidth, textWidth } from '../terminal/format/text-width.ts'

/** The meaning of a text; the palette maps it to a style. */
export type Tone = 'good' | 'warn' | 'bad' | 'quiet' | 'strong'

export interface Span {
  text: string
  tone?: Tone
}

/** A line of the screen before painting: measuring and cutting see no colour codes. */
export type Line = Span[]

/** A span, or none for an empty text. */
export function span(text: string, tone?: Tone): Span {
  return tone === undefined ? { text } : { text, tone }
}

export function lineWidth(line: Line): number {
  return line.reduce((sum, { text }) => sum + textWidth(text), 0)
}

export function joinLine(line: Line): string {
  return line.map(({ text }) => text).join('')
}

/** Cuts a line to at most `width` cells; an ellipsis marks missing text. */
export function cutLine(line: Line, width: number): Line {
  if (lineWidth(line) <= width) return line
  const cut: Line = []
  let left = width
  for (const piece of line) {
    const cells = textWidth(piece.text)
    // A span that fills the room exactly leaves no cell for the ellipsis of the next.
    if (cells >= left) {
      if (left > 0) cut.push({ ...piece, text: cutToWidth(`${piece.text} `, left) })
      return cut
    }
    cut.push(piece)
    left -= cells
  }
  return cut
}

/** Pads or cuts a line to exactly that many cells. */
export function padLine(line: Line, width: number, align: 'left' | 'right' = 'left'): Line {
  const fitting = cutLine(line, width)
  const missing = width - lineWidth(fitting)
  if (missing <= 0) return fitting
  const blank = span(' '.repeat(missing))
  return align === 'left' ? [...fitting, blank] : [blank, ...fitting]
}

/** The left line shrinks to this width before the right one is dropped. */
const LEAST_LEFT = 24

/** Places one line at the left edge and one at the right. */
export function spread(left: Line, right: Line, width: number): Line {
  if (lineWidth(right) === 0) return cutLine(left, width)
  const room = width - lineWidth(right) - 2
  if (room < Math.min(LEAST_LEFT, lineWidth(left))) return cutLine(left, width)
  const shown = cutLine(left, room)
  return [...shown, span(' '.repeat(width - lineWidth(shown) - lineWidth(right))), ...right]
}

/** Joins lines with a separator. */
export function joinSpans(lines: Line[], separator: Line = [span('  ')]): Line {
  const filled = lines.filter((line) => lineWidth(line) > 0)
  return filled.flatMap((line, index) => (index === 0 ? line : [...separator, ...line]))
}
