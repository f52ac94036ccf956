import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Home } from './home.ts'
import { isWriterAlive, newWriter } from './writer.ts'

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
  /** Tells this process from a later one with its pid. */
  process: string
}

/** Leaves a run file for this process; answers what removes it. */
export function writeRunFile(home: Home, run: RunFile): () => void {
  mkdirSync(home.runFolder, { recursive: true, mode: 0o700 })
  const path = join(home.runFolder, `proxy-${run.pid}.json`)
  const stored: StoredRunFile = { ...run, process: newWriter() }
  writeFileSync(path, `${JSON.stringify(stored)}\n`, { mode: 0o600 })
  return () => rmSync(path, { force: true })
}

/** The proxies of this home that run, oldest first. What a killed one left is swept away. */
export function readRunFiles(home: Home): RunFile[] {
  const found: RunFile[] = []
  for (const name of runFileNames(home)) {
    const path = join(home.runFolder, name)
    const run = readRunFile(path)
    if (run !== null) found.push(run)
    else rmSync(path, { force: true })
  }
  return found.sort((a, b) => a.startedAt.localeCompare(b.startedAt))
}

function runFileNames(home: Home): string[] {
  try {
    return readdirSync(home.runFolder).filter((name) => /^proxy-\d+\.json$/.test(name))
  } catch {
    return [] // no proxy was ever started here
  }
}

function readRunFile(path: string): RunFile | null {
  try {
    const { process: identity, ...run } = JSON.parse(readFileSync(path, 'utf8')) as StoredRunFile
    return isWriterAlive(`${identity}-run`) ? run : null
  } catch {
    return null // being written, or damaged
  }
}
