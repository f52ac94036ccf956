import type { Palette } from './format/color.ts'
import { renderGauge } from './format/gauge.ts'

export interface ProgressOptions {
  total: number
  /** The name of the activity: `asking`. */
  label: string
  unicode: boolean
  palette: Palette
}

const WIDTH = 24
const ERASE_LINE = '\r\u001b[K'

/** A progress line on stderr that disappears at the end. Draws nothing without a terminal. */
export class Progress {
  readonly #stream: NodeJS.WriteStream
  readonly #options: ProgressOptions
  #done = 0

  constructor(stream: NodeJS.WriteStream, options: ProgressOptions) {
    this.#stream = stream
    this.#options = options
    this.#draw()
  }

  step(): void {
    this.#done += 1
    this.#draw()
  }

  end(): void {
    if (this.#stream.isTTY) this.#stream.write(ERASE_LINE)
  }

  #draw(): void {
    const { total, label, unicode, palette } = this.#options
    if (!this.#stream.isTTY) return
    // The colours of a gauge warn of what is nearly used up; here it is nearly done.
    const plain = { ...palette, warn: palette.good, bad: palette.good }
    const bar = renderGauge(this.#done, total, { width: WIDTH, unicode, palette: plain })
    this.#stream.write(`${ERASE_LINE}${label} ${bar} ${this.#done} of ${total}`)
  }
}
