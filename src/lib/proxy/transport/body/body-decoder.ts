import type { Transform } from 'node:stream'
import { createDecoder } from './content-codings.ts'

/** All decoders of `node:zlib` have it. */
type Flushable = Transform & { flush: (done: () => void) => void }

/** Receives a decoded body. */
export interface DecodedListener {
  onDecoded(chunk: Buffer): void
  onDecodedEnd(): void
  /** The body is damaged or cut. */
  onDamaged(error: Error): void
}

/** Decodes the body of an answer as it arrives. */
export class BodyDecoder {
  readonly #codings: readonly string[]
  readonly #listener: DecodedListener
  #streams: Transform[] | null = null
  #isOver = false

  /** `codings`: in the order of their application, at least one. */
  constructor(codings: readonly string[], listener: DecodedListener) {
    this.#codings = codings
    this.#listener = listener
  }

  /** Copies the chunk. */
  write(chunk: Buffer): void {
    if (this.#isOver || chunk.length === 0) return
    this.#streams ??= this.#open(chunk)
    this.#streams[0]!.write(Buffer.from(chunk))
  }

  /** The encoded body is whole. */
  end(): void {
    if (this.#isOver) return
    if (this.#streams === null) this.#end()
    else this.#streams[0]!.end()
  }

  /** The encoded body broke off. What can be decoded of it arrives before the callback. */
  cut(done: () => void): void {
    if (this.#isOver) return
    this.#flush(0, () => {
      if (this.#isOver) return
      this.abort()
      done()
    })
  }

  #flush(index: number, done: () => void): void {
    const stream = this.#streams?.[index] as Flushable | undefined
    if (stream === undefined) done()
    else stream.flush(() => this.#flush(index + 1, done))
  }

  pause(): void {
    this.#streams?.at(-1)?.pause()
  }

  resume(): void {
    this.#streams?.at(-1)?.resume()
  }

  /** Ends the decoding without a callback. */
  abort(): void {
    this.#isOver = true
    for (const stream of this.#streams ?? []) stream.destroy()
  }

  #open(first: Buffer): Transform[] {
    const streams = this.#codings.toReversed().map((coding) => createDecoder(coding, first))
    for (const [index, stream] of streams.entries()) {
      stream.on('error', (error) => this.#fail(error))
      const next = streams[index + 1]
      if (next !== undefined) stream.pipe(next)
    }
    const last = streams.at(-1)!
    last.on('data', (chunk: Buffer) => {
      if (!this.#isOver) this.#listener.onDecoded(chunk)
    })
    last.on('end', () => this.#end())
    return streams
  }

  #end(): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#listener.onDecodedEnd()
  }

  #fail(error: Error): void {
    if (this.#isOver) return
    this.abort()
    this.#listener.onDamaged(error)
  }
}
