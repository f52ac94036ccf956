import { mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { temporaryName } from './atomic-write.ts'
import type { Home } from './home.ts'
import { liveness, thisProcess, type LockOwner } from './lock-owner.ts'

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
}

interface StoredRunFile extends RunFile {
  /** Tells this process from a later one with its pid, and from one in another container that shares the home. */
  owner: LockOwner
}

/** Leaves a run file for this process; answers what removes it. */
export function writeRunFile(home: Home, run: RunFile): () => void {
  mkdirSync(home.runFolder, { recursive: true, mode: 0o700 })
  const owner = thisProcess()
  const path = join(home.runFolder, `proxy-${owner.token}.json`)
  const temporary = temporaryName(path)
  writeFileSync(temporary, `${JSON.stringify({ ...run, owner } satisfies StoredRunFile)}\n`, { mode: 0o600 })
  renameSync(temporary, path) // whoever reads it sees all of it
  return () => rmSync(path, { force: true })
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
    const { owner: _, ...run } = stored
    found.push(run)
  }
  return found.sort((a, b) => a.startedAt.localeCompare(b.startedAt))
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
