/** Larger bodies take more than one read. */
export const LARGE_BYTES = 64 << 10
const SMALLEST_BYTES = 4 << 10
/** Larger buffers are not kept: few bodies need them. */
const MOST_KEPT_BYTES = 1 << 20
/** Total size of the kept buffers: of small bodies, and of others, so that neither starves the other. */
const MOST_KEPT_IN_ALL = { small: 4 << 20, large: 16 << 20 }

/**
 * Reuses memory for request bodies. V8 counts memory outside its heap as pressure. With fresh memory for
 * every body of 400 KB it marks its whole heap at every hundredth request. That was half of what such a
 * request cost. Fresh memory for small bodies fragments the memory of the process.
 */
export class BufferPool {
  /** By the exponent of their size, a power of two. */
  readonly #free: Buffer[][] = []
  readonly #kept = { small: 0, large: 0 }

  /** Returns a buffer of at least `bytes` bytes, with arbitrary contents. */
  acquire(bytes: number): Buffer {
    const exponent = exponentOf(Math.max(bytes, SMALLEST_BYTES))
    const piece = this.#free[exponent]?.pop()
    if (piece === undefined) return Buffer.allocUnsafeSlow(2 ** exponent)
    this.#kept[sizeOf(piece)] -= piece.length
    return piece
  }

  /** Gives a buffer back. It must have no reader left: the next body will be written into it. */
  release(piece: Buffer): void {
    const size = sizeOf(piece)
    if (piece.length > MOST_KEPT_BYTES || this.#kept[size] + piece.length > MOST_KEPT_IN_ALL[size]) return
    this.#kept[size] += piece.length
    ;(this.#free[exponentOf(piece.length)] ??= []).push(piece)
  }
}

/** Exponent of the smallest power of two with room for `bytes`. */
function exponentOf(bytes: number): number {
  return 32 - Math.clz32(bytes - 1)
}

function sizeOf({ length }: Buffer): 'small' | 'large' {
  return length < LARGE_BYTES ? 'small' : 'large'
}

export const bufferPool = new BufferPool()

/** The owner of memory to release. */
interface Holder {
  pieces: Buffer[] | null
}

/** Acquires room for a body that was changed for a request. */
export function acquireFor(holder: Holder, bytes: number): Buffer {
  const piece = bufferPool.acquire(bytes)
  ;(holder.pieces ??= []).push(piece)
  return piece.subarray(0, bytes)
}

/**
 * Releases the memory of a request's bodies. Allowed only when its exchange ended in good order. Every call
 * that carried a body has then ended, and a connection still writing it is closed.
 */
export function releaseBodies(holder: Holder): void {
  if (holder.pieces === null) return
  for (const piece of holder.pieces) bufferPool.release(piece)
  holder.pieces = null
}

/**
 * A body as it arrives: small ones in chunks, as they came, large ones in one buffer. All bytes are copied.
 */
export class GrowingBody {
  readonly #memory: BufferPool
  readonly #announced: number
  #chunks: Buffer[] = []
  #piece: Buffer | null = null
  #length = 0

  /**
   * `announced`: the length that the client announces. Room for it is reserved at once only up to a usual
   * size.
   */
  constructor(memory: BufferPool, announced: number) {
    this.#memory = memory
    this.#announced = Math.min(announced, MOST_KEPT_BYTES)
  }

  get length(): number {
    return this.#length
  }

  add(chunk: Buffer): void {
    const length = this.#length + chunk.length
    if (length < LARGE_BYTES && this.#announced < LARGE_BYTES) this.#chunks.push(Buffer.from(chunk))
    else this.#copy(chunk, this.#room(length))
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

  #room(length: number): Buffer {
    const before = this.#piece
    if (before !== null && before.length >= length) return before
    const piece = this.#memory.acquire(Math.max(length, this.#announced))
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

  #copy(chunk: Buffer, piece: Buffer): void {
    chunk.copy(piece, this.#length)
    release(chunk)
  }
}

/**
 * Frees a chunk's memory at once instead of at a collection, which V8 would start because of it. Node's
 * parser allocates every chunk separately, without another owner. A chunk that is part of other memory is
 * left alone.
 */
function release({ buffer, length }: Buffer): void {
  if (buffer instanceof ArrayBuffer && buffer.byteLength === length) buffer.transfer(0)
}
