import { mkdirSync, readFileSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { replaceSync } from './documents/files/atomic-write.ts'
import type { Home } from './home.ts'
import { unwritable } from './documents/files/file-error.ts'
import { liveness, thisProcess, type LockOwner } from './locks/lock-owner.ts'

/** The file that a proxy keeps in the run folder while it listens. */
export interface RunFile {
  pid: number
  url: string
  host: string
  port: number
  accounts: number
  strategy: string
  /** RFC 3339. */
  startedAt: string
  /** The serving processes: this one, or its workers. */
  workers: number[]
  /** The version of qwenctl; null: an older version that did not record it. */
  version: string | null
  /** The flags of the start; missing: an older version. */
  args?: string[]
  /** How it moves bytes: `fast` or `portable`; null: an older version. */
  transport?: string | null
  /** Only this user's accounts serve; null: those of all users. Missing, as the two below: of an older version. */
  user?: string | null
  affinity?: boolean
  /** The share of every limit that is left to other uses, as written: `20%`. */
  reserve?: string
}

/** A run file of this process. */
export interface Registration {
  update: (run: RunFile) => void
  remove: () => void
}

interface StoredRunFile extends RunFile {
  /**
   * Distinguishes this process from a later one with its pid, and from one in another container that shares the
   * home.
   */
  owner: LockOwner
  /** A secret of this proxy: a server that returns it at the address is this proxy. Missing: an older version. */
  proof?: string
}

/**
 * Writes a run file for this process. `proof`: the secret that the proxy returns at its address. Throws
 * `store_unwritable`.
 */
export function writeRunFile(home: Home, run: RunFile, proof?: string): Registration {
  const owner = thisProcess()
  const path = join(home.runFolder, `proxy-${owner.token}.json`)
  const update = (now: RunFile) => {
    const stored: StoredRunFile = { ...now, owner, ...(proof === undefined ? {} : { proof }) }
    replaceSync(path, `${JSON.stringify(stored)}\n`)
  }
  try {
    mkdirSync(home.runFolder, { recursive: true, mode: 0o700 })
    update(run)
  } catch (error) {
    throw unwritable(path, error)
  }
  return { update, remove: () => rmSync(path, { force: true }) }
}

/** The proxies of this home that run on this machine, oldest first. Removes files of killed proxies. */
export function readRunFiles(home: Home): RunFile[] {
  const found: RunFile[] = []
  for (const name of runFileNames(home)) {
    const path = join(home.runFolder, name)
    const stored = readRunFile(path)
    const state = stored === null ? 'dead' : liveness(stored.owner)
    if (state === 'dead') rmSync(path, { force: true })
    if (stored === null || state !== 'alive') continue // another machine or container: its pid means another process here
    const { owner: _, proof: __, ...run } = stored
    // A proxy of an older version records neither: it serves alone.
    const { workers = [run.pid], version = null, transport = null } = run as Partial<RunFile>
    found.push({ ...run, workers, version, transport })
  }
  return found.sort((a, b) => a.startedAt.localeCompare(b.startedAt))
}

/** The proof of the proxy that wrote this file; null: it has none. */
export function readProof(home: Home, { pid, startedAt }: RunFile): string | null {
  return findRunFile(home, pid, startedAt)?.stored.proof ?? null
}

/** Removes the run file of a proxy that has certainly ended. */
export function sweepRunFile(home: Home, { pid, startedAt }: RunFile): void {
  const found = findRunFile(home, pid, startedAt)
  if (found !== null) rmSync(found.path, { force: true })
}

function findRunFile(
  home: Home,
  pid: number,
  startedAt: string,
): { path: string; stored: StoredRunFile } | null {
  for (const name of runFileNames(home)) {
    const path = join(home.runFolder, name)
    const stored = readRunFile(path)
    if (stored?.pid === pid && stored.startedAt === startedAt) return { path, stored }
  }
  return null
}

function runFileNames(home: Home): string[] {
  try {
    return readdirSync(home.runFolder).filter((name) => /^proxy-[\w-]+\.json$/.test(name))
  } catch {
    return [] // no proxy has run here
  }
}

/** Null: damaged, or just removed. */
function readRunFile(path: string): StoredRunFile | null {
  try {
    const stored = JSON.parse(readFileSync(path, 'utf8')) as Partial<StoredRunFile> | null
    return typeof stored?.owner?.pid === 'number' && stored.owner.pid === stored.pid
      ? (stored as StoredRunFile)
      : null
  } catch {
    return null
  }
}
