import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs'
import type { BigIntStats } from 'node:fs'

/** Windows lacks the flag, and has no pipes among its files. */
const NO_WAIT = (constants.O_NONBLOCK as number | undefined) ?? 0

/**
 * Reads a file of the home. Throws the system's error. A pipe or a device in its place is an error, because the read
 * would not end.
 */
export function readRegularFile(file: string): { text: string; stats: BigIntStats } {
  const descriptor = openSync(file, constants.O_RDONLY | NO_WAIT)
  try {
    const stats = fstatSync(descriptor, { bigint: true })
    if (!stats.isFile() && !stats.isDirectory())
      throw Object.assign(new Error(`${file} is a pipe or a device`), { code: 'ENODEV' })
    return { text: readFileSync(descriptor, 'utf8'), stats }
  } finally {
    closeSync(descriptor)
  }
}
