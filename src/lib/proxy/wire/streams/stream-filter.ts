import { isRecord } from '../../../base/is-record.ts'
import { tryParseJson } from '../../../base/text/try-parse-json.ts'
import { isEmptyAnswer } from '../../../provider/failures/error-frame.ts'
import type { Usage } from '../../../provider/provider.ts'
import { mergeUsage, unknownUsage } from '../../../provider/usage/usage.ts'
import { streamErrorIn, type StreamError } from './stream-error.ts'
import type { ResponseStream } from '../wire-errors.ts'
import { SseTap, type SseFrame } from './sse-tap.ts'
import { hideInBody, mayShow, readHead, SecretFilter } from '../secrets/hide-secret.ts'
import { isPlaceholder } from '../secrets/placeholder.ts'
import { boundTokens } from '../token-bound.ts'

export interface StreamFilterOptions {
  /** Reads the usage of one frame's data. If it throws, the usage stays unknown. */
  readUsage: (data: unknown) => Usage
  /** True: the proxy alone asked for the usage chunk of an OpenAI stream. */
  stripUsage: boolean
  /** The credential of the account, which no error and no comment shows. Answers pass byte for byte. */
  secret?: string
  maxFrameBytes?: number
}

/**
 * Most comment bytes held before the first data. With more, the stream opens and failover is no longer
 * possible.
 */
const MAX_HELD_BYTES = 64 * 1024

const CLOSE_FRAME = Buffer.from('\n\n')

/**
 * A streamed answer in transit to the client. Output begins with the first data. If an upstream sends 200 and
 * then fails, another account can therefore still answer (`refusal`). From then on whole frames pass as they
 * came. Usage, the regular end and errors are noted. Call `push` and then `end`; send their results, in
 * order.
 */
export class StreamFilter {
  /** Set if the first data is an error: nothing was sent, and nothing will be. */
  refusal: StreamError | null = null
  /** Set if an error came after the first data; it was passed on. */
  erroredMidStream: StreamError | null = null
  /** True once something was sent: the answer is committed. */
  isOpen = false
  /** True once the stream reported that it is complete. A stream without that was cut. */
  sawEnd = false
  /** True if the stream was complete without the `[DONE]` that clients of chat completions wait for. */
  lacksDone = false
  /** The usage read so far. */
  usage: Usage = unknownUsage
  /** The most tokens of the text so far, for streams that end without a usage. */
  sentTokens = 0

  readonly #options: StreamFilterOptions
  /** Empty: there is no credential to hide. */
  readonly #secret: string
  /** The first characters of the credential, which services also show alone. */
  readonly #secretHead: string
  /** The first frame, where it has no content of an answer; nothing was sent yet. */
  #empty: StreamError | null = null
  /** The last frame is an error. */
  #isError = false
  /** The last frame was a part of a larger one. */
  #isInPart = false
  /** Hides the credential in an error that is too large to hold; null: no such error arrives. */
  #largeError: SecretFilter | null = null
  readonly #tap: SseTap
  #held: Buffer[] = []
  #heldBytes = 0
  #sawFinishReason = false
  /** Gemini's streams have no other end. */
  #sawGeminiReason = false
  /** The first and the last data frame, needed to end a stream of the Responses API. */
  #firstText: string | null = null
  #lastText = ''

  constructor(options: StreamFilterOptions) {
    this.#options = options
    const { secret = '' } = options
    this.#secret = isPlaceholder(secret) ? '' : secret
    this.#secretHead = readHead(this.#secret)
    this.#tap = new SseTap(options)
  }

  /** A part of an event that is too large to hold was sent. */
  get isMidEvent(): boolean {
    return this.#tap.isOverflowing
  }

