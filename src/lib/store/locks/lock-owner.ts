import { readFileSync, readlinkSync } from 'node:fs'
import { hostname } from 'node:os'
import { readErrno } from '../../base/errno.ts'

/** The holder of a lock, precise enough to distinguish that process from a later one with the same number. */
export interface LockOwner {
  /** Unique; never reused. */
  token: string
  pid: number
  /** Clock ticks since boot, on Linux; null on other systems. */
  startTime: string | null
  bootId: string | null
  /** Process numbers are valid only within one of these; containers have their own. */
  pidNamespace: string | null
  host: string
}

/** Describes the calling process as an owner; each call has its own token. */
export function thisProcess(): LockOwner {
  return { token: `${process.pid}-${Math.random().toString(36).slice(2, 14)}`, ...identity() }
}

/** Describes another process of this machine; null: it has ended, or the system does not show its start time. */
export function describeProcess(pid: number): Omit<LockOwner, 'token'> | null {
  const startTime = lookAt(pid)?.startTime ?? null
  return startTime === null ? null : { ...identity(), pid, startTime }
}

/** Whether a process with this number exists. */
export function processExists(pid: number): boolean {
  return lookAt(pid) !== null || isRunning(pid)
}

/**
 * Whether the owner is alive. `elsewhere`: in another container or on another machine that shares the folder, out
 * of view from here.
 */
export function liveness(owner: Omit<LockOwner, 'token'>): 'alive' | 'dead' | 'elsewhere' {
  const here = identity()
  if (owner.host !== here.host) return 'elsewhere'
  if (owner.bootId !== here.bootId) return 'dead'
  if (owner.pidNamespace !== here.pidNamespace) return 'elsewhere'
  const there = lookAt(owner.pid)
  if (there === null || owner.startTime === null) return isRunning(owner.pid) ? 'alive' : 'dead'
  // A zombie has ended too; only its parent has not collected it yet.
  const hasEnded = there.state === 'Z' || there.state === 'X'
  return hasEnded || there.startTime !== owner.startTime ? 'dead' : 'alive'
}

let cached: Omit<LockOwner, 'token'> | undefined

function identity(): Omit<LockOwner, 'token'> {
  cached ??= {
    pid: process.pid,
    startTime: lookAt(process.pid)?.startTime ?? null,
    bootId: linuxFact(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()),
    pidNamespace: linuxFact(() => readlinkSync('/proc/self/ns/pid')),
    host: hostname(),
  }
  return cached
}

/** Null when nothing is visible: the process has ended, or /proc hides other users' processes. */
function lookAt(pid: number): { state: string; startTime: string } | null {
  return linuxFact(() => {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // proc(5): the second field is the name in brackets and may hold any character, even spaces and brackets. The
    // state is the third field, the start time the 22nd.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return { state: fields[0] ?? '', startTime: fields[19] ?? '' }
  })
}

function linuxFact<F>(read: () => F): F | null {
  if (process.platform !== 'linux') return null
  try {
    return read()
  } catch {
    return null // no such process, or a /proc that hides it
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return readErrno(error) === 'EPERM' // the process is alive, but belongs to another user
  }
}
