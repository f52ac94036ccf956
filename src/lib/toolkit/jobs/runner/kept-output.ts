/** The kept bytes of the beginning and of the end. */
const HEAD_BYTES = 16 << 10
const TAIL_BYTES = 48 << 10

/** Keeps the beginning and the end of an output of any length, in bounded memory. */
export class KeptOutput {
  readonly #head: Buffer[] = []
  #headBytes = 0
  readonly #tail = Buffer.allocUnsafe(TAIL_BYTES)
  /** Bytes after the head. */
  #tailBytes = 0

  get bytes(): number {
    return this.#headBytes + this.#tailBytes
  }

  add(chunk: Buffer): void {
    const room = Math.min(HEAD_BYTES - this.#headBytes, chunk.length)
    if (room > 0) {
      this.#head.push(Buffer.from(chunk.subarray(0, room)))
      this.#headBytes += room
    }
    if (room < chunk.length) this.#addToTail(chunk.subarray(Math.max(0, room)))
  }

  /** The tail is a ring: the newest bytes replace the oldest. */
  #addToTail(chunk: Buffer): void {
    const kept = chunk.length > TAIL_BYTES ? chunk.subarray(chunk.length - TAIL_BYTES) : chunk
    const start = (this.#tailBytes + chunk.length - kept.length) % TAIL_BYTES
    const first = kept.copy(this.#tail, start)
    if (first < kept.length) kept.copy(this.#tail, 0, first)
    this.#tailBytes += chunk.length
  }

  /** The text, with a line that says how much of the middle is left out. */
  text(): string {
    const head = Buffer.concat(this.#head).toString('utf8')
    if (this.#tailBytes === 0) return head
    const kept = Math.min(this.#tailBytes, TAIL_BYTES)
    const start = this.#tailBytes <= TAIL_BYTES ? 0 : this.#tailBytes % TAIL_BYTES
    const tail = Buffer.concat([this.#tail.subarray(start, kept), this.#tail.subarray(0, start)])
    const leftOut = this.#tailBytes - kept
    const gap = leftOut === 0 ? '' : `\n… ${leftOut} bytes are left out …\n`
    return `${head}${gap}${tail.toString('utf8')}`
  }
}
