import type { ByteWriter } from '../../../../base/byte-writer.ts'
import { StaticText } from '../../../../base/byte-writer.ts'
import { turnClock } from '../../../../base/turn-clock.ts'

const LINE_END = new StaticText('\r\n')

/** The header at this position of the last head. */
interface LastHeader {
  name: string
  start: StaticText
  value: string
  /** Null: the value has occurred only once. */
  line: StaticText | null
}

/** The proxy's headers are always the same, in the same order, and some have the same value. */
const MOST_LAST_HEADERS = 8

/** Writes the lines of the proxy's own headers, and keeps those that repeat. */
export class HeadLines {
  readonly #last: LastHeader[] = []
  #dateSecond = -1
  #dateText = ''

  /** Reuses the prepared line if the last head had the same header at this position. */
  write(bytes: ByteWriter, place: number, name: string, value: string): void {
    let last = this.#last[place]
    if (last?.name !== name) {
      last = { name, start: new StaticText(`${name}: `, 'latin1'), value: '', line: null }
      if (place < MOST_LAST_HEADERS) this.#last[place] = last
    }
    if (last.value === value && value !== '')
      return bytes.writeStatic((last.line ??= new StaticText(`${name}: ${value}\r\n`, 'latin1')))
    last.value = value
    last.line = null
    bytes.writeStatic(last.start)
    bytes.latin1(value)
    bytes.writeStatic(LINE_END)
  }

  writeDate(bytes: ByteWriter): void {
    const second = Math.floor(turnClock() / 1000)
    if (second !== this.#dateSecond) {
      this.#dateSecond = second
      this.#dateText = new Date(second * 1000).toUTCString()
    }
    bytes.latin1(`date: ${this.#dateText}\r\n`)
  }
}
