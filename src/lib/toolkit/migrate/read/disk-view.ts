import {
  closeSync,
  copyFileSync,
  existsSync,
  mkdtempSync,
  openSync,
  readFileSync,
  readSync,
  readdirSync,
  rmSync,
  statSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { decodeText } from './decode-text.ts'
import { DamagedFile } from './source.ts'
import type { FileView } from './source.ts'

/** No credentials file is larger; a larger file has another purpose. */
const MOST_BYTES = 16 * 1024 * 1024

/** The first bytes of every SQLite file (sqlite.org/fileformat.html, section 1.3.1, read 2026-11-30). */
const SQLITE_MARK = 'SQLite format 3\0'

/** The disk, read-only. */
export const diskView: FileView = {
  kind(path) {
    const stat = statSync(path, { throwIfNoEntry: false })
    if (stat?.isFile() === true) return 'file'
    return stat?.isDirectory() === true ? 'folder' : null
  },
  text(path) {
    try {
      if (statSync(path).size > MOST_BYTES)
        throw new DamagedFile(path, 'is too large to be a file of credentials')
      return decodeText(readFileSync(path))
    } catch (error) {
      throw error instanceof DamagedFile
        ? error
        : new DamagedFile(path, `cannot be read (${readCode(error)})`)
    }
  },
  isDatabase(path) {
    try {
      const file = openSync(path, 'r')
      try {
        const start = Buffer.alloc(SQLITE_MARK.length)
        return readSync(file, start) === start.length && start.toString('latin1') === SQLITE_MARK
      } finally {
        closeSync(file)
      }
    } catch {
      return false // reading its text reports the reason
    }
  },
  names(folder) {
    try {
      return readdirSync(folder).sort()
    } catch {
      return [] // missing, not a folder, or not readable
    }
  },
  rows(path, query, ...values) {
    // SQLite writes files beside a database even for reads, so a copy is read.
    const copy = mkdtempSync(join(tmpdir(), 'qwenctl-migrate-'))
    try {
      for (const ending of ['', '-wal']) {
        if (existsSync(path + ending)) copyFileSync(path + ending, join(copy, `copy.db${ending}`))
      }
      return queryRows(join(copy, 'copy.db'), query, values)
    } catch {
      throw new DamagedFile(path, 'cannot be read as the database it should be')
    } finally {
      rmSync(copy, { recursive: true, force: true })
    }
  },
}

function queryRows(path: string, query: string, values: string[]): Record<string, unknown>[] {
  const { DatabaseSync } = process.getBuiltinModule('node:sqlite')
  const database = new DatabaseSync(path)
  try {
    return database.prepare(query).all(...values)
  } finally {
    database.close()
  }
}

function readCode(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? 'unknown'
}
