import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { QwenctlError } from '../../base/errors.ts'
import { readErrno } from '../../base/errno.ts'
import { unreadable } from './files/file-error.ts'
import { listHistoryDays, historyPath } from '../history/history-day.ts'
import type { Home } from '../home.ts'
import { baseFile, dayPath, listLedgerDays } from '../ledger/files/ledger-reader.ts'
import { withLock } from '../locks/lock.ts'
import type { SharedStore } from '../redis/shared-store.ts'
import { openStore } from '../redis/open-store.ts'
import type { Snapshot } from './snapshot-content.ts'

export const LEDGER_FILE = /^ledger\/(base\.json|\d{4}-\d\d-\d\d\.ndjson)$/
export const HISTORY_FILE = /^history\/\d{4}-\d\d-\d\d\.json$/
/** A file of an account's own folder; no part of the path leads out. */
export const ACCOUNT_FILE = /^accounts(\/(?!\.{1,2}(\/|$))[^/\\\0]+)+$/

/** The documents besides `accounts.json`, by name. */
export function listDocuments(home: Home): Map<string, string> {
  return new Map([
    ['config.yaml', home.configFile],
    ['templates.json', home.templatesFile],
    ['keys.json', home.keysFile],
    ['jobs.json', home.jobsFile],
    ['counters.json', home.countersFile],
  ])
}

/** True for a name that a snapshot may hold. */
export function isSnapshotName(home: Home, name: string): boolean {
  return (
    listDocuments(home).has(name) ||
    [LEDGER_FILE, HISTORY_FILE, ACCOUNT_FILE].some((pattern) => pattern.test(name))
  )
}

/** Reads everything while other processes count: each day up to its last whole line. */
export async function takeSnapshot(home: Home): Promise<Snapshot> {
  const store = await openStore(home)
  const snapshot = store === null ? await snapshotFiles(home) : await snapshotStore(home, store)
  for (const path of filesIn(home.accountsFolder))
    keep(snapshot, `accounts/${path}`, join(home.accountsFolder, path))
  return snapshot
}

async function snapshotStore(home: Home, store: SharedStore): Promise<Snapshot> {
  const { readSharedSnapshot } = await import('../redis/snapshot/shared-snapshot.ts')
  const snapshot = await readSharedSnapshot(store)
  keep(snapshot, 'config.yaml', home.configFile)
  return snapshot
}

async function snapshotFiles(home: Home): Promise<Snapshot> {
  const snapshot: Snapshot = new Map()
  // While days are folded into the base, there is a moment when no file has them.
  await withLock(baseFile(home), () => {
    // Before the days, so that they include what the checkpoint has folded.
    for (const [name, path] of listDocuments(home)) keep(snapshot, name, path)
    keep(snapshot, 'ledger/base.json', baseFile(home))
    for (const day of listLedgerDays(home)) {
      const lines = readIfThere(dayPath(home, day))
      if (lines !== null) snapshot.set(`ledger/${day}.ndjson`, lines.subarray(0, lines.lastIndexOf(10) + 1))
    }
    for (const day of listHistoryDays(home)) keep(snapshot, `history/${day}.json`, historyPath(home, day))
  })
  return snapshot
}

function keep(snapshot: Snapshot, name: string, path: string): void {
  const content = readIfThere(path)
  if (content !== null) snapshot.set(name, content)
}

/** Null: there is no file. */
export function readIfThere(path: string): Buffer | null {
  try {
    return readFileSync(path)
  } catch (error) {
    if (readErrno(error) === 'ENOENT') return null
    throw unreadable(path, error)
  }
}

/** Relative paths with `/`. Leaves out links, sockets and the temporary files of writers. */
function filesIn(folder: string): string[] {
  let entries
  try {
    entries = readdirSync(folder, { recursive: true, withFileTypes: true })
  } catch (error) {
    if (readErrno(error) === 'ENOENT') return []
    throw unreadable(folder, error)
  }
  const files = entries.filter((entry) => entry.isFile() && !/\.(lock|tmp)$/.test(entry.name))
  return files.map((entry) =>
    join(entry.parentPath, entry.name)
      .slice(folder.length + 1)
      .replaceAll('\\', '/'),
  )
}

/** The part of a snapshot below a folder, keyed by the path inside it. */
export function selectFolder(snapshot: Snapshot, folder: 'ledger' | 'history' | 'accounts'): Snapshot {
  const inside = [...snapshot].filter(([name]) => name.startsWith(`${folder}/`))
  return new Map(inside.map(([name, content]) => [name.slice(folder.length + 1), content]))
}

/** Throws `store_corrupt` for a name that leads outside the home. */
export function checkSnapshotNames(home: Home, names: Iterable<string>): void {
  for (const name of names) {
    if (isSnapshotName(home, name)) continue
    throw new QwenctlError(
      'store_corrupt',
      `a backup holds ${JSON.stringify(name)}, which has no place in a home`,
    )
  }
}
