import { QwenctlError } from '../../base/errors.ts'

export function unwritable(path: string, cause: unknown): QwenctlError {
  const code = (cause as NodeJS.ErrnoException | undefined)?.code ?? 'unknown'
  return new QwenctlError('store_unwritable', `the ledger ${path} cannot be written (${code})`, { cause })
}

export function unreadable(path: string, cause: unknown): QwenctlError {
  if (cause instanceof QwenctlError) return cause
  const code = (cause as NodeJS.ErrnoException | undefined)?.code ?? String(cause)
  return new QwenctlError('store_corrupt', `the ledger ${path} cannot be read (${code})`, { cause })
}
