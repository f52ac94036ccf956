/** Finds the end of a JSON object in pieces, by its braces; each character is read once. */
export class ObjectEnd {
  #depth = 0
  #isInString = false
  #isEscaped = false
  #hasBegun = false

  get isComplete(): boolean {
    return this.#hasBegun && this.#depth === 0
  }

  feed(piece: string): void {
    for (let at = 0; at < piece.length; at += 1) {
      const code = piece.charCodeAt(at)
      if (this.#isInString) this.#inString(code)
      else if (code === QUOTE) this.#isInString = true
      else if (code === OPEN_OBJECT || code === OPEN_LIST) {
        this.#depth += 1
        this.#hasBegun = true
      } else if (code === CLOSE_OBJECT || code === CLOSE_LIST) this.#depth -= 1
    }
  }

  #inString(code: number): void {
    if (this.#isEscaped) this.#isEscaped = false
    else if (code === BACKSLASH) this.#isEscaped = true
    else if (code === QUOTE) this.#isInString = false
  }
}

const QUOTE = 0x22
const BACKSLASH = 0x5c
const OPEN_OBJECT = 0x7b
const CLOSE_OBJECT = 0x7d
const OPEN_LIST = 0x5b
const CLOSE_LIST = 0x5d
