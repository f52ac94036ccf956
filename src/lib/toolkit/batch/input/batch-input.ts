import { open } from 'node:fs/promises'
import type { FileHandle } from 'node:fs/promises'
import type { ClientDialect } from '../../../provider/provider.ts'
import { QwenctlError } from '../../../base/errors.ts'
import { unreadable } from '../../../store/documents/files/file-error.ts'
import type { BatchLine } from './batch-line.ts'
import { parseBatchLine } from './batch-line.ts'
import { CustomIds } from './custom-ids.ts'
import { LineFaults } from './line-faults.ts'
import { readLines } from './read-lines.ts'
import { RowPlaces } from './row-places.ts'

const LINE_FORM =
  'each line is a request: {"custom_id": "1", "method": "POST", "url": "/v1/chat/completions", "body": {"model": "…", "messages": […]}}'

/** Lines that ask for one model at one endpoint: the same accounts can serve them. */
export interface Lane {
  model: string
  path: string
  lines: number
  /** Bytes of the requests, for estimates. */
  bytes: number
  /** The sum of the answers' token limits that the lines state. */
  mostOutputTokens: number
  /** Lines that state no token limit. */
  unlimited: number
}

const MOST_LANES = 0xffff

/** A checked batch file. It remembers where each line begins, not the lines. */
export class BatchInput {
  readonly path: string
  /** Replaces the model of every line; null: the lines' own. */
  readonly model: string | null
  dialect: ClientDialect = 'openai'
  sha256 = ''
  bytes = 0
  readonly lanes: Lane[] = []
  places = new RowPlaces()
  #file: Promise<FileHandle> | null = null

  constructor(path: string, model: string | null) {
    this.path = path
    this.model = model
  }

  /** The input that an index describes. */
  static fromIndex(
    path: string,
    model: string | null,
    facts: Pick<BatchInput, 'dialect' | 'sha256' | 'bytes' | 'lanes' | 'places'>,
  ): BatchInput {
    const { lanes, ...others } = facts
    const input = Object.assign(new BatchInput(path, model), others)
    input.lanes.push(...lanes)
    return input
  }

  get count(): number {
    return this.places.count
  }

  findLane(row: number): number {
    return this.places.findLane(row)
  }

  add(offset: number, length: number, lane: number): void {
    this.places.add(offset, length, lane)
  }

  /** Reads a line again. Throws `failed` when the file has changed meanwhile. */
  async read(row: number): Promise<BatchLine> {
    const bytes = Buffer.alloc(this.places.findLength(row))
    try {
      this.#file ??= open(this.path, 'r')
      const file = await this.#file
      await file.read(bytes, 0, bytes.length, this.places.findOffset(row))
    } catch (error) {
      throw unreadable(this.path, error)
    }
    const line = parseBatchLine(bytes.toString('utf8'), this.model)
    if (typeof line === 'string') throw changedInput(this.path)
    return line
  }

  async close(): Promise<void> {
    const file = await this.#file?.catch(() => null)
    this.#file = null
    await file?.close()
  }
}

export function changedInput(path: string): QwenctlError {
  return new QwenctlError('failed', `${path} has changed since its batch began`, {
    hint: `restore the file, or copy it to another name: qwenctl batch run COPY.jsonl`,
  })
}

/**
 * Reads and checks the whole file. Throws `invalid_value` with every fault it lists, `store_unwritable` for a file
 * that cannot be read.
 */
export async function checkBatchInput(path: string, model: string | null): Promise<BatchInput> {
  const input = new BatchInput(path, model)
  const check = new InputCheck(input, model)
  const { bytes, sha256 } = await readLines(path, (line, offset) => check.take(line, offset))
  input.bytes = bytes
  input.sha256 = sha256
  await check.confirmRepeated()
  check.finish()
  return input
}

class InputCheck {
  readonly #input: BatchInput
  readonly #model: string | null
  readonly #faults = new LineFaults()
  readonly #ids = new CustomIds()
  readonly #lanes = new Map<string, number>()
  #line = 0
  #dialect: ClientDialect | null = null

  constructor(input: BatchInput, model: string | null) {
    this.#input = input
    this.#model = model
  }

  take(bytes: Buffer | null, offset: number): void {
    this.#line += 1
    if (bytes === null) return this.#report('the line is longer than 32 MB')
    const text = (
      offset === 0 ? bytes.toString('utf8').replace(/^\ufeff/, '') : bytes.toString('utf8')
    ).trim()
    if (text === '') return
    const line = parseBatchLine(text, this.#model)
    if (typeof line === 'string') return this.#report(line)
    this.#dialect ??= line.dialect
    if (line.dialect !== this.#dialect) return this.#report('another format than the lines before')
    this.#ids.add(line.customId)
    const lane = this.#laneFor(line, bytes.length)
    if (lane === null) return this.#report('more than 65,535 different models')
    const mark = offset === 0 && text.length < bytes.length ? bytes.indexOf(123) : 0 // after a byte order mark
    this.#input.add(offset + mark, bytes.length - mark, lane)
  }

  #report(problem: string): void {
    this.#faults.add(this.#line, problem)
  }

  #laneFor({ model, path, body }: BatchLine, bytes: number): number | null {
    const key = `${path} ${model}`
    let at = this.#lanes.get(key)
    if (at === undefined) {
      if (this.#lanes.size >= MOST_LANES) return null
      at = this.#lanes.size
      this.#lanes.set(key, at)
      this.#input.lanes.push({ model, path, lines: 0, bytes: 0, mostOutputTokens: 0, unlimited: 0 })
    }
    const lane = this.#input.lanes[at]!
    lane.lines += 1
    lane.bytes += bytes
    const most = body['max_completion_tokens'] ?? body['max_output_tokens'] ?? body['max_tokens']
    if (typeof most === 'number' && most > 0) lane.mostOutputTokens += most
    else if (path !== '/v1/embeddings') lane.unlimited += 1
    return at
  }

  /** A second pass distinguishes repeated ids from different ids with the same hash. */
  async confirmRepeated(): Promise<void> {
    const { suspects } = this.#ids
    this.#ids.free()
    if (suspects.size === 0) return
    const firstLine = new Map<string, number>()
    this.#line = 0
    await readLines(this.#input.path, (bytes) => {
      this.#line += 1
      const line = bytes === null ? '' : parseBatchLine(bytes.toString('utf8').trim(), this.#model)
      if (typeof line === 'string' || !suspects.has(line.customId)) return
      const first = firstLine.get(line.customId)
      if (first === undefined) firstLine.set(line.customId, this.#line)
      else this.#report(`custom_id "${line.customId.slice(0, 80)}" is also in line ${first}`)
    })
  }

  finish(): void {
    const { path, count } = this.#input
    this.#input.dialect = this.#dialect ?? 'openai'
    const { count: faults, problems } = this.#faults
    if (faults === 0 && count > 0) return
    if (faults === 0)
      throw new QwenctlError('invalid_value', `${path} has no lines`, {
        hint: LINE_FORM,
      })
    const lines = faults === 1 ? 'an invalid line' : `${faults} invalid lines`
    throw new QwenctlError('invalid_value', `${path} has ${lines}: ${this.#faults.describe()}`, {
      hint: `nothing was sent; ${LINE_FORM}`,
      details: { faults, problems },
    })
  }
}
