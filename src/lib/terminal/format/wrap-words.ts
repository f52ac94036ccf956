import { cutToWidth, textWidth } from './text-width.ts'

/** Lines of at most `width` cells, broken between words; a word that is wider by itself is cut. Without colour codes. */
export function wrapWords(text: string, width: number): string[] {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ')) {
    const longer = line === '' ? word : `${line} ${word}`
    if (line !== '' && textWidth(longer) > width) {
      lines.push(line)
      line = word
    } else {
      line = longer
    }
  }
  return [...lines, line].map((full) => cutToWidth(full, width))
}
