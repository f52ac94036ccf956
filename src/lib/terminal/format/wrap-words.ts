import { cutToWidth, textWidth } from './text-width.ts'

/**
 * Breaks text between words into lines of at most `width` cells; cuts a wider word. The text has no colour codes.
 */
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
