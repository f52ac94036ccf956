import { readErrno } from './errno.ts'
import { QwenctlError, readMessage } from './errors.ts'

/** The error for a file that the user has named and that cannot be read. `hint`: what to type instead. */
export function unreadableInput(path: string, error: unknown, hint: string): QwenctlError {
  const errno = readErrno(error)
  const message =
    errno === 'ENOENT'
      ? `there is no file ${path}`
      : `${path} cannot be read (${errno ?? readMessage(error)})`
  return new QwenctlError('invalid_value', message, { hint, cause: error })
}
