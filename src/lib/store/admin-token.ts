import { randomBytes } from 'node:crypto'
import { dirname } from 'node:path'
import { QwenctlError } from '../base/errors.ts'
import { writeAtomically } from './documents/files/atomic-write.ts'
import { readStoreFile } from './documents/files/read-store-file.ts'
import { ensureFolder } from './home.ts'
import { withLock } from './locks/lock.ts'

/** The prefix of every admin token, so that scanners can find leaks. */
const PREFIX = 'qa_'
const TOKEN = /^qa_[A-Za-z0-9_-]{43}$/

/** Null: there is no token yet. Throws `store_corrupt`. */
export function readAdminToken(file: string): string | null {
  const text = readStoreFile(file)?.trim()
  if (text === undefined) return null
  if (TOKEN.test(text)) return text
  throw new QwenctlError('store_corrupt', `the file ${file} does not hold an admin token`, {
    hint: `remove ${file}; a new token is made when it is next needed`,
  })
}

/**
 * Creates the token file, 0600 and atomically. If another process was faster, returns the token of that process.
 */
export async function createAdminToken(file: string): Promise<string> {
  ensureFolder(dirname(file))
  return withLock(file, async () => {
    const existing = readAdminToken(file)
    if (existing !== null) return existing
    const token = PREFIX + randomBytes(32).toString('base64url')
    await writeAtomically(file, `${token}\n`)
    return token
  })
}
