import { existsSync, statSync } from 'node:fs'
import { dirname, relative } from 'node:path'
import { QwenctlError } from '../../../base/errors.ts'
import { AppendFile } from './append-file.ts'
import type { BatchInput } from '../input/batch-input.ts'
import { changedInput } from '../input/batch-input.ts'
import type { BatchPaths } from './batch-paths.ts'
import type { JournalHeader, ResultFile } from './journal.ts'
import { Journal, StateReader, replayJournal } from './journal.ts'
import { readLines } from '../input/read-lines.ts'
import { readResultId } from './result-line.ts'
import type { AnswerFacts } from './row-states.ts'
import { RowStates } from './row-states.ts'
import { finishTidying, tidyResults } from './tidy-results.ts'

export function makeHeader(
  id: string,
  input: BatchInput,
  paths: BatchPaths,
  model: string | null,
): JournalHeader {
  const folder = dirname(paths.journal)
  return {
    journal: 1,
    id,
    sha256: input.sha256,
    lines: input.count,
    output: relative(folder, paths.output),
    errors: relative(folder, paths.errors),
    model,
    createdAt: new Date().toISOString(),
  }
}

/** The journal and the result files of a running batch. Its lock is held meanwhile. */
export class BatchFiles {
  readonly paths: BatchPaths
  readonly states: RowStates
  readonly #journal: Journal
  #results: Record<ResultFile, AppendFile>

  private constructor(
    paths: BatchPaths,
    states: RowStates,
    journal: Journal,
    results: Record<ResultFile, AppendFile>,
  ) {
    this.paths = paths
    this.states = states
    this.#journal = journal
    this.#results = results
  }

  /** Begins a batch. Throws `failed` when a result file exists already. */
  static async create(paths: BatchPaths, input: BatchInput, header: JournalHeader): Promise<BatchFiles> {
    for (const path of [paths.output, paths.errors]) {
      if (!existsSync(path) || statSync(path).size === 0) continue
      throw new QwenctlError('failed', `${path} exists, and is not of this batch`, {
        hint: 'move it away, or name other files with --out and --errors',
      })
    }
    const results = await openResults(paths)
    const journal = await Journal.create(paths.journal, header)
    return new BatchFiles(paths, new RowStates(input.count), journal, results)
  }

  /**
   * Continues a batch. An answer that was written and not recorded, because the process was killed between the two,
   * is found and recorded. Throws `failed` when the input or a result file has changed.
   */
  static async resume(paths: BatchPaths, input: BatchInput, header: JournalHeader): Promise<BatchFiles> {
    if (header.sha256 !== input.sha256 || header.lines !== input.count) throw changedInput(paths.input)
    const states = new RowStates(input.count)
    const reader = new StateReader(states)
    const size = await replayJournal(paths.journal, reader, input.count)
    await finishTidying(paths, reader.tidied)
    const results = await openResults(paths)
    const journal = await Journal.reopen(paths.journal, size)
    const files = new BatchFiles(paths, states, journal, results)
    await files.#recover(input, reader.ends)
    for (let row = 0; row < input.count; row += 1)
      if (states.get(row) === 'claimed') states.set(row, 'unknown')
    return files
  }

  async claim(row: number): Promise<void> {
    const before = this.states.get(row)
    await this.#journal.claimed(row)
    if (this.states.get(row) === before) this.states.set(row, 'claimed')
  }

  async release(row: number): Promise<void> {
    await this.#journal.released(row)
    this.states.set(row, 'open')
  }

  /** Keeps an answer. Resolves once the disk has both the answer and its record. */
  async keep(row: number, file: ResultFile, line: Buffer, facts: AnswerFacts): Promise<void> {
    const end = await this.#results[file].append(line)
    await this.#journal.answered({ row, file, end, length: line.length }, facts)
    this.states.answer(row, file === 'output' ? 'done' : 'failed', facts)
  }

  /** Writes a result file again: the rows in order, and only the last result of each. */
  async tidy(file: ResultFile): Promise<void> {
    await this.#results[file].close()
    await tidyResults(this.paths, file, this.states.rows, this.#journal)
    this.#results[file] = await AppendFile.open(this.paths[file])
  }

  async close(): Promise<void> {
    await Promise.all([this.#journal.close(), this.#results.output.close(), this.#results.errors.close()])
  }

  async #recover(input: BatchInput, ends: Record<ResultFile, number>): Promise<void> {
    for (const file of ['output', 'errors'] as const) {
      const result = this.#results[file]
      if (result.size < ends[file]) throw lostAnswers(result.path)
      if (result.size > ends[file]) await this.#recordUnrecorded(input, file, ends[file])
    }
  }

  async #recordUnrecorded(input: BatchInput, file: ResultFile, from: number): Promise<void> {
    const claimed = new Map<string, number>()
    for (let row = 0; row < input.count; row += 1) {
      if (this.states.get(row) === 'claimed') claimed.set((await input.read(row)).customId, row)
    }
    const found: { row: number; end: number; length: number }[] = []
    let whole = from
    const path = this.paths[file]
    const onLine = (line: Buffer | null, offset: number) => {
      const end = offset + (line?.length ?? 0) + 1
      if (line === null || end > this.#results[file].size) return
      const row = claimed.get(readResultId(line.toString('utf8')) ?? '')
      if (row === undefined) throw foreignLine(path)
      found.push({ row, end, length: line.length + 1 })
      whole = end
    }
    const { bytes } = await readLines(path, onLine, from)
    if (bytes > whole) await this.#results[file].cutTo(whole)
    const facts = { account: null, inputTokens: null, outputTokens: null, costUsd: null }
    for (const place of found) {
      await this.#journal.answered({ ...place, file }, facts)
      this.states.answer(place.row, file === 'output' ? 'done' : 'failed', facts)
    }
  }
}

async function openResults({ output, errors }: BatchPaths): Promise<Record<ResultFile, AppendFile>> {
  return { output: await AppendFile.open(output), errors: await AppendFile.open(errors) }
}

function lostAnswers(path: string): QwenctlError {
  return new QwenctlError('failed', `${path} is shorter than the journal of its batch says`, {
    hint: 'restore the file; or move it and the journal away, and the batch begins again',
  })
}

function foreignLine(path: string): QwenctlError {
  return new QwenctlError('failed', `${path} has lines that are not of its batch`, {
    hint: 'remove them, and run the command again',
  })
}
