import { constants, copyFileSync, statSync } from 'node:fs'
import { basename } from 'node:path'
import { readErrno } from '../../../base/errno.ts'

/**
 * Copies a damaged file to `<file>.corrupt-<time>`. Returns that name, or null when the copy failed. The time is
 * the file's last write, so the same damage gets only one copy.
 */
export function quarantine(file: string): string | null {
  try {
    const stamp = statSync(file).mtime.toISOString().replaceAll(/[-:.]/g, '')
    const copy = `${file}.corrupt-${stamp}`
    try {
      copyFileSync(file, copy, constants.COPYFILE_EXCL)
    } catch (error) {
      if (readErrno(error) !== 'EEXIST') throw error
    }
    return basename(copy)
  } catch {
    return null // a full or read-only disk; the damaged file itself is kept
  }
}
