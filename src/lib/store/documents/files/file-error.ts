import { dirname } from 'node:path'
import { readErrno } from '../../../base/errno.ts'
import { QwenctlError, readMessage } from '../../../base/errors.ts'

const reasons: Record<string, string> = {
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EROFS: 'the file system is read-only',
  ENOSPC: 'no space left on the disk',
  EDQUOT: 'the disk quota is used up',
  EFBIG: 'files may not grow that large here',
  ENOTDIR: 'a part of the path is not a folder',
  EEXIST: 'a file is in its place',
  EISDIR: 'it is a folder',
  ENODEV: 'it is a pipe or a device',
  ELOOP: 'its links go round in a circle',
  ENAMETOOLONG: 'the path is too long',
  EMFILE: 'too many files are open',
  ENFILE: 'too many files are open',
  EIO: 'the disk reports an error',
}
const needsRoom = new Set(['ENOSPC', 'EDQUOT', 'EFBIG'])

/** Describes an error in words, with its code for a search. */
export function describeError(error: unknown): string {
  const errno = readErrno(error)
  const reason = errno === undefined ? undefined : reasons[errno]
  return reason === undefined ? readMessage(error) : `${reason} (${errno})`
}

/** `store_unwritable` for a failed write; an error that is not the system's passes unchanged. */
export function unwritable(file: string, error: unknown): unknown {
  return fileError('write', file, error)
}

/** `store_unwritable` for a failed read: an unreadable file must not be overwritten. */
export function unreadable(file: string, error: unknown): unknown {
  return fileError('read', file, error)
}

function fileError(verb: 'read' | 'write', file: string, error: unknown): unknown {
  const errno = readErrno(error)
  if (errno === undefined) return error
  const hint = needsRoom.has(errno)
    ? `free some space for ${dirname(file)}`
    : `check that ${file} is a file that you may read and write, or set QWENCTL_HOME to another folder`
  return new QwenctlError('store_unwritable', `cannot ${verb} ${file}: ${describeError(error)}`, {
    hint,
    cause: error,
  })
}
