/** Larger bodies take more than one read. */
export const LARGE_BYTES = 64 << 10
/** A length that a client announces reserves no more than this at once. */
const MOST_RESERVED_BYTES = 1 << 20

/** The memory of request bodies. */
export interface BodyMemory {
  /** Returns a buffer of at least `bytes` bytes, with arbitrary contents. */
  acquire(bytes: number): Buffer
  /** Gives a buffer back. It must have no reader left: the next body may be written into it. */
  release(piece: Buffer): void
}

/** Fresh memory for each body, left to the garbage collector. */
export const freshMemory: BodyMemory = {
  acquire: (bytes) => Buffer.allocUnsafeSlow(bytes),
  release: () => undefined,
}

/** The owner of memory to release. */
interface Holder {
  pieces: Buffer[] | null
}

/** Acquires memory for the changed body of a request. */
export function acquireFor(holder: Holder, memory: BodyMemory, bytes: number): Buffer {
  const piece = memory.acquire(bytes)
  ;(holder.pieces ??= []).push(piece)
  return piece.subarray(0, bytes)
}

/**
 * Releases the memory of a request's bodies. Allowed only when its exchange ended in good order. Every call
 * that carried a body has then ended, and a connection still writing it is closed.
 */
export function releaseBodies(holder: Holder, memory: BodyMemory): void {
  if (holder.pieces === null) return
  for (const piece of holder.pieces) memory.release(piece)
  holder.pieces = null
}

/**
 * A body as it arrives: small ones in chunks, as they came, large ones in one buffer. All bytes are copied.
 */
export class GrowingBody {
  readonly #memory: BodyMemory
  readonly #announced: number
  #chunks: Buffer[] = []
  #piece: Buffer | null = null
  #length = 0

  /**
   * `announced`: the length that the client announces. Room for it is reserved at once only up to a usual
   * size.
   */
  constructor(memory: BodyMemory, announced: number) {
    this.#memory = memory
    this.#announced = Math.min(announced, MOST_RESERVED_BYTES)
  }

  get length(): number {
    return this.#length
  }

  add(chunk: Buffer): void {
    const length = this.#length + chunk.length
    if (length < LARGE_BYTES && this.#announced < LARGE_BYTES) this.#chunks.push(Buffer.from(chunk))
    else chunk.copy(this.#room(length), this.#length)
    this.#length = length
  }

  /** The whole body, and the buffer that holds it, if that must be released. */
  whole(): { bytes: Buffer; piece: Buffer | null } {
    const piece = this.#piece
    if (piece !== null) return { bytes: piece.subarray(0, this.#length), piece }
    return { bytes: this.#chunks.length === 1 ? this.#chunks[0]! : Buffer.concat(this.#chunks), piece }
  }

  /** Discards what has arrived. */
  drop(): void {
    if (this.#piece !== null) this.#memory.release(this.#piece)
    this.#piece = null
    this.#chunks = []
  }

  /** A buffer that grows doubles, so that a body of any length is copied a few times only. */
  #room(length: number): Buffer {
    const before = this.#piece
    if (before !== null && before.length >= length) return before
    const piece = this.#memory.acquire(Math.max(length, this.#announced, (before?.length ?? 0) * 2))
    this.#piece = piece
    if (before !== null) {
      before.copy(piece, 0, 0, this.#length)
      this.#memory.release(before)
    }
    let at = 0
    for (const chunk of this.#chunks) at += chunk.copy(piece, at)
    this.#chunks = []
    return piece
  }
}
