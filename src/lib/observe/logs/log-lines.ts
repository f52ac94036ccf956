import type { Logger, pino as Pino } from 'pino'
import { formatTime } from '../../base/iso-time.ts'
import { redact } from '../../account/mask.ts'
import { printableLines } from '../../base/text/printable.ts'
import type { ByteWriter } from '../../base/byte-writer.ts'
import { AccessLines } from './access-line.ts'
import type { Masked } from './masked.ts'
import type { AttemptRecord, LogLevel, Note, RequestRecord } from '../request-event.ts'
import { logLevels } from '../request-event.ts'

const MOST_STACK = 4000

/** A level that writes lines. */
type WritingLevel = Exclude<LogLevel, 'off'>

/** Whether a log of this level includes lines of that one. */
export function isWritten(level: LogLevel, ofLine: LogLevel): boolean {
  return logLevels.indexOf(ofLine) <= logLevels.indexOf(level)
}

type Cooldown = Extract<Note, { kind: 'cooldown' }>

const noteLevels: Record<Note['kind'], WritingLevel> = {
  started: 'info',
  stopped: 'info',
  cooldown: 'warn',
  trouble: 'warn',
  crash: 'error',
}

/** Makes log lines of events, as NDJSON; `docs/guide/operating.md` describes their content. */
export class LogLines {
  readonly #level: LogLevel
  readonly #masked: Masked
  readonly #access: AccessLines
  readonly #writesAccess: boolean
  readonly #logger: Logger
  #lines = ''
  #time = 0

  static async load(level: LogLevel, masked: Masked): Promise<LogLines> {
    const { pino } = await import('pino')
    return new LogLines(level, masked, pino)
  }

  private constructor(level: LogLevel, masked: Masked, pino: typeof Pino) {
    this.#level = level
    this.#masked = masked
    this.#writesAccess = isWritten(level, 'info')
    this.#access = new AccessLines(masked, process.pid)
    this.#logger = pino(
      {
        level: level === 'off' ? 'silent' : level,
        base: { pid: process.pid },
        // The time of the event; writing comes later.
        timestamp: () => `,"time":"${formatTime(this.#time)}"`,
        formatters: { level: (label) => ({ level: label }) },
      },
      { write: (line) => (this.#lines += line) },
    )
  }

  /** Adds the lines of a request: failed attempts, the account that took over, the end. */
  writeRequest(bytes: ByteWriter, record: RequestRecord): void {
    if (record.attempts.length !== 1 || record.outcome !== 'ok' || this.#level === 'debug') {
      this.#attempts(record)
      bytes.text(this.#take())
    }
    if (this.#writesAccess) this.#access.write(bytes, record)
  }

  ofNote(note: Note, at: number): string {
    this.#time = at
    this.#logger[noteLevels[note.kind]](this.#makeFields(note))
    return this.#take()
  }

  /** Reports how many lines could not be written. */
  ofLoss(count: number, at: number): string {
    this.#time = at
    this.#logger.error({ kind: 'lines-lost', count })
    return this.#take()
  }

  #attempts({ id, onlyUser, attempts }: RequestRecord): void {
    attempts.forEach((attempt, index) => {
      const { account, outcome, status, latencyMs, firstByteMs, at } = attempt
      const next = attempts[index + 1]?.account ?? null
      const isFailure = outcome !== 'ok' && outcome !== 'aborted'
      this.#time = at + latencyMs
      this.#logger[isFailure ? 'warn' : 'debug']({
        kind: next === null ? 'attempt' : 'rotation',
        requestId: id,
        onlyUser,
        attempt: index + 1,
        ...this.#who(account),
        model: this.#shown(attempt.model),
        outcome,
        status,
        message: this.#shown(attempt.message),
        latencyMs,
        firstByteMs,
        next: next === null ? null : this.#shown(`${next.provider}/${next.name}`),
      })
    })
  }

  #makeFields(note: Note): object {
    const { kind } = note
    switch (kind) {
      case 'started':
      case 'stopped':
        return note
      case 'cooldown':
        return this.#cooldown(note)
      case 'trouble':
        return { kind, code: note.code ?? null, message: this.#shown(note.message) }
      case 'crash':
        return {
          kind,
          message: this.#shown(note.message),
          stack: printableLines(redact(note.stack.slice(0, MOST_STACK), [])),
        }
    }
  }

  #cooldown({ kind, account, subject, model, until, reason, evidence }: Cooldown): object {
    return {
      kind,
      ...this.#who(account),
      // An account is shown by its name; its id means nothing to people.
      rests: subject === account.id ? 'account' : this.#shown(subject),
      model: this.#shown(model),
      until,
      reason,
      evidence: this.#shown(evidence),
    }
  }

  #who({ user, provider, name }: AttemptRecord['account']): object {
    return { user, provider, account: this.#shown(name) }
  }

  #shown(text: string | null): string | null {
    return text === null ? null : this.#masked.of(text)
  }

  #take(): string {
    const lines = this.#lines
    this.#lines = ''
    return lines
  }
}