  /** Takes upstream bytes; returns what may be sent now, in as few buffers as possible. */
  push(chunk: Buffer): Buffer[] {
    const out: Buffer[] = []
    for (const frame of this.#tap.push(chunk)) this.#take(frame, out)
    return out
  }

  /**
   * The upstream has ended; `isCut`: its connection broke instead. Returns the rest to send, which always
   * ends between frames, so that an error frame can follow. A last frame without its blank line is completed
   * if its data is whole, and dropped if not. By the format clients ignore it, and an error frame would be
   * appended to it.
   */
  end({ isCut = false } = {}): Buffer[] {
    const out: Buffer[] = []
    const rest = this.#tap.end()
    if (rest !== null && (rest.isComplete || isWhole(rest))) this.#take(rest, out)
    if (out.length > 0 && rest?.isComplete === false) out.push(CLOSE_FRAME)
    if (this.#tap.isOverflowing) out.push(CLOSE_FRAME)
    if (!this.isOpen && this.refusal === null) this.#refuseUnanswered(rest)
    if (!isCut) this.#noteEnd()
    return this.refusal === null ? out : []
  }

  /** A stream may also be complete by the reason why the model stopped. */
  #noteEnd(): void {
    if (this.#sawFinishReason) this.lacksDone = !this.sawEnd
    if (this.#sawFinishReason || this.#sawGeminiReason) this.sawEnd = true
  }

  /** Returns what a Responses API stream has reported about itself so far. */
  responseStream(): ResponseStream {
    const first = parsed(this.#firstText)
    const sequence = /"sequence_number"\s*:\s*(\d{1,15})/.exec(this.#lastText)?.[1]
    return {
      response: isRecord(first) && isRecord(first.response) ? first.response : null,
      sequence: sequence === undefined ? -1 : Number(sequence),
    }
  }

  #take(frame: SseFrame, out: Buffer[]): void {
    if (this.refusal !== null) return
    if (frame.isOpaque) return this.#send(this.#hideInPart(frame), out)
    if (!frame.hasData || frame.event === 'ping') {
      const bytes = hideInBody(frame.bytes, this.#secret)
      return this.isOpen ? append(out, bytes) : this.#hold(bytes, out)
    }
    this.#isError = false
    const data = this.#look(frame)
    if (this.refusal !== null) return
    if (this.#options.stripUsage && isUsageChunk(data)) return this.#open(out)
    if (!this.isOpen && this.#isAloneAndEmpty(frame, data)) return this.#hold(frame.bytes, out)
    if (!this.isOpen && this.sawEnd && this.#empty !== null) return this.#noteError(this.#empty)
    this.#send(this.#isError ? hideInBody(frame.bytes, this.#secret) : frame.bytes, out)
  }

  /** The parts of an error too large to hold pass without the credential. Parts of answers pass unchanged. */
  #hideInPart({ bytes, isComplete }: SseFrame): Buffer {
    if (!this.#isInPart && LARGE_ERROR.test(bytes.toString('latin1', 0, 512)))
      this.#largeError = new SecretFilter(this.#secret)
    this.#isInPart = !isComplete
    const filter = this.#largeError
    if (filter === null) return bytes
    const shown = filter.push(bytes)
    if (!isComplete) return shown
    this.#largeError = null
    return Buffer.concat([shown, filter.end()])
  }

  #hold(bytes: Buffer, out: Buffer[]): void {
    this.#held.push(bytes)
    this.#heldBytes += bytes.length
    if (this.#heldBytes > MAX_HELD_BYTES) this.#open(out)
  }

  #open(out: Buffer[]): void {
    if (this.isOpen) return
    this.isOpen = true
    for (const bytes of this.#held) append(out, bytes)
    this.#held = []
  }

  #send(bytes: Buffer, out: Buffer[]): void {
    this.#open(out)
    append(out, bytes)
  }

  /** Records what a data frame reports. Returns its parsed data if that may matter, else undefined. */
  #look(frame: SseFrame): unknown {
    const { event } = frame
    if (event !== null && ends.has(event)) this.sawEnd = true
    if (frame.bytes.length < 64 && frame.data?.trim() === '[DONE]') {
      this.sawEnd = true
      return undefined
    }
    const text = frame.bytes.toString('latin1')
    this.sentTokens += boundTokens(text)
    this.#firstText ??= frame.data
    this.#lastText = text
    if (FINISH_REASON.test(text)) this.#sawFinishReason = true
    else if (GEMINI_REASON.test(text)) this.#sawGeminiReason = true
    const isPlain = this.isOpen && event !== 'error' && frame.statusHint === null
    this.#lookForSecret(frame, text)
    if (isPlain && !mayMatter(text)) return undefined
    const data = parsed(frame.data)
    if (isRecord(data) && typeof data.type === 'string' && ends.has(data.type)) this.sawEnd = true
    this.#noteError(streamErrorIn(frame, data, { isFirst: !this.isOpen }))
    this.#readUsage(data)
    return data
  }

  /** A frame that is no answer may quote the credential, too: a bare error, or plain text. */
  #lookForSecret(frame: SseFrame, text: string): void {
    if (this.#secret === '' || !this.#mayShowSecret(text)) return
    const data = parsed(frame.data)
    this.#isError = !isRecord(data) || streamErrorIn(frame, data, { isFirst: true }) !== null
  }

  #mayShowSecret(text: string): boolean {
    return text.includes(this.#secretHead) || (ESCAPED.test(text) && mayShow(text, this.#secret))
  }

  #noteError(error: StreamError | null): void {
    if (error === null) return
    this.#isError = true
    if (this.isOpen) this.erroredMidStream ??= error
    else this.refusal = error
  }

  #readUsage(data: unknown): void {
    if (data === undefined) return
    try {
      this.usage = mergeUsage(this.usage, this.#options.readUsage(data))
    } catch {
      // A provider that fails on odd usage must not cost the client its answer. The tokens stay unknown.
    }
  }

  /** Holds a first frame without any content of an answer: an answer under 200 needs more than that. */
  #isAloneAndEmpty({ event, data: text }: SseFrame, data: unknown): boolean {
    if (this.#empty !== null || event !== null || !isRecord(data) || typeof data.type === 'string')
      return false
    if (Object.keys(data).length === 0 || !isEmptyAnswer(data)) return false
    this.#empty = { body: data, text: text ?? '', status: null }
    return true
  }

  /** An upstream may label a bare JSON error as an event stream. It then has only lines without data. */
  #refuseUnanswered(rest: SseFrame | null): void {
    if (this.#empty !== null) return this.#noteError(this.#empty)
    const text = Buffer.concat([...this.#held, rest?.bytes ?? Buffer.alloc(0)]).toString()
    const error = streamErrorIn({ event: null, data: text, statusHint: null }, parsed(text), {
      isFirst: true,
    })
    this.refusal = error
  }
}

/** The last frame or event of a regular stream: Messages, Responses, sound and pictures. */
const ends: ReadonlySet<string> = new Set([
  'message_stop',
  'response.completed',
  'response.incomplete',
  'response.failed',
  'speech.audio.done',
  'transcript.text.done',
  'image_generation.completed',
  'image_edit.completed',
])

// Cheap tests that decide whether a frame is worth parsing. Inside a JSON string these quotes would be
// escaped, so an answer about usage and errors does not match.
const FINISH_REASON = /"finish_reason"\s*:\s*"[^"]/ // some relays write "" until the end
const GEMINI_REASON = /"(?:finishReason|blockReason)"\s*:\s*"[A-Z]/
const USAGE =
  /"(?:[Uu]sage(?:Metadata|_metadata)?|timings|meta|metrics|amazon-bedrock-invocationMetrics)"\s*:\s*\{|"(?:eval_count|tokens_predicted|generated_token(?:s|_count))"\s*:/
const ERROR = /"error"\s*:\s*[^n\s]|:\s*"error"/
const END_TYPE =
  /"(?:message_stop|response\.(?:completed|incomplete|failed)|(?:speech\.audio|transcript\.text)\.done|image_(?:generation|edit)\.completed)"/

/** An escape that may hide a character of a credential. */
const ESCAPED = /\\u00|\\\/|%[0-9a-f]{2}/i

/** The beginning of an event that reports an error. */
const LARGE_ERROR = /(?:^|[\r\n])event: ?error\b|(?:^|[\r\n])data: ?\{\s*"(?:error"\s*:|type"\s*:\s*"error")/

function mayMatter(text: string): boolean {
  return (
    USAGE.test(text) ||
    (text.includes('"error"') && ERROR.test(text)) ||
    END_TYPE.test(text) ||
    // Amazon Bedrock: `{"throttlingException":{...}}`.
    text.includes('Exception"')
  )
}

function isUsageChunk(data: unknown): boolean {
  return isRecord(data) && Array.isArray(data.choices) && data.choices.length === 0 && isRecord(data.usage)
}

function isWhole(frame: SseFrame): boolean {
  return frame.data?.trim() === '[DONE]' || parsed(frame.data) !== undefined
}

/** Undefined: not JSON, so there is nothing to read, and the client gets it unchanged. */
function parsed(data: string | null): unknown {
  return data === null || data === '' ? undefined : tryParseJson(data)
}

/** Adds bytes to the output. Adjacent bytes become one buffer, and so one write. */
function append(out: Buffer[], bytes: Buffer): void {
  const last = out.at(-1)
  if (
    last !== undefined &&
    last.buffer === bytes.buffer &&
    last.byteOffset + last.length === bytes.byteOffset
  ) {
    out[out.length - 1] = Buffer.from(last.buffer, last.byteOffset, last.length + bytes.length)
  } else {
    out.push(bytes)
  }
}
