import { formatTime } from '../../base/iso-time.ts'
import type { ByteWriter } from '../../base/byte-writer.ts'
import { StaticText } from '../../base/byte-writer.ts'
import type { Masked } from './masked.ts'
import type { AttemptRecord, NamedAccount, RequestRecord } from '../request-event.ts'
import { lastAttempted } from '../request-event.ts'

const MOST_KNOWN = 1000
const MOST_KNOWN_LENGTH = 200
/** Kinds of requests that come by turns: clients, models and streams beside whole answers. */
const MOST_KINDS = 16
const NOBODY = '"user":null,"provider":null,"account":null'

const labels = {
  alone: new StaticText('"],"latencyMs":'),
  firstByteMs: new StaticText(',"firstByteMs":'),
  inputTokens: new StaticText(',"inputTokens":'),
  outputTokens: new StaticText(',"outputTokens":'),
  costUsd: new StaticText(',"costUsd":'),
  estimated: new StaticText(',"estimated":true'),
  bytesIn: new StaticText(',"bytesIn":'),
  bytesOut: new StaticText(',"bytesOut":'),
  left: new StaticText(',"clientGone":true}\n'),
  stayed: new StaticText(',"clientGone":false}\n'),
}

/** The facts of a request that neither its account nor its course decides. */
type Kind = Pick<
  RequestRecord,
  | 'clientKey'
  | 'clientKeyId'
  | 'onlyUser'
  | 'method'
  | 'route'
  | 'dialect'
  | 'model'
  | 'isStream'
  | 'status'
  | 'outcome'
>

/** The line's text from the id to the account, cached for requests without a message. */
interface KnownKind {
  kind: Kind
  text: Uint8Array
}

/**
 * Writes the line of a request from cached parts. Every request has one, and this takes a tenth of a logger's time
 * for the same object.
 */
export class AccessLines {
  readonly #masked: Masked
  readonly #pid: number
  readonly #quoted = new Map<string, string>()
  /** The last kinds of requests, the newest first. */
  readonly #kinds: KnownKind[] = []
  /**
   * The text of a request with this account alone, from the account to the outcome. A pool may ask thousands of
   * accounts in turn: a cache of fewer would miss each time.
   */
  readonly #alone = new WeakMap<NamedAccount, string>()
  #beginningAt = -1
  #beginning: Uint8Array = Buffer.alloc(0)

  constructor(masked: Masked, pid: number) {
    this.#masked = masked
    this.#pid = pid
  }

