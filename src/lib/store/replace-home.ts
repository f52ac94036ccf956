import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { QwenctlError } from '../base/errors.ts'
import { makeTemporaryName, writeAtomically } from './documents/files/atomic-write.ts'
import { describeError } from './documents/files/file-error.ts'
import { ensureFolder, restoreJournal } from './home.ts'
import type { Home } from './home.ts'
import { baseFile } from './ledger/files/ledger-reader.ts'
import { withLock } from './locks/lock.ts'
import { openStore } from './redis/open-store.ts'
import { selectFolder, listDocuments, readIfThere } from './documents/snapshot.ts'
import type { Snapshot } from './documents/snapshot-content.ts'

/** A file of the home with its new content; null: the file is removed. */
export interface ReplacedDocument {
  /** The name of its copy in the folder that keeps the previous content. */
  name: string
  path: string
  content: Buffer | null
}

interface Replaced {
  documents: ReplacedDocument[]
  folders: { name: string; path: string; files: Snapshot }[]
}

/** The journal of a replacement, stored before the first step so that a crash can be undone. */
interface Journal {
  /** The folder that keeps the previous content. */
  safety: string
  /** The folder that holds the prepared new content. */
  stage: string
  documents: { path: string; /** The backup copy; null: there was no file. */ before: string | null }[]
  folders: { path: string; before: string; /** Whether the folder existed. */ existed: boolean }[]
}

export interface ReplaceOptions {
  stamp: string
  /** A new vault, where the old one does not open. */
  vault: ReplacedDocument[]
  /** The files are replaced, also where a shared store is in use. */
  isFiles?: boolean
}

/**
 * Replaces documents, ledger, history and account folders by those of a snapshot, all or nothing. If a step fails,
 * everything is restored at once; after a killed process, at the next start. Resolves to the folder that keeps the
 * previous content.
 */
export async function replaceHome(
  home: Home,
  accounts: string,
  snapshot: Snapshot,
  { stamp, vault, isFiles = false }: ReplaceOptions,
): Promise<string> {
  const store = isFiles ? null : await openStore(home)
  if (store !== null) {
    const { replaceShared } = await import('./redis/snapshot/replace-shared.ts')
    return replaceShared(store, home, { accounts, snapshot, stamp, hasNewVault: vault.length > 0 })
  }
  const contents = new Map<string, Buffer>([...snapshot, ['accounts.json', Buffer.from(accounts)]])
  const places = [...listDocuments(home), ['accounts.json', home.accountsFile] as const]
  const documents = places.map(([name, path]) => ({ name, path, content: contents.get(name) ?? null }))
  const folders = {
    ledger: home.ledgerFolder,
    history: home.historyFolder,
    accounts: home.accountsFolder,
  } as const
  const laidOut = (['ledger', 'history', 'accounts'] as const).map((name) => ({
    name,
    path: folders[name],
    files: selectFolder(snapshot, name),
  }))
  await undoInterruptedRestore(home)
  return withLock(restoreJournal(home), () =>
    withLock(home.accountsFile, () =>
      withLock(baseFile(home), () =>
        replaceLocked(
          home,
          { documents: [...documents, ...vault], folders: laidOut },
          `before-restore-${stamp}`,
        ),
      ),
    ),
  )
}

/**
 * Replaces `accounts.json` and other documents, all or nothing, as `replaceHome` does. `change` builds the new
 * accounts. Resolves to the folder that keeps the previous content.
 */
export async function replaceAccounts(
  home: Home,
  change: () => Promise<string>,
  { others, safety }: { others: ReplacedDocument[]; /** The name of the folder. */ safety: string },
): Promise<string> {
  await undoInterruptedRestore(home)
  return withLock(restoreJournal(home), () =>
    withLock(home.accountsFile, async () => {
      const content = Buffer.from(await change())
      const accounts = { name: 'accounts.json', path: home.accountsFile, content }
      return replaceLocked(home, { documents: [accounts, ...others], folders: [] }, safety)
    }),
  )
}

/** Takes back what a killed restore had begun; false: there was none. Waits for one that is under way. */
export async function undoInterruptedRestore(home: Home): Promise<boolean> {
  const file = restoreJournal(home)
  if (!existsSync(file)) return false
  return withLock(file, async () => {
    if (!existsSync(file)) return false
    await undo(home, JSON.parse(readFileSync(file, 'utf8')) as Journal)
    return true
  })
}

async function replaceLocked(home: Home, { documents, folders }: Replaced, name: string): Promise<string> {
  const safety = freeFolder(join(home.dataFolder, name))
  const journal: Journal = {
    safety,
    stage: freeFolder(join(home.dataFolder, name.replace(/^before-/, ''))),
    documents: [],
    folders: [],
  }
  try {
    for (const { name, path } of documents) {
      journal.documents.push({ path, before: copyAside(path, join(safety, name)) })
    }
    for (const { name, path, files } of folders) {
      layOut(join(journal.stage, name), files)
      journal.folders.push({ path, before: join(safety, name), existed: existsSync(path) })
    }
  } catch (error) {
    discard(journal)
    throw failed(error)
  }
  await carryOut(home, journal, async () => {
    for (const { path, before } of journal.folders) {
      if (existsSync(path)) renameSync(path, before)
      renameSync(join(journal.stage, basename(before)), path)
    }
    for (const { path, content } of documents) await put(path, content)
  })
  rmSync(journal.stage, { recursive: true, force: true })
  return safety
}

async function carryOut(home: Home, journal: Journal, steps: () => Promise<void>): Promise<void> {
  await writeAtomically(restoreJournal(home), JSON.stringify(journal))
  try {
    await steps()
    rmSync(restoreJournal(home)) // from here on the replacement is complete
  } catch (error) {
    await undo(home, journal)
    throw failed(error)
  }
}

function layOut(folder: string, files: Snapshot): void {
  ensureFolder(folder)
  for (const [file, content] of files) {
    ensureFolder(dirname(join(folder, file)))
    writeFileSync(join(folder, file), content, { mode: 0o600, flush: true })
  }
}

function freeFolder(wanted: string): string {
  let folder = wanted
  for (let number = 2; existsSync(folder); number += 1) folder = `${wanted}-${number}`
  ensureFolder(folder)
  return folder
}

function copyAside(path: string, to: string): string | null {
  const content = readIfThere(path)
  if (content === null) return null
  writeFileSync(to, content, { mode: 0o600, flush: true })
  return to
}

async function put(path: string, content: Buffer | null): Promise<void> {
  if (content === null) {
    if (existsSync(path)) rmSync(path)
    return
  }
  ensureFolder(dirname(path))
  await writeAtomically(path, content)
}

/** Undoing is idempotent: it may itself be interrupted. */
async function undo(home: Home, journal: Journal): Promise<void> {
  for (const { path, before, existed } of journal.folders) {
    if (existed && !existsSync(before)) continue // not reached, or restored already
    if (existsSync(path)) renameSync(path, makeTemporaryName(join(journal.stage, basename(before))))
    if (existed) renameSync(before, path)
  }
  for (const { path, before } of journal.documents)
    await put(path, before === null ? null : readFileSync(before))
  rmSync(restoreJournal(home), { force: true })
  discard(journal) // only now, because the journal names the files in there
}

function discard({ stage, safety }: Journal): void {
  for (const folder of [stage, safety]) rmSync(folder, { recursive: true, force: true })
}

function failed(cause: unknown): unknown {
  if (cause instanceof QwenctlError) return cause
  return new QwenctlError(
    'store_unwritable',
    `the restore was taken back, since a part failed: ${describeError(cause)}`,
    {
      cause,
    },
  )
}
