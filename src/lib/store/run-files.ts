import { mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { temporaryName } from './documents/atomic-write.ts'
import type { Home } from './home.ts'
import { liveness, thisProcess, type LockOwner } from './locks/lock-owner.ts'

/** What a proxy leaves in the run folder while it listens. */
export interface RunFile {
  pid: number
  url: string
  host: string
  port: number
  accounts: number
  strategy: string
  /** RFC 3339. */
  startedAt: string
  /** The processes that serve: this one, or those that it has for it. */
  workers: number[]
  /** Of qwenctl; null: a version that did not say it. */
  version: string | null
  /** The flags that it was started with; missing: of an older version. */
  args?: string[]
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
  /** Tells this process from a later one with its pid, and from one in another container that shares the home. */
  owner: LockOwner
  /** What only this proxy knows: whoever answers at its address with it is this proxy. Missing: of an older version. */
  proof?: string
}

/** Leaves a run file for this process. `proof`: what it can be asked for at its address. */
export function writeRunFile(home: Home, run: RunFile, proof?: string): Registration {
  mkdirSync(home.runFolder, { recursive: true, mode: 0o700 })
  const owner = thisProcess()
  const path = join(home.runFolder, `proxy-${owner.token}.json`)
  const update = (now: RunFile) => {
    const temporary = temporaryName(path)
    writeFileSync(
      temporary,
      `${JSON.stringify({ ...now, owner, ...(proof === undefined ? {} : { proof }) } satisfies StoredRunFile)}\n`,
      {
        mode: 0o600,
      },
    )
    renameSync(temporary, path) // whoever reads it sees all of it
  }
  update(run)
  return { update, remove: () => rmSync(path, { force: true }) }
}

/** The proxies of this home that run on this machine, oldest first. What a killed one left is swept away. */
export function readRunFiles(home: Home): RunFile[] {
  const found: RunFile[] = []
  for (const name of runFileNames(home)) {
    const path = join(home.runFolder, name)
    const stored = readRunFile(path)
    const state = stored === null ? 'dead' : liveness(stored.owner)
    if (state === 'dead') rmSync(path, { force: true })
    if (stored === null || state !== 'alive') continue // elsewhere: its pid means another process here
    const { owner: _, proof: __, ...run } = stored
    // A proxy of an older version says neither: it serves alone.
    const { workers = [run.pid], version = null } = run as Partial<RunFile>
    found.push({ ...run, workers, version })
  }
  return found.sort((a, b) => a.startedAt.localeCompare(b.startedAt))
}

/** The proof of the proxy that wrote this; null: it has none. */
export function readProof(home: Home, { pid, startedAt }: RunFile): string | null {
  return findRunFile(home, pid, startedAt)?.stored.proof ?? null
}

/** Takes away the run file of a proxy that is known to be gone. */
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
    return [] // no proxy was ever started here
  }
}

/** Null: damaged, or removed at this moment. */
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
