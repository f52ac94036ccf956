// Results are written as they arrive. At the end a file can be written again: the rows in the order of the input, and
// no errors of lines that were answered later. The new file replaces the old one, and a crash at any point is safe.

import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { open, rename, rm } from 'node:fs/promises'
import { finished } from 'node:stream/promises'
import { readErrno } from '../../../base/errno.ts'
import { unwritable } from '../../../store/documents/files/file-error.ts'
import type { BatchPaths } from './batch-paths.ts'
import type { Journal, ResultFile } from './journal.ts'
import { replayJournal } from './journal.ts'

/** The file of the rewrite with this number, from 0. */
const buildDraftPath = (path: string, number: number) => `${path}.ordered-${number}`

/**
 * Completes a rewrite that a crash interrupted. If the journal has it, the new file replaces the old one. Otherwise
 * the old file stays. `tidied`: the number of recorded rewrites.
 */
export async function finishTidying(paths: BatchPaths, tidied: Record<ResultFile, number>): Promise<void> {
  for (const file of ['output', 'errors'] as const) {
    const path = paths[file]
    await rm(buildDraftPath(path, tidied[file]), { force: true })
    if (tidied[file] === 0) continue
    await rename(buildDraftPath(path, tidied[file] - 1), path).catch((error: unknown) => {
      if (readErrno(error) !== 'ENOENT') throw unwritable(path, error) // else it was replaced before the crash
    })
  }
}

/** The result file must be closed meanwhile. Throws `store_unwritable`; the old file then stays. */
export async function tidyResults(
  paths: BatchPaths,
  file: ResultFile,
  rows: number,
  journal: Journal,
): Promise<void> {
  const path = paths[file]
  const places = await readPlaces(paths.journal, file, rows)
  const draft = buildDraftPath(path, places.tidied)
  try {
    const size = await writeInOrder(path, draft, places)
    await journal.tidied(file, size)
    await rename(draft, path)
  } catch (error) {
    throw unwritable(path, error) // the next run removes the draft, or uses it if it was recorded
  }
}

interface Places {
  starts: Float64Array
  /** 0: the row has no result in this file. */
  lengths: Uint32Array
  /** The number of rewrites so far. */
  tidied: number
}

/** Finds the result of each row, if its last record is a result in this file. */
async function readPlaces(journal: string, file: ResultFile, rows: number): Promise<Places> {
  const places: Places = { starts: new Float64Array(rows), lengths: new Uint32Array(rows), tidied: 0 }
  const { starts, lengths } = places
  await replayJournal(
    journal,
    {
      onState: (row) => void (lengths[row] = 0),
      onAnswer: ({ row, file: other, end, length }) => {
        lengths[row] = other === file ? length : 0
        starts[row] = end - length
      },
      onTidied: (other) => {
        if (other !== file) return
        places.tidied += 1
        let at = 0
        for (let row = 0; row < rows; row += 1) {
          starts[row] = at
          at += lengths[row]!
        }
      },
    },
    rows,
  )
  return places
}

async function writeInOrder(path: string, draft: string, { starts, lengths }: Places): Promise<number> {
  const from = await open(path, 'r')
  const to = createWriteStream(draft, { mode: 0o600, flush: true })
  const ended = finished(to)
  ended.catch(() => undefined) // awaited below
  let size = 0
  try {
    for (let row = 0; row < starts.length; row += 1) {
      if (lengths[row] === 0) continue
      const line = Buffer.alloc(lengths[row]!)
      await from.read(line, 0, line.length, starts[row])
      size += line.length
      if (!to.write(line)) await Promise.race([once(to, 'drain'), ended])
    }
    to.end()
    await ended
  } finally {
    await from.close()
  }
  return size
}
