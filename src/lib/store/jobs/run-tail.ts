import { closeSync, openSync, readSync } from 'node:fs'
import type { RunRecord, RunRecords } from './run-records.ts'
import { parseRunLines } from './run-records.ts'

const NEWLINE = 10

/** Reads what every process of the machine adds to the record of runs, from the creation of the tail on. */
export class RunTail {
  readonly #files: Pick<RunRecords, 'sizes'>
  /** How far each file was read. */
  readonly #read: Map<string, number>

  constructor(files: Pick<RunRecords, 'sizes'>) {
    this.#files = files
    this.#read = files.sizes()
  }

  /** The whole lines that are new, in the order of the files. */
  readNew(): RunRecord[] {
    return [...this.#files.sizes()].flatMap(([path, size]) => {
      const from = this.#read.get(path) ?? 0
      if (size <= from) return []
      const bytes = readPart(path, from, size)
      const whole = bytes.lastIndexOf(NEWLINE) + 1 // the rest is still being written
      this.#read.set(path, from + whole)
      return parseRunLines(bytes.toString('utf8', 0, whole))
    })
  }
}

function readPart(path: string, from: number, to: number): Buffer {
  const file = openSync(path, 'r')
  try {
    const bytes = Buffer.alloc(to - from)
    return bytes.subarray(0, readSync(file, bytes, 0, bytes.length, from))
  } finally {
    closeSync(file)
  }
}
