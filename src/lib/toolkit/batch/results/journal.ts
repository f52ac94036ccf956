// The journal of a batch, beside its input: an append-only text file. A line is claimed before it is sent, and done
// after its answer is on disk. After a crash, the result of a claimed line without an end is unknown.

import { createReadStream, existsSync } from 'node:fs'
import { QwenctlError } from '../../../base/errors.ts'
import { readErrno } from '../../../base/errno.ts'
import { unreadable } from '../../../store/documents/files/file-error.ts'
import { AppendFile } from './append-file.ts'
import type { AnswerFacts, RowStates } from './row-states.ts'

/** The first line of a journal. */
export interface JournalHeader {
  journal: 1
  id: string
  /** Hash of the input. */
  sha256: string
  lines: number
  /** Relative to the journal's folder, so that the folder can be moved. */
  output: string
  errors: string
  /** The model that replaces that of every line; null: the lines' own. */
  model: string | null
  createdAt: string
}

export type ResultFile = 'output' | 'errors'

/** The place of an answer in its file: it ends there, and has this length. */
export interface Place {
  row: number
  file: ResultFile
  end: number
  length: number
}

/** Receives the records of a journal in order. */
export interface JournalReader {
  onState(row: number, state: 'claimed' | 'open'): void
  onAnswer(place: Place, facts: AnswerFacts): void
  /** The file was written again with the rows in order, and has this size now. */
  onTidied(file: ResultFile, size: number): void
}

const NEWLINE = 10

/** Reads the header; null: there is no journal. Throws `store_corrupt`. */
export async function readHeader(path: string): Promise<JournalHeader | null> {
  if (!existsSync(path)) return null
  const first = await readFirstLine(path)
  if (first === '') return null // the process was killed before its first line was whole
  try {
    const header = JSON.parse(first) as JournalHeader
    if (header.journal === 1 && typeof header.id === 'string') return header
  } catch {
    // reported below
  }
  throw corrupt(path, 1)
}

/** Empty: the file has no whole line. A journal may be large, and only its first line is read. */
async function readFirstLine(path: string): Promise<string> {
  let text = ''
  try {
    for await (const chunk of createReadStream(path, { encoding: 'utf8' }) as AsyncIterable<string>) {
      text += chunk
      const end = text.indexOf('\n')
      if (end >= 0) return text.slice(0, end)
    }
  } catch (error) {
    if (readErrno(error) !== 'ENOENT') throw unreadable(path, error)
  }
  return ''
}

function corrupt(path: string, line: number): QwenctlError {
  return new QwenctlError('store_corrupt', `line ${line} of the journal ${path} is damaged`, {
    hint: `restore the file; or move it away together with the output, and the batch begins again`,
  })
}

/** Reads the whole records of a journal. Returns the size up to the last whole one. */
export async function replayJournal(path: string, reader: JournalReader, rows: number): Promise<number> {
  let line = 1
  return readJournal(path, (text) => {
    line += 1
    if (!replay(text, reader, rows)) throw corrupt(path, line)
  })
}

/** Returns false for a damaged record. */
function replay(text: string, reader: JournalReader, rows: number): boolean {
  const [kind = '', ...fields] = text.split(' ')
  if (kind === 'tidied') return replayTidied(fields, reader)
  const row = Number(fields[0])
  if (!Number.isInteger(row) || row < 0 || row >= rows) return false
  if (kind === 'done') return replayAnswer(row, 'output', fields, reader)
  if (kind === 'failed') return replayAnswer(row, 'errors', fields, reader)
  if (kind !== 'claimed' && kind !== 'released') return false
  reader.onState(row, kind === 'claimed' ? 'claimed' : 'open')
  return true
}

function replayTidied([file, size]: string[], reader: JournalReader): boolean {
  if (file !== 'output' && file !== 'errors') return false
  reader.onTidied(file, Number(size))
  return true
}

