import type { DecodedListener } from '../../transport/body/body-decoder.ts'
import { BodyDecoder } from '../../transport/body/body-decoder.ts'
import { readCodings, sniffCoding } from '../../transport/body/content-codings.ts'
import type { ResponseListener } from '../../transport/upstream-call.ts'
import type { UpstreamError } from '../../transport/upstream-error.ts'
import type { UpstreamHead } from '../../transport/upstream-head.ts'

/** A response of an upstream. Its subclass gets the body without content coding. */
export abstract class DecodedResponse implements ResponseListener, DecodedListener {
  #decoder: BodyDecoder | null = null

  abstract onHead(head: UpstreamHead): void
  abstract onReadEnd(): void
  abstract onDecoded(chunk: Buffer): void
  abstract onDecodedEnd(): void
  abstract onDamaged(): void
  /** The upstream failed. What it sent before has been decoded. */
  protected abstract onBroken(error: UpstreamError): void

  /** The bytes that the subclass gets differ from those on the wire. */
  get isDecoded(): boolean {
    return this.#decoder !== null
  }

  /** Services may compress although the request asks them not to. False: qwenctl does not know the coding. */
  protected decode({ contentEncoding }: UpstreamHead): boolean {
    if (contentEncoding === undefined) return true
    const codings = readCodings(contentEncoding)
    if (codings === null) return false
    if (codings.length > 0) this.#decoder = new BodyDecoder(codings, this)
    return true
  }

  /** Decodes first bytes that are compressed although no header says so. False: they are not compressed. */
  protected decodeUnlabelled(chunk: Buffer): boolean {
    const coding = this.#decoder === null ? sniffCoding(chunk) : null
    if (coding === null) return false
    this.#decoder = new BodyDecoder([coding], this)
    this.#decoder.write(chunk)
    return true
  }

  onData(chunk: Buffer): void {
    if (this.#decoder === null) this.onDecoded(chunk)
    else this.#decoder.write(chunk)
  }

  onEnd(): void {
    if (this.#decoder === null) this.onDecodedEnd()
    else this.#decoder.end()
  }

  onError(error: UpstreamError): void {
    if (this.#decoder === null) this.onBroken(error)
    else this.#decoder.cut(() => this.onBroken(error))
  }

  protected pauseDecoder(): void {
    this.#decoder?.pause()
  }

  protected resumeDecoder(): void {
    this.#decoder?.resume()
  }

  protected abortDecoder(): void {
    this.#decoder?.abort()
  }
}
