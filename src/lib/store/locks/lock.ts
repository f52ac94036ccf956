// One process at a time, on one machine, without a server: a file that only one can create. It names its owner, so a
// lock whose owner died is taken over at once, and one whose owner is merely slow or stopped is left alone.

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
import { errnoOf, unreadable, unwritable } from '../documents/file-error.ts'
import { ensureFolder } from '../home.ts'
import { linkTarget } from '../documents/link-target.ts'
import { liveness, thisProcess } from './lock-owner.ts'
import type { LockOwner } from './lock-owner.ts'

export interface LockOptions {
  /** How long one and the same holder may keep us waiting; a queue that moves is waited for. Default 10 s. */
  timeoutMs?: number
  /** False: do without hard links, as on a file system that has none. */
  hardLinks?: boolean
}

/** What a lock file says. The owner is null while (without hard links) it is being written, or if it is damaged. */
interface Holder {
  token: string
  owner: LockOwner | null
  ageMs: number
}

const TIMEOUT_MS = 10_000
/** A lock without a readable owner is one that died between creating and writing it, once it is this old. */
const UNWRITTEN_MS = 10_000
/** We hold locks for milliseconds; an owner whom we cannot see is given this long. */
const ELSEWHERE_MS = 60_000

/**
 * Runs the action while no other process (nor another call in this one) runs one under the same file. The lock file is
 * `<file>.lock`, beside the file that a symbolic link ends at. Not reentrant. Throws `store_locked` naming the holder,
 * `store_unwritable` where no lock can be made.
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

/** By chance, so that those who wait do not look in step; longer after a while, so that a long queue leaves room to work. */
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

/** Null: nobody holds it. */
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
    if (errnoOf(error) === 'ENOENT') return null
    throw unreadable(path, error)
  }
  const owner = parseOwner(text)
  const token = owner?.token ?? `unwritten-${stat.ino}-${Math.trunc(stat.mtimeMs)}`
  return { token, owner, ageMs: Date.now() - stat.mtimeMs }
}

function parseOwner(text: string): LockOwner | null {
  try {
    const parsed = JSON.parse(text) as LockOwner
    // The token becomes part of a file's name.
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

/** Creates the file with the owner in it, in one step, unless it exists. */
function place(path: string, owner: LockOwner, hardLinks: boolean): boolean {
  const text = JSON.stringify(owner)
  try {
    if (hardLinks) {
      const linked = placeByLink(path, owner.token, text)
      if (linked !== 'no hard links') return linked === 'placed'
    }
    return placeByCreation(path, text)
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT') throw unwritable(path, error)
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
    const errno = errnoOf(error) ?? ''
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
    if (errnoOf(error) === 'EEXIST') return false
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
 * Removes the lock of a dead holder; false while somebody alive is at it. Two may find the same dead lock, and the
 * slower must not remove the lock that the faster then took. So the right to remove is itself a file that only one can
 * create, and it is named after the dead holder's token: while it stands nobody else may remove that lock, and since
 * tokens never return it says nothing about a later one. If its owner dies too, the right passes on in the same way.
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

/** A process that dies while it writes leaves its temporary file behind. */
function sweep(lockFile: string, pid: number): void {
  const folder = dirname(lockFile)
  const prefix = `${basename(lockFile, '.lock')}.`
  for (const name of readdirSync(folder)) {
    if (name.startsWith(prefix) && new RegExp(`\\.${pid}-\\w+\\.tmp$`).test(name)) {
      rmSync(join(folder, name), { force: true })
    }
  }
}