function replayAnswer(row: number, file: ResultFile, fields: string[], reader: JournalReader): boolean {
  const [, end, length, account = '-', input = '-', output = '-', cost = '-'] = fields
  const place = { row, file, end: Number(end), length: Number(length) }
  if (!Number.isInteger(place.end) || !Number.isInteger(place.length)) return false
  const [inputTokens, outputTokens, costUsd] = [toNumber(input), toNumber(output), toNumber(cost)]
  reader.onAnswer(place, { account: account === '-' ? null : account, inputTokens, outputTokens, costUsd })
  return true
}

function toNumber(text: string): number | null {
  return text === '-' ? null : Number(text)
}

/** Reads the lines after the header. Returns the size up to the last whole one. */
async function readJournal(path: string, onRecord: (text: string) => void): Promise<number> {
  let rest: Buffer = Buffer.alloc(0)
  let whole = 0
  let isFirst = true
  try {
    for await (const chunk of createReadStream(path, { highWaterMark: 256 << 10 }) as AsyncIterable<Buffer>) {
      const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk])
      const end = bytes.lastIndexOf(NEWLINE) + 1
      rest = bytes.subarray(end)
      whole += end
      if (end === 0) continue
      for (const text of bytes.toString('utf8', 0, end - 1).split('\n')) {
        if (!isFirst) onRecord(text)
        isFirst = false
      }
    }
  } catch (error) {
    if (readErrno(error) === 'ENOENT') return 0
    throw unreadable(path, error)
  }
  return whole
}

/** Writes the records of a run. Every method resolves once the disk has the record. */
export class Journal {
  readonly #file: AppendFile

  constructor(file: AppendFile) {
    this.#file = file
  }

  static async create(path: string, header: JournalHeader): Promise<Journal> {
    const file = await AppendFile.open(path)
    await file.cutTo(0) // an unfinished first line
    await file.append(Buffer.from(`${JSON.stringify(header)}\n`))
    return new Journal(file)
  }

  /** `size`: up to the last whole record. */
  static async reopen(path: string, size: number): Promise<Journal> {
    const file = await AppendFile.open(path)
    await file.cutTo(size)
    return new Journal(file)
  }

  claimed(row: number): Promise<unknown> {
    return this.#write(`claimed ${row}`)
  }

  released(row: number): Promise<unknown> {
    return this.#write(`released ${row}`)
  }

  answered({ row, file, end, length }: Place, facts: AnswerFacts): Promise<unknown> {
    const { account, inputTokens, outputTokens, costUsd } = facts
    const fields = [account, inputTokens, outputTokens, costUsd].map((field) => field ?? '-')
    return this.#write([file === 'output' ? 'done' : 'failed', row, end, length, ...fields].join(' '))
  }

  tidied(file: ResultFile, size: number): Promise<unknown> {
    return this.#write(`tidied ${file} ${size}`)
  }

  close(): Promise<void> {
    return this.#file.close()
  }

  #write(record: string): Promise<number> {
    return this.#file.append(Buffer.from(`${record}\n`))
  }
}

/** Applies records to the states of the rows, and finds where the results end. */
export class StateReader implements JournalReader {
  readonly #states: RowStates
  /** The end of the last recorded result in each file. */
  readonly ends: Record<ResultFile, number> = { output: 0, errors: 0 }
  /** How often each file was written again. */
  readonly tidied: Record<ResultFile, number> = { output: 0, errors: 0 }

  constructor(states: RowStates) {
    this.#states = states
  }

  onState(row: number, state: 'claimed' | 'open'): void {
    this.#states.set(row, state)
  }

  onAnswer({ row, file, end }: Place, facts: AnswerFacts): void {
    this.#states.answer(row, file === 'output' ? 'done' : 'failed', facts)
    this.ends[file] = Math.max(this.ends[file], end)
  }

  onTidied(file: ResultFile, size: number): void {
    this.ends[file] = size
    this.tidied[file] += 1
  }
}
