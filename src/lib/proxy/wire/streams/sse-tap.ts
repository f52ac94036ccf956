// The event stream format of the WHATWG: lines end in LF, CRLF or CR, and a blank line ends a frame.

import { isAt } from '../body/json-scan.ts'

const LF = 0x0a
const CR = 0x0d
const COLON = 0x3a
const SPACE = 0x20

/** A frame of an event stream, with its original bytes. Fields are parsed on demand. */
export class SseFrame {
  /** Exactly as received, including the blank line that ends it. */
  readonly bytes: Buffer
  /** True: a part of a frame too large to hold; none of it is parsed. */
  readonly isOpaque: boolean
  /** False: the stream ended before the blank line that makes clients process the frame. */
  readonly isComplete: boolean
  readonly #from: number
  #fields: FrameFields | null = null
  #data: string | null | undefined

  constructor(bytes: Buffer, options: { isOpaque: boolean; isComplete: boolean }, from: number) {
    this.bytes = bytes
    this.isOpaque = options.isOpaque
    this.isComplete = options.isComplete
    this.#from = from
  }

  /** The value of its last `event:` line. */
  get event(): string | null {
    return this.#read().event
  }

  get hasData(): boolean {
    return this.#read().data.length > 0
  }

  /** The values of its `data:` lines, joined by a line feed; null: there are none. */
  get data(): string | null {
    if (this.#data === undefined) {
      const spans = this.#read().data
      this.#data =
        spans.length === 0
          ? null
          : spans.map(([start, end]) => this.bytes.toString('utf8', start, end)).join('\n')
    }
    return this.#data
  }

  /** The status that DashScope hides in a comment line, `:HTTP_STATUS/429`. */
  get statusHint(): number | null {
    return this.#read().statusHint
  }

  /** True for comments and blank lines: clients ignore them. */
  get isComment(): boolean {
    return !this.isOpaque && !this.#read().hasField
  }

  #read(): FrameFields {
    this.#fields ??= this.isOpaque ? noFields : readFields(this.bytes, this.#from)
    return this.#fields
  }
}

interface FrameFields {
  event: string | null
  data: [start: number, end: number][]
  statusHint: number | null
  hasField: boolean
}

const noFields: FrameFields = { event: null, data: [], statusHint: null, hasField: false }

function readFields(bytes: Buffer, from: number): FrameFields {
  const fields: FrameFields = { event: null, data: [], statusHint: null, hasField: false }
  const breaks = new LineBreaks(bytes)
  let start = from
  while (start < bytes.length) {
    const end = breaks.next(start)
    readLine(bytes, start, end, fields)
    start = breaks.after(end)
  }
  return fields
}

function readLine(bytes: Buffer, start: number, end: number, fields: FrameFields): void {
  if (start === end) return
  if (bytes[start] === COLON) {
    const status = /^:\s*HTTP_STATUS\/(\d{3})\b/.exec(
      bytes.toString('latin1', start, Math.min(end, start + 32)),
    )
    if (status) fields.statusHint = Number(status[1])
    return
  }
  fields.hasField = true
  const name = fieldName(bytes, start, end)
  if (name === null) return
  const colon = start + name.length
  const value = bytes[colon + 1] === SPACE ? colon + 2 : colon + 1
  if (name === 'data') fields.data.push([Math.min(value, end), end])
  else fields.event = bytes.toString('utf8', Math.min(value, end), end)
}

function fieldName(bytes: Buffer, start: number, end: number): 'data' | 'event' | null {
  for (const { name, spelled } of readNames) {
    const colon = start + spelled.length
    if (colon > end || (colon < end && bytes[colon] !== COLON)) continue
    if (isAt(bytes, start, spelled)) return name
  }
  return null
}

const readNames = [
  { name: 'data', spelled: Buffer.from('data') },
  { name: 'event', spelled: Buffer.from('event') },
] as const

/**
 * Finds line ends with native searches. Each byte is searched once, even if only one kind of line end occurs.
 */
class LineBreaks {
  readonly #bytes: Buffer
  #lineFeed = -1
  #carriageReturn = -1

  constructor(bytes: Buffer) {
    this.#bytes = bytes
  }

