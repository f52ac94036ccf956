import { QwenctlError, isQwenctlError, readMessage } from './errors.ts'
import { findPackageRoot } from './package-root.ts'

/** An error as callers may see it. A fault of the program gets the message `fault`, without its details. */
export function convertToPublic(error: unknown, fault: string): QwenctlError {
  if (isQwenctlError(error)) return error
  return explainReplacedFiles(error) ?? new QwenctlError('internal', fault, { cause: readMessage(error) })
}

/**
 * The error for callers if a file of this program was missing at an import. The usual cause: another version was
 * installed over the files of the running process. Null for any other error. Node puts the URL of a missing file into
 * the error `ERR_MODULE_NOT_FOUND`, and none for a missing package: seen with Node 24, 2026-11-30.
 */
export function explainReplacedFiles(error: unknown): QwenctlError | null {
  if (!(error instanceof Error)) return null
  const { code, url } = error as NodeJS.ErrnoException & { url?: unknown }
  if (code !== 'ERR_MODULE_NOT_FOUND' || typeof url !== 'string') return null
  const folder = findPackageRoot()?.folder.href
  if (folder === undefined || !url.startsWith(folder)) return null
  return new QwenctlError('failed', 'the files of qwenctl have changed since this process started', {
    status: 503,
    hint: 'qwenctl proxy restart',
    cause: readMessage(error),
  })
}
