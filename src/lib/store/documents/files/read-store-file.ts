import { readErrno } from '../../../base/errno.ts'
import { unreadable } from './file-error.ts'
import { readRegularFile } from './regular-file.ts'

/** The text of a file of the home; null: there is no such file. Throws `store_unwritable` if it cannot be read. */
export function readStoreFile(file: string): string | null {
  try {
    return readRegularFile(file).text
  } catch (error) {
    if (readErrno(error) === 'ENOENT') return null
    throw unreadable(file, error)
  }
}