  /** The offset of the first line end at or after `from`, or the length. */
  next(from: number): number {
    if (this.#carriageReturn < from) this.#carriageReturn = this.#find(CR, from)
    if (this.#lineFeed < from) this.#lineFeed = this.#find(LF, from)
    return Math.min(this.#lineFeed, this.#carriageReturn)
  }

  /** Offset of the line after the line end at `at`. */
  after(at: number): number {
    return this.#bytes[at] === CR && this.#bytes[at + 1] === LF ? at + 2 : at + 1
  }

  #find(byte: number, from: number): number {
    const found = this.#bytes.indexOf(byte, from)
    return found === -1 ? this.#bytes.length : found
  }
}

const DEFAULT_MAX_FRAME_BYTES = 16 * 1024 * 1024

/**
 * Splits the bytes of an event stream into frames as they arrive. The frames do not depend on the chunk
 * boundaries, and their bytes together are the input. A frame within one chunk is a view of it, not a copy. A
 * frame over `maxFrameBytes` is returned in opaque parts instead of held.
 */
export class SseTap {
  readonly #maxFrameBytes: number
  #held: Buffer[] = []
  #heldBytes = 0
  #isFirst = true
  #isOverflowing = false
  #isLineEmpty = true
  /** The last byte was a carriage return. A line feed that follows belongs to it. */
  #isAfterCr = false
  /** That carriage return ended a blank line, and so a frame. */
  #isFrameEnding = false

  constructor(options: { maxFrameBytes?: number } = {}) {
    this.#maxFrameBytes = options.maxFrameBytes ?? DEFAULT_MAX_FRAME_BYTES
  }

  /** Returns the frames that this chunk completes. */
  push(chunk: Buffer): SseFrame[] {
    const frames: SseFrame[] = []
    if (chunk.length === 0) return frames
    const breaks = new LineBreaks(chunk)
    let at = this.#isAfterCr && chunk[0] === LF ? 1 : 0
    let frameStart = 0
    if (this.#isFrameEnding) {
      this.#finish(chunk.subarray(0, at), frames)
      frameStart = at
    }
    this.#isAfterCr = false
    this.#isFrameEnding = false
    while (at < chunk.length) {
      const end = breaks.next(at)
      const isBlank = this.#isLineEmpty && end === at
      this.#isLineEmpty = end < chunk.length
      if (end === chunk.length) break
      at = breaks.after(end)
      if (at === chunk.length && chunk[end] === CR && at === end + 1) {
        this.#isAfterCr = true
        this.#isFrameEnding = isBlank
      } else if (isBlank) {
        this.#finish(chunk.subarray(frameStart, at), frames)
        frameStart = at
      }
    }
    if (frameStart < chunk.length) this.#hold(chunk.subarray(frameStart), frames)
    return frames
  }

  /** Returns the rest at the end of the stream, or null: mostly a frame without its blank line. */
  end(): SseFrame | null {
    const frames: SseFrame[] = []
    const isComplete = this.#isFrameEnding
    if (this.#heldBytes > 0) this.#finish(EMPTY, frames, isComplete)
    else if (isComplete) this.#isOverflowing = false
    return frames[0] ?? null
  }

  /** True from the first opaque part of a frame until its end. */
  get isOverflowing(): boolean {
    return this.#isOverflowing
  }

  #hold(bytes: Buffer, frames: SseFrame[]): void {
    this.#held.push(bytes)
    this.#heldBytes += bytes.length
    if (this.#heldBytes <= this.#maxFrameBytes && !this.#isOverflowing) return
    this.#isOverflowing = true
    frames.push(new SseFrame(this.#take(), { isOpaque: true, isComplete: false }, 0))
  }

  #finish(last: Buffer, frames: SseFrame[], isComplete = true): void {
    if (last.length > 0) this.#held.push(last)
    const bytes = this.#take()
    const isOpaque = this.#isOverflowing || bytes.length > this.#maxFrameBytes
    this.#isOverflowing = false
    const from = this.#isFirst && isAt(bytes, 0, BYTE_ORDER_MARK) ? 3 : 0
    this.#isFirst = false
    // The line feed awaited after a carriage return may be missing: then every byte has already left.
    if (bytes.length > 0) frames.push(new SseFrame(bytes, { isOpaque, isComplete }, from))
  }

  #take(): Buffer {
    const [only] = this.#held
    const bytes = this.#held.length === 1 && only !== undefined ? only : Buffer.concat(this.#held)
    this.#held = []
    this.#heldBytes = 0
    return bytes
  }
}

const EMPTY = Buffer.alloc(0)
const BYTE_ORDER_MARK = Buffer.from([0xef, 0xbb, 0xbf])
