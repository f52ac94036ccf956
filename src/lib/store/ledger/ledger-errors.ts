import { readErrno } from '../../base/errno.ts'
import { QwenctlError } from '../../base/errors.ts'
import { describeError } from '../documents/files/file-error.ts'

/** Errors of the system that only a write meets. */
const ofWrites = new Set(['EROFS', 'ENOSPC', 'EDQUOT', 'EFBIG'])

export function unwritable(path: string, cause: unknown): QwenctlError {
  return new QwenctlError('store_unwritable', `the ledger ${path} cannot be written: ${describe(cause)}`, {
    cause,
  })
}

/** Opening the ledger for counting also writes, so the cause decides what failed. */
export function unreadable(path: string, cause: unknown): QwenctlError {
  if (cause instanceof QwenctlError) return cause
  if (ofWrites.has(readErrno(cause) ?? '')) return unwritable(path, cause)
  return new QwenctlError('store_corrupt', `the ledger ${path} cannot be read: ${describe(cause)}`, { cause })
}

function describe(cause: unknown): string {
  return cause === undefined ? 'unknown' : describeError(cause)
}
