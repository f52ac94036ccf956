import { constants } from 'node:fs'
import { join } from 'node:path'
import type { Home } from '../../home.ts'
import type { LedgerDisk } from './ledger-disk.ts'

/** Clocks within this distance agree. */
const SAME_MS = 1000

interface Writers {
  /** The one that makes marks here. */
  writer: string
  isAlive: (writer: string) => boolean
}

/**
 * Marks each process that has the ledger open with an empty file. The name says which time the process follows: the
 * time of day when the machine's run began. A process removes its mark when it ends in order; a killed one leaves it.
 */
export class WriterMarks {
  readonly #folder: string
  readonly #disk: LedgerDisk
  readonly #writers: Writers
  /** The name of the own mark; null: there is none. */
  #own: string | null = null
  #began = Number.NaN
  #isEnded = false

  constructor(home: Home, disk: LedgerDisk, writers: Writers) {
    this.#folder = join(home.runFolder, 'ledger')
    this.#disk = disk
    this.#writers = writers
  }

  /**
   * Makes the mark of a process that follows this time, in epoch milliseconds; null: unknown. Tries again at the next
   * call if the disk refuses the file.
   */
  follow(began: number | null): void {
    if (began === null || Math.abs(began - this.#began) <= SAME_MS || this.#isEnded) return
    const name = `${this.#writers.writer}@${began}`
    try {
      this.#disk.makeFolder(this.#folder)
      const flags = constants.O_WRONLY | constants.O_CREAT
      this.#disk.close(this.#disk.open(join(this.#folder, name), flags))
    } catch {
      return // the events of this process fail too, and say so
    }
    if (this.#own !== null) this.#remove(this.#own)
    this.#own = name
    this.#began = began
  }

  /** Whether a process that runs, or was killed, follows another time. */
  isContradicted(began: number): boolean {
    return this.#list().some(
      (name) => Math.abs(Number(name.slice(name.lastIndexOf('@') + 1)) - began) > SAME_MS,
    )
  }

  /** Removes marks of killed processes: those of the own time, which the own mark replaces, or all. */
  removeDead({ isAll }: { isAll: boolean }): void {
    if (this.#own === null) return
    for (const name of this.#list()) {
      const at = name.lastIndexOf('@')
      const isSame = Math.abs(Number(name.slice(at + 1)) - this.#began) <= SAME_MS
      if (name === this.#own || !(isAll || isSame)) continue
      if (!this.#writers.isAlive(name.slice(0, at))) this.#remove(name)
    }
  }

  /** The process ends in order. */
  end(): void {
    this.#isEnded = true
    if (this.#own !== null) this.#remove(this.#own)
    this.#own = null
  }

  #list(): string[] {
    try {
      return this.#disk.list(this.#folder)
    } catch {
      return [] // no process ever had this ledger open
    }
  }

  #remove(name: string): void {
    try {
      this.#disk.remove(join(this.#folder, name))
    } catch {
      // A mark that stays only makes the ledger more careful.
    }
  }
}
