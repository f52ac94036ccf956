import { QwenctlError } from '../../base/errors.ts'

/** Builds the error of an answer that has no form in the client's format: the fault is the upstream's. */
export function unreadable(why: string): QwenctlError {
  return new QwenctlError('upstream_unavailable', `the upstream's answer cannot be translated: ${why}`)
}
