import type { Palette } from '../terminal/format/color.ts'
import type { Line } from './line.ts'

export function paintLine(line: Line, palette: Palette): string {
  return line
    .map(({ text, tone }) => (tone === undefined || text.trim() === '' ? text : palette[tone](text)))
    .join('')
}
