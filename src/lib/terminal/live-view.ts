import { textWidth } from './format/text-width.ts'

/** The part of a terminal's stream that is drawn on. */
export interface LiveStream {
  columns: number
  rows: number
  write(text: string): unknown
}

const HIDE_CURSOR = '\u001b[?25l'
const SHOW_CURSOR = '\u001b[?25h'
const ERASE_TO_LINE_END = '\u001b[K'
const ERASE_BELOW = '\u001b[J'
// Terminals that know "synchronized output" show each picture whole; the others pass over it.
const HOLD = '\u001b[?2026h'
const RELEASE = '\u001b[?2026l'

/**
 * A picture that is redrawn in place on a terminal, below the previous output, and stays at the end. Lines must be
 * narrower than the terminal. The caller must end it after errors too, because the cursor is hidden until then.
 */
export class LiveView {
  readonly #stream: LiveStream
  #drawn: string[] = []
  #isOpen = false

  constructor(stream: LiveStream) {
    this.#stream = stream
  }

  draw(lines: string[]): void {
    // Lines that scrolled off the top cannot be reached, so only lines that fit are drawn.
    this.#replace(lines.slice(-Math.max(1, this.#stream.rows - 1)))
  }

  /** Leaves the last picture, of any height, and the cursor right below it; without one, what was drawn last. */
  end(lines?: string[]): void {
    if (lines !== undefined) this.#replace(lines)
    if (!this.#isOpen) return
    if (lines === undefined) this.#replace(this.#drawn.slice(0, this.#drawn.findLastIndex(isDrawn) + 1))
    this.#isOpen = false
    this.#drawn = []
    this.#stream.write(SHOW_CURSOR)
  }

  #replace(lines: string[]): void {
    const start = this.#isOpen ? '' : HIDE_CURSOR
    const rows = this.#rowsDrawn()
    const up = rows === 0 ? '' : `\u001b[${rows}A`
    const body = lines.map((line) => `${line}${ERASE_TO_LINE_END}\n`).join('')
    this.#isOpen = true
    this.#drawn = lines
    this.#stream.write(`${start}${HOLD}\r${up}${body}${ERASE_BELOW}${RELEASE}`)
  }

  /** A terminal that became narrower has broken the lines that no longer fit. */
  #rowsDrawn(): number {
    const { columns } = this.#stream
    return this.#drawn.reduce((sum, line) => sum + Math.max(1, Math.ceil(textWidth(line) / columns)), 0)
  }
}

function isDrawn(line: string): boolean {
  return line !== ''
}
