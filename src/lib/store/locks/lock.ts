// A lock between the processes of one machine, without a server: a file that only one process can create. The file
// names its owner. A lock of a dead owner is taken over at once; a lock of a slow or stopped owner is left alone.

import {
  closeSync,
  fstatSync,
  linkSync,
  openSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { QwenctlError } from '../../base/errors.ts'
import { readErrno } from '../../base/errno.ts'
import { unreadable, unwritable } from '../documents/files/file-error.ts'
import { ensureFolder } from '../home.ts'
import { linkTarget } from '../documents/files/link-target.ts'
import { liveness, thisProcess } from './lock-owner.ts'
import type { LockOwner } from './lock-owner.ts'

export interface LockOptions {
  /**
   * How long one holder may block this call. The limit restarts with each new holder, so a moving queue is no
   * failure. Default 10 s.
   */
  timeoutMs?: number
  /** False: avoid hard links, as on a file system without them. */
  hardLinks?: boolean
}

/**
 * The content of a lock file. The owner is null if the file is damaged, or (without hard links) while it is being
 * written.
 */
interface Holder {
  token: string
  owner: LockOwner | null
  ageMs: number
}

const TIMEOUT_MS = 10_000
/** A lock without a readable owner counts as abandoned after this time: its creator died before writing. */
const UNWRITTEN_MS = 10_000
/** Locks last milliseconds; an owner in another container or machine gets this long. */
const ELSEWHERE_MS = 60_000

/**
 * Runs the action while no other call, in this process or another, runs one under the same file. The lock file is
 * `<file>.lock`, beside the target of a symbolic link. Not reentrant. Throws `store_locked` naming the holder,
 * `store_unwritable` when the lock cannot be created.
 */
export async function withLock<R>(
  file: string,
  action: () => Promise<R> | R,
  options: LockOptions = {},
): Promise<R> {
  const lockFile = `${linkTarget(file)}.lock`
  const owner = await acquire(lockFile, options)
  try {
    return await action()
  } finally {
    if (look(lockFile)?.token === owner.token) rmSync(lockFile, { force: true })
  }
}

async function acquire(lockFile: string, options: LockOptions): Promise<LockOwner> {
  const { timeoutMs = TIMEOUT_MS, hardLinks = true } = options
  const owner = thisProcess()
  const begin = performance.now()
  let waitingFor = ''
  let since = 0
  for (;;) {
    const holder = look(lockFile)
    if (holder === null) {
      if (place(lockFile, owner, hardLinks)) return owner
      continue
    }
    if (isGone(holder) && removeDead(lockFile, holder, { owner, hardLinks })) continue
    if (holder.token !== waitingFor) {
      waitingFor = holder.token
      since = performance.now()
    }
    if (performance.now() - since >= timeoutMs) throw lockedBy(lockFile, holder)
    await delay(backOffMs(performance.now() - begin))
  }
}

/**
 * Random, so that waiting processes do not check in step. The delay grows, so that a long queue leaves room to
 * work.
 */
function backOffMs(waitedMs: number): number {
  return 1 + Math.random() * Math.min(50, 5 + waitedMs / 20)
}

function lockedBy(lockFile: string, holder: Holder): QwenctlError {
  const pid = holder.owner?.pid ?? null
  const who = holder.owner === null ? 'a process' : `process ${holder.owner.pid} on ${holder.owner.host}`
  return new QwenctlError('store_locked', `${lockFile.slice(0, -'.lock'.length)} is locked by ${who}`, {
    hint: `try again; if it persists, end that process, or remove ${lockFile} if it is not qwenctl`,
    details: { pid, lockFile },
  })
}

/** Null: the lock is free. */
function look(path: string): Holder | null {
  let text: string
  let stat
  try {
    const descriptor = openSync(path, 'r')
    try {
      stat = fstatSync(descriptor)
      text = readFileSync(descriptor, 'utf8')
    } finally {
      closeSync(descriptor)
    }
  } catch (error) {
    if (readErrno(error) === 'ENOENT') return null
    throw unreadable(path, error)
  }
  const owner = parseOwner(text)
  const token = owner?.token ?? `unwritten-${stat.ino}-${Math.trunc(stat.mtimeMs)}`
  return { token, owner, ageMs: Date.now() - stat.mtimeMs }
}

function parseOwner(text: string): LockOwner | null {
  try {
    const parsed = JSON.parse(text) as LockOwner
    // The token becomes part of a file name.
    return Number.isSafeInteger(parsed.pid) && /^[\w-]{1,64}$/.test(parsed.token) ? parsed : null
  } catch {
    return null // still being written, or damaged
  }
}

function isGone(holder: Holder): boolean {
  if (holder.owner === null) return holder.ageMs > UNWRITTEN_MS
  const state = liveness(holder.owner)
  return state === 'dead' || (state === 'elsewhere' && holder.ageMs > ELSEWHERE_MS)
}

/** Creates the file with its owner in one step, unless it exists. */
function place(path: string, owner: LockOwner, hardLinks: boolean): boolean {
  const text = JSON.stringify(owner)
  try {
    if (hardLinks) {
      const linked = placeByLink(path, owner.token, text)
      if (linked !== 'no hard links') return linked === 'placed'
    }
    return placeByCreation(path, text)
  } catch (error) {
    if (readErrno(error) !== 'ENOENT') throw unwritable(path, error)
    ensureFolder(dirname(path))
    return false
  }
}

function placeByLink(path: string, token: string, text: string): 'placed' | 'taken' | 'no hard links' {
  const draft = `${path}.${token}.tmp`
  try {
    writeFileSync(draft, text, { flag: 'wx', mode: 0o600 })
    linkSync(draft, path)
    return 'placed'
  } catch (error) {
    const errno = readErrno(error) ?? ''
    if (errno === 'EEXIST') return 'taken'
    const isLink = error instanceof Error && (error as NodeJS.ErrnoException).syscall === 'link'
    const cannotLink = ['EPERM', 'EACCES', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK', 'EXDEV'].includes(
      errno,
    )
    if (isLink && cannotLink) return 'no hard links'
    throw error
  } finally {
    rmSync(draft, { force: true })
  }
}

function placeByCreation(path: string, text: string): boolean {
  let descriptor: number
  try {
    descriptor = openSync(path, 'wx', 0o600)
  } catch (error) {
    if (readErrno(error) === 'EEXIST') return false
    throw error
  }
  try {
    writeFileSync(descriptor, text)
    return true
  } catch (error) {
    rmSync(path, { force: true })
    throw error
  } finally {
    closeSync(descriptor)
  }
}

/**
 * Removes the lock of a dead holder; false while a live process is removing it. Two processes may find the same
 * dead lock, and the slower must not remove the new lock of the faster. The right to remove is therefore a file
 * too, named after the dead holder's token. While that file exists, no other process may remove the lock. Tokens
 * never return, so the file does not affect a later lock. If its owner dies too, the right passes on in the same
 * way.
 */
function removeDead(lockFile: string, dead: Holder, me: { owner: LockOwner; hardLinks: boolean }): boolean {
  const claims: string[] = []
  for (let late = dead; ;) {
    const claim = `${lockFile}.steal-${late.token}`
    claims.push(claim)
    if (place(claim, me.owner, me.hardLinks)) break
    const remover = look(claim)
    if (remover === null || !isGone(remover)) return false
    late = remover
  }
  if (look(lockFile)?.token === dead.token) {
    if (dead.owner !== null) sweep(lockFile, dead.owner.pid)
    rmSync(lockFile, { force: true })
  }
  for (const claim of claims) rmSync(claim, { force: true })
  return true
}

/** A process that dies during a write leaves its temporary file behind. */
function sweep(lockFile: string, pid: number): void {
  const folder = dirname(lockFile)
  const prefix = `${basename(lockFile, '.lock')}.`
  for (const name of readdirSync(folder)) {
    if (name.startsWith(prefix) && new RegExp(`\\.${pid}-\\w+\\.tmp$`).test(name)) {
      rmSync(join(folder, name), { force: true })
    }
  }
}
