// The record of runs: one file a day with a line for each change of a run, and the kept output of recent runs.

import {
  appendFileSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { formatDay } from '../../base/iso-time.ts'
import { readErrno } from '../../base/errno.ts'
import type { RunRecord } from '../../schedule/run-record.ts'
import type { Home } from '../home.ts'

export type { RunRecord, RunStatus } from '../../schedule/run-record.ts'

const KEPT_DAYS = 35
const KEPT_OUTPUTS = 20
const LONGEST_LINE = 64 << 10

/** A file has the records of this machine, or copies of those of the others from a shared store. */
type Part = 'runs' | 'others'

export class RunRecords {
  readonly #folder: string
  readonly #onWrite: (record: RunRecord) => void

  /** `onWrite` receives each record of this machine. */
  constructor(home: Home, onWrite: (record: RunRecord) => void = () => undefined) {
    this.#folder = join(home.dataFolder, 'jobs')
    this.#onWrite = onWrite
  }

  /** Adds a change of a run. A later line of the same run replaces an earlier one. */
  write(record: RunRecord): void {
    this.#append('runs', record)
    this.#onWrite(record)
  }

  /** Adds copies of what other machines recorded. */
  keepOthers(records: readonly RunRecord[]): void {
    mkdirSync(this.#folder, { recursive: true, mode: 0o700 })
    for (const record of records) this.#append('others', record)
  }

  #append(part: Part, record: RunRecord): void {
    mkdirSync(this.#folder, { recursive: true, mode: 0o700 })
    const file = this.#dayFile(record.claimedAt.slice(0, 10), part)
    appendFileSync(file, `${JSON.stringify(record)}\n`, { mode: 0o600 })
  }

  /** Runs that fit, the newest first, at most `limit`. */
  read({ limit, fits }: { limit: number; fits: (record: RunRecord) => boolean }): RunRecord[] {
    const found: RunRecord[] = []
    for (const day of this.#days().reverse()) {
      const runs = new Map<string, RunRecord>()
      const lines = [...readLines(this.#dayFile(day)), ...readLines(this.#dayFile(day, 'others'))]
      // An end stays an end, in whichever order the records of several machines arrive.
      for (const record of lines) {
        const known = runs.get(record.id)
        const hasEnded = known !== undefined && known.status !== 'running'
        if (!hasEnded || record.status !== 'running') runs.set(record.id, record)
      }
      for (const record of [...runs.values()].reverse()) if (fits(record)) found.push(record)
      if (found.length >= limit) break
    }
    return found.sort((one, other) => other.claimedAt.localeCompare(one.claimedAt)).slice(0, limit)
  }

  /** The files of this machine's record with their sizes in bytes, the oldest day first. */
  sizes(): Map<string, number> {
    const paths = this.#days().map((day) => this.#dayFile(day))
    return new Map(paths.map((path) => [path, statSync(path, { throwIfNoEntry: false })?.size ?? 0]))
  }

  /** Keeps the output of a run, and of the runs of its job and account just before it. */
  keepOutput({ job, account, id }: Pick<RunRecord, 'job' | 'account' | 'id'>, text: string): void {
    const folder = this.#outputFolder(job, account)
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    writeFileSync(join(folder, `${fileName(id)}.txt`), text, { mode: 0o600 })
    const files = namesIn(folder).map((name) => ({ name, at: changedAt(join(folder, name)) }))
    const old = files.sort((one, other) => other.at - one.at).slice(KEPT_OUTPUTS)
    for (const { name } of old) rmSync(join(folder, name), { force: true })
  }

  /** The kept output of a run; null: it printed nothing, or the output is no longer kept. */
  readOutput({ job, account, id }: Pick<RunRecord, 'job' | 'account' | 'id'>): string | null {
    try {
      return readFileSync(join(this.#outputFolder(job, account), `${fileName(id)}.txt`), 'utf8')
    } catch (error) {
      if (readErrno(error) === 'ENOENT') return null
      throw error
    }
  }

  /** Removes the records of days that are no longer kept. `now` in epoch milliseconds. */
  removeOld(now: number): void {
    const oldest = formatDay(now - KEPT_DAYS * 86_400_000)
    for (const day of this.#days())
      for (const part of ['runs', 'others'] as const)
        if (day < oldest) rmSync(this.#dayFile(day, part), { force: true })
  }

  /** Removes the kept output of a job. */
  removeOutputs(job: string): void {
    rmSync(join(this.#folder, 'output', fileName(job)), { recursive: true, force: true })
  }

  #days(): string[] {
    const days = namesIn(this.#folder)
      .map((name) => /^(?:runs|others)-(\d{4}-\d\d-\d\d)\.ndjson$/.exec(name)?.[1])
      .filter((day) => day !== undefined)
    return [...new Set(days)].sort()
  }

  #dayFile(day: string, part: Part = 'runs'): string {
    return join(this.#folder, `${part}-${day}.ndjson`)
  }

  #outputFolder(job: string, account: string): string {
    return join(this.#folder, 'output', fileName(job), fileName(account))
  }
}

function readLines(path: string): RunRecord[] {
  try {
    return parseRunLines(readFileSync(path, 'utf8'))
  } catch (error) {
    if (readErrno(error) === 'ENOENT') return [] // another process has just removed it
    throw error
  }
}

/** The records in the lines of a file. */
export function parseRunLines(text: string): RunRecord[] {
  const records: RunRecord[] = []
  for (const line of text.split('\n')) {
    if (line === '' || line.length > LONGEST_LINE) continue
    try {
      records.push(JSON.parse(line) as RunRecord)
    } catch {
      // torn by a crash: the run has another line, or counts as lost
    }
  }
  return records
}

function fileName(id: string): string {
  return id.replace(/[^A-Za-z0-9._-]/g, '_')
}

function changedAt(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch (error) {
    if (readErrno(error) === 'ENOENT') return []
    throw error
  }
}
