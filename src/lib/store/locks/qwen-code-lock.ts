import { randomUUID } from 'node:crypto'
import {
  closeSync,
  linkSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { QwenctlError } from '../../base/errors.ts'
import { readErrno } from '../../base/errno.ts'
import { unwritable } from '../documents/files/file-error.ts'

/**
 * The values of qwen-code (`sharedTokenManager.ts`): both programs must agree on the form and the age of a stale
 * lock.
 */
const ATTEMPTS = 20
const FIRST_PAUSE_MS = 100
const GROWTH = 1.5
const LONGEST_PAUSE_MS = 2000
const STALE_MS = 10_000
/** A renewal may outlast the lock's fresh period: the holder touches the lock. */
const TOUCH_MS = 3000

/** Shorter in tests, which do not wait. */
export interface QwenCodeLockOptions {
  sleep?: (ms: number) => Promise<unknown>
}

/**
 * Runs the action while qwen-code leaves its credentials file alone, under qwen-code's own lock: `oauth_creds.lock`
 * beside the file. Throws `store_locked` when the lock stays taken, `store_unwritable` when it cannot be created.
 */
export async function withQwenCodeLock<R>(
  credentialsFile: string,
  action: () => Promise<R>,
  { sleep = delay }: QwenCodeLockOptions = {},
): Promise<R> {
  const lockFile = join(dirname(credentialsFile), 'oauth_creds.lock')
  const token = randomUUID()
  await acquire(lockFile, token, sleep)
  const touching = setInterval(() => touch(lockFile, token), TOUCH_MS)
  touching.unref()
  try {
    return await action()
  } finally {
    clearInterval(touching)
    if (readHolder(lockFile) === token) rmSync(lockFile, { force: true })
  }
}

async function acquire(
  lockFile: string,
  token: string,
  sleep: (ms: number) => Promise<unknown>,
): Promise<void> {
  let pause = FIRST_PAUSE_MS
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    if (create(lockFile, token)) return
    if (readAge(lockFile) > STALE_MS && removeStale(lockFile) && create(lockFile, token)) return
    await sleep(pause)
    pause = Math.min(pause * GROWTH, LONGEST_PAUSE_MS)
  }
  throw new QwenctlError(
    'store_locked',
    `${lockFile} is held by qwen-code, or another program that renews the login`,
    {
      hint: 'try again when it has ended',
    },
  )
}

function create(lockFile: string, token: string): boolean {
  let descriptor: number
  try {
    descriptor = openSync(lockFile, 'wx', 0o600)
  } catch (error) {
    if (readErrno(error) === 'EEXIST') return false
    throw unwritable(lockFile, error)
  }
  try {
    writeFileSync(descriptor, token)
  } finally {
    closeSync(descriptor)
  }
  return true
}

/**
 * Moves the lock away first, as qwen-code does. A lock that turns out to be fresh was created meanwhile, and is put
 * back.
 */
function removeStale(lockFile: string): boolean {
  const aside = `${lockFile}.stale.${randomUUID()}`
  try {
    renameSync(lockFile, aside)
  } catch {
    return false // another process was faster
  }
  const isStale = readAge(aside) > STALE_MS
  if (!isStale) putBack(aside, lockFile)
  rmSync(aside, { force: true })
  return isStale
}

function putBack(aside: string, lockFile: string): void {
  try {
    linkSync(aside, lockFile)
  } catch {
    // A third one has taken it in this instant; its holder notices when it looks for its own token.
  }
}

/** Milliseconds since the last touch; 0 when the file is missing. */
function readAge(file: string): number {
  try {
    return Date.now() - statSync(file).mtimeMs
  } catch {
    return 0
  }
}

function readHolder(lockFile: string): string | null {
  try {
    return readFileSync(lockFile, 'utf8')
  } catch {
    return null
  }
}

function touch(lockFile: string, token: string): void {
  if (readHolder(lockFile) !== token) return
  const now = new Date()
  try {
    utimesSync(lockFile, now, now)
  } catch {
    // Gone in this instant: the action ends soon, and there is nothing to keep fresh.
  }
}
