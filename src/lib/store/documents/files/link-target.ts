import { readlinkSync, realpathSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { readErrno } from '../../../base/errno.ts'
import { unreadable } from './file-error.ts'

/**
 * The file that a path leads to through symbolic links, even if that file does not exist yet. Replacing a link by a
 * plain file would cut the store off from the chosen place. Also, two names of one file must share one lock.
 */
export function linkTarget(file: string): string {
  const path = resolve(file)
  try {
    return realpathSync(path)
  } catch (error) {
    if (readErrno(error) !== 'ENOENT') throw unreadable(file, error)
    return danglingTarget(path)
  }
}

/** Terminates: `realpath` has shown that the chain is no circle, but ends at a missing file. */
function danglingTarget(path: string): string {
  try {
    return danglingTarget(resolve(dirname(path), readlinkSync(path)))
  } catch (error) {
    const errno = readErrno(error)
    if (errno === 'ENOENT' || errno === 'EINVAL') return path
    throw unreadable(path, error)
  }
}
