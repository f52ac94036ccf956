import { ByteWriter } from '../../../../base/byte-writer.ts'
import type { WriteResult, SocketWriter } from './socket-writer.ts'

/** Receives the notice that its message was given to the socket. */
export interface WriteListener {
  /** `hasLeft`: the socket has kept nothing of the message. */
  onWritten(hasLeft: boolean): void
}

/** The head of a message. */
export interface Head {
  write(bytes: ByteWriter): void
}

/** Writes a head alone, in memory of its own. */
export function writeHeadAlone(head: Head): Buffer {
  const bytes = new ByteWriter()
  head.write(bytes)
  return bytes.written
}

interface PendingWrite {
  writer: SocketWriter
  bytes: Uint8Array
  listener: WriteListener | null
  result: WriteResult
}

/**
 * Messages that are written together. A write to a sleeping peer wakes it, which costs the writer more than
 * the rest of a small message. The writes right behind it find the peer awake. Measured with 32 clients
 * against writing every answer at once: a quarter less processor time for a request. No peer waits longer
 * than one event loop turn. Writes to one socket through one batch keep their order.
 */
export class WriteBatcher {
  readonly #atTheEnd: (send: () => void) => void
  readonly #send = () => this.#sendAll()
  readonly #scratch = new ScratchBuffers()
  #pending: PendingWrite[] = []

  /** `atTheEnd` calls its argument once, after everything due now has been added. */
  constructor(atTheEnd: (send: () => void) => void) {
    this.#atTheEnd = atTheEnd
  }

  /**
   * Adds a message for a socket and copies it: a head (Latin-1 if it is a string) and a body. A message for a
   * socket that is closed by then is dropped, without notice to its sender.
   */
  add(writer: SocketWriter, head: Head | string, body: Buffer, listener: WriteListener | null = null): void {
    this.#add(writer, this.#scratch.write(head, body, ''), listener)
  }

  /** Adds a message that ends with a line end, as chunks of a body do. */
  addLine(writer: SocketWriter, head: string, body: Buffer): void {
    this.#add(writer, this.#scratch.write(head, body, '\r\n'), null)
  }

  #add(writer: SocketWriter, written: Uint8Array, listener: WriteListener | null): void {
    const bytes = writer.keepsAll ? Buffer.from(written) : written
    if (this.#pending.push({ writer, bytes, listener, result: 'closed' }) === 1) this.#atTheEnd(this.#send)
  }

  #sendAll(): void {
    const pending = this.#pending
    this.#pending = []
    let haveAllLeft = true
    for (const write of pending) {
      write.result = write.writer.write(write.bytes)
      if (write.result === 'buffered') haveAllLeft = false
    }
    if (haveAllLeft) this.#scratch.useAgain()
    else this.#scratch.replace()
    // Notified only after all writes: while the senders continue, the peers already work on what they
    // received.
    for (const { listener, result } of pending)
      if (result !== 'closed') listener?.onWritten(result === 'flushed')
  }
}

const SHEET_BYTES = 64 << 10
const MOST_SHEETS = 16
/** The usual upper size of heads. */
const HEAD_BYTES = 1 << 10

/**
 * The buffers that messages are written into. Usually the system takes the bytes at once, and the same few
 * buffers are reused forever. Concatenating and flattening strings for each message was a fifth of a
 * request's allocations.
 */
class ScratchBuffers {
  #sheets: ByteWriter[] = []
  #sheet = 0

  write(head: Head | string, body: Buffer, tail: string): Uint8Array {
    const sheet = this.#room(body.length)
    const start = sheet.length
    if (typeof head === 'string') sheet.latin1(head)
    else head.write(sheet)
    sheet.copy(body)
    if (tail !== '') sheet.latin1(tail)
    // If the buffer has grown meanwhile, earlier messages are in the previous memory.
    return sheet.from(start)
  }

  /** All written bytes have left. */
  useAgain(): void {
    for (let at = 0; at <= this.#sheet; at += 1) this.#sheets[at]?.clear()
    this.#sheet = 0
  }

  /** A socket still has some of the written bytes, and owns these buffers now. */
  replace(): void {
    this.#sheets = []
    this.#sheet = 0
  }

  #room(length: number): ByteWriter {
    const needed = length + HEAD_BYTES
    const used = this.#sheets[this.#sheet]?.length ?? 0
    if (used + needed > SHEET_BYTES) this.#sheet += 1
    if (needed > SHEET_BYTES || this.#sheet >= MOST_SHEETS) return new ByteWriter(needed)
    return (this.#sheets[this.#sheet] ??= new ByteWriter(SHEET_BYTES))
  }
}