  /** Adds the line, with its line break. */
  write(bytes: ByteWriter, record: RequestRecord): void {
    const { id, at, latencyMs } = record
    bytes.copy(this.#makeBeginning(Math.floor(at + latencyMs)))
    bytes.latin1(id) // ids are made by qwenctl, and need no escaping
    this.#writeFacts(bytes, record)
    writeNumber(bytes, short(latencyMs))
    bytes.writeStatic(labels.firstByteMs)
    writeNumber(bytes, short(record.firstByteMs))
    bytes.writeStatic(labels.inputTokens)
    writeNumber(bytes, record.inputTokens)
    bytes.writeStatic(labels.outputTokens)
    writeNumber(bytes, record.outputTokens)
    bytes.writeStatic(labels.costUsd)
    writeNumber(bytes, record.costUsd)
    if (record.isEstimated) bytes.writeStatic(labels.estimated)
    bytes.writeStatic(labels.bytesIn)
    bytes.number(record.bytesIn)
    bytes.writeStatic(labels.bytesOut)
    bytes.number(record.bytesOut)
    bytes.writeStatic(record.isClientGone ? labels.left : labels.stayed)
  }

  /** The part before the id. Requests often end within one millisecond. */
  #makeBeginning(at: number): Uint8Array {
    if (at !== this.#beginningAt) {
      this.#beginningAt = at
      this.#beginning = Buffer.from(
        `{"level":"info","time":"${formatTime(at)}","pid":${this.#pid},"kind":"request","requestId":"`,
      )
    }
    return this.#beginning
  }

  /** Writes the part between the id and the numbers. */
  #writeFacts(bytes: ByteWriter, record: RequestRecord): void {
    const { attempts } = record
    bytes.copy(record.message === null ? this.#findKind(record) : this.#makeKind(record))
    if (attempts.length === 1) {
      const [only] = attempts as [AttemptRecord]
      bytes.text(this.#findAlone(only.account))
      bytes.text(only.outcome)
      bytes.writeStatic(labels.alone)
      return
    }
    const account = lastAttempted(record)
    bytes.text(account === null ? NOBODY : this.#formatAccount(account))
    bytes.text(`,"attempts":${attempts.length},"tried":[${this.#tried(attempts)}],"latencyMs":`)
  }

  #findKind(record: RequestRecord): Uint8Array {
    const kinds = this.#kinds
    for (let place = 0; place < kinds.length; place += 1) {
      const known = kinds[place]!
      if (!isOfKind(record, known.kind)) continue
      if (place > 0) {
        kinds.splice(place, 1)
        kinds.unshift(known)
      }
      return known.text
    }
    const text = this.#makeKind(record)
    if (kinds.length >= MOST_KINDS) kinds.pop()
    kinds.unshift({ kind: readKind(record), text })
    return text
  }

  #makeKind(record: RequestRecord): Uint8Array {
    const { message } = record
    return Buffer.from(
      `","clientKey":${this.#text(record.clientKey)},"clientKeyId":${this.#text(record.clientKeyId)},` +
        `"onlyUser":${this.#text(record.onlyUser)},` +
        `"method":${this.#text(record.method)},"route":${this.#text(record.route)},` +
        `"dialect":${this.#text(record.dialect)},"model":${this.#text(record.model)},` +
        `"stream":${record.isStream},"status":${record.status},"outcome":${this.#text(record.outcome)},` +
        `"message":${message === null ? 'null' : JSON.stringify(this.#masked.of(message))},`,
    )
  }

  #findAlone(account: NamedAccount): string {
    let alone = this.#alone.get(account)
    if (alone === undefined) {
      alone = `${this.#formatAccount(account)},"attempts":1,"tried":["${this.#formatAttempted(account)} `
      this.#alone.set(account, alone)
    }
    return alone
  }

  #tried(attempts: readonly AttemptRecord[]): string {
    let tried = ''
    for (const { account, outcome } of attempts)
      tried += `${tried === '' ? '' : ','}"${this.#formatAttempted(account)} ${outcome}"`
    return tried
  }

  #formatAccount({ user, provider, name }: NamedAccount): string {
    return `"user":${this.#text(user)},"provider":${this.#text(provider)},"account":${this.#text(name)}`
  }

  #formatAttempted({ provider, name }: NamedAccount): string {
    return JSON.stringify(this.#masked.of(`${provider}/${name}`)).slice(1, -1)
  }

  #text(text: string | null): string {
    if (text === null) return 'null'
    let quoted = this.#quoted.get(text)
    if (quoted !== undefined) return quoted
    quoted = JSON.stringify(this.#masked.of(text))
    if (text.length > MOST_KNOWN_LENGTH) return quoted
    if (this.#quoted.size >= MOST_KNOWN) this.#quoted.clear()
    this.#quoted.set(text, quoted)
    return quoted
  }
}

function readKind(record: RequestRecord): Kind {
  const { clientKey, clientKeyId, onlyUser, method, route, dialect, model, isStream, status, outcome } =
    record
  return { clientKey, clientKeyId, onlyUser, method, route, dialect, model, isStream, status, outcome }
}

function isOfKind(record: RequestRecord, kind: Kind): boolean {
  return (
    record.model === kind.model &&
    record.outcome === kind.outcome &&
    record.status === kind.status &&
    record.isStream === kind.isStream &&
    record.clientKey === kind.clientKey &&
    record.clientKeyId === kind.clientKeyId &&
    record.onlyUser === kind.onlyUser &&
    record.route === kind.route &&
    record.dialect === kind.dialect &&
    record.method === kind.method
  )
}

/** Milliseconds, rounded to the microsecond: clocks give more digits than they measure. */
function short(ms: number | null): number | null {
  return ms === null || Number.isInteger(ms) ? ms : Math.round(ms * 1000) / 1000
}

/** JSON has no infinity. */
function writeNumber(bytes: ByteWriter, count: number | null): void {
  if (count === null || !Number.isFinite(count)) bytes.text('null')
  else bytes.number(count)
}
