import { ByteWriter, StaticText } from '../../../base/byte-writer.ts'
import type { LedgerEvent, ReserveEvent, SettleEvent } from '../../../quota/log/events.ts'

const reserve = {
  id: new StaticText('{"type":"reserve","id":"'),
  account: new StaticText('","account":"'),
  also: new StaticText('","also":["'),
  endOfAlso: new StaticText('"]'),
  keep: new StaticText('","keep":'),
  keepAfterAlso: new StaticText(',"keep":'),
  at: new StaticText('","at":"'),
  atAfterOther: new StaticText(',"at":"'),
}
const settle = {
  id: new StaticText('{"type":"settle","id":"'),
  inputTokens: new StaticText(',"inputTokens":'),
  outputTokens: new StaticText(',"outputTokens":'),
  costUsd: new StaticText(',"costUsd":'),
  estimated: new StaticText(',"estimated":true'),
  estimatedTokens: new StaticText(',"estimatedTokens":true'),
  latencyMs: new StaticText(',"latencyMs":'),
  firstByteMs: new StaticText(',"firstByteMs":'),
  model: new StaticText(',"model":'),
  note: new StaticText(',"note":'),
  unreached: new StaticText(',"unreached":'),
  refunded: new StaticText(',"refunded":true'),
  refundedLong: new StaticText(',"refunded":"long-windows"'),
}

const END = new StaticText('}\n')
const END_OF_TEXT = new StaticText('"}\n')

/** A text that usually equals the previous one, so its bytes are cached. */
class Repeated {
  readonly #write: (text: string) => string
  #text = ''
  #ready: StaticText

  constructor(write: (text: string) => string) {
    this.#write = write
    this.#ready = new StaticText(write(''))
  }

  of(text: string): StaticText {
    if (text !== this.#text) {
      this.#text = text
      this.#ready = new StaticText(this.#write(text))
    }
    return this.#ready
  }
}

/** A name that JSON writes as it is. Names come from documents that people and other programs can edit. */
const PLAIN_NAME = /^[\w-]+$/

/**
 * Whether the event has no rare field and no name that needs an escape: `JSON.stringify` writes those. One further
 * subject is usual: the client's key.
 */
function isPlain({ account, also, hold, model, probe, granted }: ReserveEvent): boolean {
  if ((hold ?? model ?? probe ?? granted) !== undefined || !PLAIN_NAME.test(account)) return false
  return also === undefined || (also.length === 1 && PLAIN_NAME.test(also[0]!))
}

/**
 * Writes the lines of events: JSON that `parseEvent` reads back as the same event. The events of every request are
 * assembled by hand, in a third of the time of `JSON.stringify`. What one line shares with the next is kept.
 */
export class LineWriter {
  readonly #moments = new Repeated((text) => text)
  readonly #models = new Repeated((text) => JSON.stringify(text))
  #ending = { at: '', outcome: '', status: undefined as number | undefined, ready: new StaticText('') }

  /** Adds the line of an event, with its line end. */
  write(bytes: ByteWriter, event: LedgerEvent): void {
    if (event.type === 'settle') this.#writeSettle(bytes, event)
    else if (event.type === 'reserve' && isPlain(event)) this.#writeReserve(bytes, event)
    else bytes.text(`${JSON.stringify(event)}\n`)
  }

  /** The line without its end, as the reader sees it. */
  format(event: LedgerEvent): string {
    const bytes = new ByteWriter()
    this.write(bytes, event)
    return bytes.written.toString('utf8', 0, bytes.length - 1)
  }

  #writeReserve(bytes: ByteWriter, event: ReserveEvent): void {
    bytes.writeStatic(reserve.id)
    bytes.text(event.id)
    bytes.writeStatic(reserve.account)
    bytes.text(event.account)
    const { also, keep } = event
    if (also !== undefined) {
      bytes.writeStatic(reserve.also)
      bytes.text(also[0]!)
      bytes.writeStatic(reserve.endOfAlso)
    }
    if (keep !== undefined) {
      bytes.writeStatic(also === undefined ? reserve.keep : reserve.keepAfterAlso)
      bytes.number(keep)
    }
    bytes.writeStatic((also ?? keep) === undefined ? reserve.at : reserve.atAfterOther)
    bytes.writeStatic(this.#moments.of(event.at))
    bytes.writeStatic(END_OF_TEXT)
  }

  #writeSettle(bytes: ByteWriter, event: SettleEvent): void {
    bytes.writeStatic(settle.id)
    bytes.text(event.id)
    bytes.writeStatic(this.#cacheEnding(event))
    writeNumber(bytes, settle.inputTokens, event.inputTokens)
    writeNumber(bytes, settle.outputTokens, event.outputTokens)
    writeNumber(bytes, settle.costUsd, event.costUsd)
    if (event.estimated === true) bytes.writeStatic(settle.estimated)
    if (event.estimatedTokens === true) bytes.writeStatic(settle.estimatedTokens)
    writeNumber(bytes, settle.latencyMs, event.latencyMs)
    writeNumber(bytes, settle.firstByteMs, event.firstByteMs)
    // Models and notes come from outside: they may hold any text.
    if (event.model !== undefined) {
      bytes.writeStatic(settle.model)
      bytes.writeStatic(this.#models.of(event.model))
    }
    if (event.note !== undefined) {
      bytes.writeStatic(settle.note)
      bytes.text(JSON.stringify(event.note))
    }
    if (event.unreached !== undefined) {
      bytes.writeStatic(settle.unreached)
      bytes.text(JSON.stringify(event.unreached))
    }
    if (event.refunded !== undefined)
      bytes.writeStatic(event.refunded === true ? settle.refunded : settle.refundedLong)
    bytes.writeStatic(END)
  }

  /**
   * The text between the id and the numbers: how the request ended, and when. Neighbours in the ledger often share
   * both.
   */
  #cacheEnding({ at, outcome, status }: SettleEvent): StaticText {
    const last = this.#ending
    if (last.at === at && last.outcome === outcome && last.status === status) return last.ready
    const told = status === undefined ? '' : `,"status":${status}`
    const ready = new StaticText(`","at":"${at}","outcome":"${outcome}"${told}`)
    this.#ending = { at, outcome, status, ready }
    return ready
  }
}

function writeNumber(bytes: ByteWriter, name: StaticText, value: number | undefined): void {
  if (value === undefined) return
  bytes.writeStatic(name)
  bytes.number(value)
}
