import { cutToWidth, textWidth } from '../terminal/format/text-width.ts'

/** What a piece of text means; the palette says how that looks. */
export type Tone = 'good' | 'warn' | 'bad' | 'quiet' | 'strong'

export interface Span {
  text: string
  tone?: Tone
}

/** One line of the screen, not painted yet: what is measured and cut has no codes in it. */
export type Line = Span[]

/** A span, or nothing where there is no text. */
export function span(text: string, tone?: Tone): Span {
  return tone === undefined ? { text } : { text, tone }
}

export function lineWidth(line: Line): number {
  return line.reduce((sum, { text }) => sum + textWidth(text), 0)
}

export function plainText(line: Line): string {
  return line.map(({ text }) => text).join('')
}

/** Cut to at most `width` cells, with an ellipsis where something is missing. */
export function cutLine(line: Line, width: number): Line {
  if (lineWidth(line) <= width) return line
  const cut: Line = []
  let left = width
  for (const piece of line) {
    const cells = textWidth(piece.text)
    // A piece that fills the room exactly leaves none for the ellipsis of the next.
    if (cells >= left) {
      if (left > 0) cut.push({ ...piece, text: cutToWidth(`${piece.text} `, left) })
      return cut
    }
    cut.push(piece)
    left -= cells
  }
  return cut
}

/** Of exactly that many cells. */
export function padLine(line: Line, width: number, align: 'left' | 'right' = 'left'): Line {
  const fitting = cutLine(line, width)
  const missing = width - lineWidth(fitting)
  if (missing <= 0) return fitting
  const blank = span(' '.repeat(missing))
  return align === 'left' ? [...fitting, blank] : [blank, ...fitting]
}

/** The left one is cut down to this before the right one goes. */
const LEAST_LEFT = 24

/** One at the left edge and one at the right. */
export function spread(left: Line, right: Line, width: number): Line {
  if (lineWidth(right) === 0) return cutLine(left, width)
  const room = width - lineWidth(right) - 2
  if (room < Math.min(LEAST_LEFT, lineWidth(left))) return cutLine(left, width)
  const shown = cutLine(left, room)
  return [...shown, span(' '.repeat(width - lineWidth(shown) - lineWidth(right))), ...right]
}

/** All in one, with something between. */
export function joined(lines: Line[], separator: Line = [span('  ')]): Line {
  const filled = lines.filter((line) => lineWidth(line) > 0)
  return filled.flatMap((line, index) => (index === 0 ? line : [...separator, ...line]))
}
