import type { ReadBuffer } from '../sockets/read-buffer.ts'
import { Expected } from '../sockets/read-buffer.ts'
import type { ClientHead } from '../../../wire/headers/client-head.ts'
import { MOST_HEAD_BYTES, parseLength, parseFastHead } from './fast-head.ts'
import type { FastHead } from './fast-head.ts'

const EMPTY_LINE = Buffer.from('\r\n\r\n')
const CR = 13
const ZERO = 0x30
const MOST_DIGITS = 9

/** A parsed head, and its bytes with the empty line. */
interface KnownHead {
  readonly head: FastHead
  readonly bytes: Expected
  /** The client head derived by the rules of `age`; null: none yet. */
  client: ClientHead | null
  age: number
}

/** The head read last on any connection. A program sends the same head over all of its connections. */
export class HeadMemory {
  readonly reads: ReadBuffer
  known: KnownHead | null = null
  age = 0

  constructor(reads: ReadBuffer) {
    this.reads = reads
  }

  /** Invalidates everything derived from heads, on every connection. */
  forget(): void {
    this.age += 1
  }
}

/**
 * Reads the heads of one connection. A program repeats its head except for the body's length. Comparing bytes
 * detects that, and only a new head is parsed.
 */
export class FastHeads {
  /** Offset and length of the last request's body. */
  bodyAt = 0
  bodyBytes = 0
  readonly #memory: HeadMemory
  #known: KnownHead | null = null

  constructor(memory: HeadMemory) {
    this.#memory = memory
  }

  /** The head of the last request; null: it was not plain. */
  get head(): FastHead | null {
    return this.#known?.head ?? null
  }

  /** The client head derived from it, on this connection or another. */
  get client(): ClientHead | null {
    const known = this.#known
    return known === null || known.age !== this.#memory.age ? null : known.client
  }

  set client(made: ClientHead | null) {
    if (this.#known === null) return
    this.#known.client = made
    this.#known.age = this.#memory.age
  }

  /** False: the chunk does not begin with a whole, plain head. */
  read(chunk: Buffer): boolean {
    if (this.#known !== null && this.#isAgain(chunk, this.#known)) return true
    const { known } = this.#memory
    this.#known = known !== null && this.#isAgain(chunk, known) ? known : this.#read(chunk)
    return this.#known !== null
  }

  #isAgain(chunk: Buffer, { head, bytes }: KnownHead): boolean {
    const { lengthStart, lengthEnd } = head
    if (lengthEnd === 0) {
      if (!bytes.begins(chunk, 0, bytes.length)) return false
      this.bodyAt = bytes.length
      this.bodyBytes = 0
      return true
    }
    let end = lengthStart
    let length = 0
    for (let byte = chunk[end]; byte !== CR; byte = chunk[++end]) {
      if (byte === undefined || byte < ZERO || byte > ZERO + 9 || end - lengthStart >= MOST_DIGITS)
        return false
      length = length * 10 + byte - ZERO
    }
    if (end === lengthStart || !bytes.ends(chunk, end, lengthEnd, bytes.length)) return false
    if (!bytes.begins(chunk, 0, lengthStart)) return false
    this.bodyAt = end + bytes.length - lengthEnd
    this.bodyBytes = length
    return true
  }

  #read(chunk: Buffer): KnownHead | null {
    const end = chunk.indexOf(EMPTY_LINE)
    if (end < 0 || end > MOST_HEAD_BYTES) return null
    const head = parseFastHead(chunk.toString('latin1', 0, end), this.#memory.known?.head.url)
    if (head === null) return null
    const { lengthStart, lengthEnd } = head
    this.bodyAt = end + EMPTY_LINE.length
    this.bodyBytes = lengthEnd === 0 ? 0 : parseLength(chunk.toString('latin1', lengthStart, lengthEnd))
    const bytes = new Expected(this.#memory.reads)
    bytes.learn(chunk, 0, this.bodyAt)
    this.#memory.known = { head, bytes, client: null, age: this.#memory.age }
    return this.#memory.known
  }
}
