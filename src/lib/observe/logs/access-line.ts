import { formatTime } from '../../base/iso-time.ts'
import type { ByteWriter } from '../../base/byte-writer.ts'
import { StaticText } from '../../base/byte-writer.ts'
import type { Masked } from './masked.ts'
import type { AttemptRecord, NamedAccount, RequestRecord } from '../request-event.ts'
import { lastAttempted } from '../request-event.ts'

const MOST_KNOWN = 1000
const MOST_KNOWN_LENGTH = 200
const NOBODY = '"user":null,"provider":null,"account":null'

const labels = {
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

/** Cached parts of an account: its names, and the facts of the last request with this account alone. */
interface Known {
  who: string
  asked: string
  usual: { record: RequestRecord; facts: Uint8Array } | null
}

/**
 * Writes the line of a request from cached parts. Every request has one, and this takes a tenth of a logger's time
 * for the same object.
 */
export class AccessLines {
  readonly #masked: Masked
  readonly #pid: number
  readonly #quoted = new Map<string, string>()
  readonly #accounts = new Map<NamedAccount, Known>()
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
    bytes.copy(this.#findFacts(record))
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

  /** The part between the id and the numbers, the same for most requests of an account. */
  #findFacts(record: RequestRecord): Uint8Array {
    const { attempts } = record
    const only = attempts.length === 1 ? attempts[0]! : null
    if (only === null || record.message !== null) return this.#makeFacts(record)
    const known = this.#known(only.account)
    if (known.usual === null || !hasSameFacts(known.usual.record, record))
      known.usual = { record, facts: this.#makeFacts(record) }
    return known.usual.facts
  }

  #makeFacts(record: RequestRecord): Uint8Array {
    const { message, attempts } = record
    const account = lastAttempted(record)
    return Buffer.from(
      `","clientKey":${this.#text(record.clientKey)},"clientKeyId":${this.#text(record.clientKeyId)},` +
        `"onlyUser":${this.#text(record.onlyUser)},` +
        `"method":${this.#text(record.method)},"route":${this.#text(record.route)},` +
        `"dialect":${this.#text(record.dialect)},"model":${this.#text(record.model)},` +
        `"stream":${record.isStream},"status":${record.status},"outcome":${this.#text(record.outcome)},` +
        `"message":${message === null ? 'null' : JSON.stringify(this.#masked.of(message))},` +
        `${account === null ? NOBODY : this.#known(account).who},` +
        `"attempts":${attempts.length},"tried":[${this.#tried(attempts)}],"latencyMs":`,
    )
  }

  #tried(attempts: readonly AttemptRecord[]): string {
    let tried = ''
    for (const { account, outcome } of attempts)
      tried += `${tried === '' ? '' : ','}"${this.#known(account).asked} ${outcome}"`
    return tried
  }

  #known(account: NamedAccount): Known {
    let known = this.#accounts.get(account)
    if (known !== undefined) return known
    const { user, provider, name } = account
    const who = `"user":${this.#text(user)},"provider":${this.#text(provider)},"account":${this.#text(name)}`
    const asked = JSON.stringify(this.#masked.of(`${provider}/${name}`)).slice(1, -1)
    known = { who, asked, usual: null }
    if (this.#accounts.size >= MOST_KNOWN) this.#accounts.clear()
    this.#accounts.set(account, known)
    return known
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

/** Compares two requests that each had one attempt, with the same account and no message. */
function hasSameFacts(a: RequestRecord, b: RequestRecord): boolean {
  return (
    a.model === b.model &&
    a.outcome === b.outcome &&
    a.attempts[0]?.outcome === b.attempts[0]?.outcome &&
    a.status === b.status &&
    a.isStream === b.isStream &&
    a.clientKey === b.clientKey &&
    a.clientKeyId === b.clientKeyId &&
    a.onlyUser === b.onlyUser &&
    a.route === b.route &&
    a.dialect === b.dialect &&
    a.method === b.method
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
