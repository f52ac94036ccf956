import { stripVTControlCharacters } from 'node:util'

export { printable, printableColours } from '../../base/text/printable.ts'

// Blocks that terminals draw two cells wide: Hangul, CJK and its punctuation, full-width forms, emoji.
const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]/u
const NO_WIDTH = /[\p{Mn}\p{Me}\p{Cf}]/u

function countCells(character: string): number {
  if (NO_WIDTH.test(character)) return 0
  return WIDE.test(character) ? 2 : 1
}

/** How many cells of a terminal the text takes; colour codes take none. */
export function textWidth(text: string): number {
  let width = 0
  for (const character of stripVTControlCharacters(text)) width += countCells(character)
  return width
}

/** Cut to at most `width` cells, with an ellipsis where something is missing. For text without colour codes. */
export function cutToWidth(text: string, width: number): string {
  if (textWidth(text) <= width) return text
  let cut = ''
  let used = 0
  for (const character of text) {
    const cells = countCells(character)
    if (used + cells > width - 1) break
    cut += character
    used += cells
  }
  return `${cut}…`
}
