import { statSync } from 'node:fs'
import { dirname } from 'node:path'
import type { Account } from '../../account/account.ts'
import { QwenctlError, isQwenctlError } from '../../base/errors.ts'
import { RenewalMark } from '../../store/renewal-mark.ts'
import type { MarkedRenewal } from '../../store/renewal-mark.ts'

/** Longer tokens, the lock of the document, and the next line of the ledger. */
const SLACK_BYTES = 32 * 1024

/**
 * Proves that the document can be written again before a refresh token is used up: many servers take each one once. Throws
 * `store_unwritable` where there is no room; the tokens stay as they are.
 */
export function reserveRoom(
  { provider, name }: Account,
  wanted: { file: string; document: string; credential: string; isSpent: boolean },
): RenewalMark {
  const { file, document, credential, isSpent } = wanted
  const size = statSync(document, { throwIfNoEntry: false })?.size ?? 0
  try {
    return RenewalMark.reserve(file, { credential, isSpent, bytes: size + SLACK_BYTES })
  } catch (cause) {
    if (!isQwenctlError(cause)) throw cause
    const message = `the login of ${provider}/${name} was not renewed, since the new tokens could not be stored: ${cause.message}`
    throw new QwenctlError('store_unwritable', message, {
      hint: `free some space for ${dirname(document)}, then qwenctl auth refresh ${provider}/${name}`,
      cause,
    })
  }
}

/** The error for a used-up refresh token, while the document lacks the new one. */
export function usedUp(
  { provider, name }: Account,
  { pid, isAlive }: MarkedRenewal,
  document: string,
): QwenctlError {
  const login = `qwenctl auth refresh ${provider}/${name} --login`
  if (!isAlive) {
    return new QwenctlError(
      'needs_login',
      `the login of ${provider}/${name} has ended: process ${pid} renewed it, and ended before it could store the new tokens`,
      { hint: login },
    )
  }
  return new QwenctlError(
    'store_unwritable',
    `process ${pid} renewed the login of ${provider}/${name}, and could not store the new tokens yet`,
    { hint: `free some space for ${dirname(document)}; if that process has ended, ${login}` },
  )
}

/** True for an error that a later try may not meet. */
export function isPassing({ code }: QwenctlError): boolean {
  return code === 'upstream_unavailable' || code === 'store_unwritable'
}
