import type { Line } from '../../line.ts'
import { padLine, span } from '../../line.ts'

const LABEL_CELLS = 12

/** A name and its value. */
export function fieldLine(label: string, value: string | Line): Line {
  const words = typeof value === 'string' ? [span(value)] : value
  return [...padLine([span(label, 'quiet')], LABEL_CELLS), span(' '), ...words]
}

/** A heading in a page, after an empty line. */
export function section(title: string): Line[] {
  return [[], [span(title, 'strong')]]
}
