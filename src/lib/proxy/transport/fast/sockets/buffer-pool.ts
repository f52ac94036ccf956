import { LARGE_BYTES, type BodyMemory } from '../../body/body-memory.ts'

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
export class BufferPool implements BodyMemory {
  /** By the exponent of their size, a power of two. */
  readonly #free: Buffer[][] = []
  readonly #kept = { small: 0, large: 0 }

  acquire(bytes: number): Buffer {
    const exponent = findExponent(Math.max(bytes, SMALLEST_BYTES))
    const piece = this.#free[exponent]?.pop()
    if (piece === undefined) return Buffer.allocUnsafeSlow(2 ** exponent)
    this.#kept[classifySize(piece)] -= piece.length
    return piece
  }

  release(piece: Buffer): void {
    const size = classifySize(piece)
    if (piece.length > MOST_KEPT_BYTES || this.#kept[size] + piece.length > MOST_KEPT_IN_ALL[size]) return
    this.#kept[size] += piece.length
    ;(this.#free[findExponent(piece.length)] ??= []).push(piece)
  }
}

/** Exponent of the smallest power of two with room for `bytes`. */
function findExponent(bytes: number): number {
  return 32 - Math.clz32(bytes - 1)
}

function classifySize({ length }: Buffer): 'small' | 'large' {
  return length < LARGE_BYTES ? 'small' : 'large'
}
