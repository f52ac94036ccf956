import { createHash } from 'node:crypto'
import {
  closeSync,
  mkdirSync,
  openSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { readErrno } from '../../base/errno.ts'
import { writeAtomically } from './files/atomic-write.ts'
import type { Home } from '../home.ts'
import type { NoticeMark } from './notice-mark.ts'
import { openStore } from '../redis/open-store.ts'

/** Stores the result of a claimed notification. */
export type NoticeClaim = (result: NoticeMark) => Promise<void>

/** Longer than any window: a notification for one window is sent again in the next. */
const KEPT_MS = 40 * 86_400_000

/**
 * Claims the right to send a notification, permanently and among all processes of a store. Null: another process has
 * claimed it. Only one process can create the mark, so neither a second proxy nor a restart repeats the notification.
 */
export async function claimNotice(
  home: Home,
  identity: string,
  mark: NoticeMark,
): Promise<NoticeClaim | null> {
  const store = await openStore(home)
  if (store === null) return claimInFiles(home, identity, mark)
  const key = buildName(identity)
  return (await store.claimNotice(key, mark)) ? (result) => store.noteNotice(key, result) : null
}

function claimInFiles(home: Home, identity: string, mark: NoticeMark): NoticeClaim | null {
  mkdirSync(home.noticesFolder, { recursive: true, mode: 0o700 })
  const path = join(home.noticesFolder, `${buildName(identity)}.json`)
  try {
    const file = openSync(path, 'wx', 0o600)
    try {
      writeFileSync(file, JSON.stringify(mark))
    } finally {
      closeSync(file)
    }
    return (result) => writeAtomically(path, JSON.stringify(result))
  } catch (error) {
    if (readErrno(error) === 'EEXIST') return null
    throw error
  }
}

function buildName(identity: string): string {
  return createHash('sha256').update(identity).digest('hex').slice(0, 32)
}

/** The newest mark first. */
export async function listNoticeMarks(home: Home): Promise<NoticeMark[]> {
  const store = await openStore(home)
  const marks = store === null ? readMarksInFiles(home) : [...(await store.noticeMarks()).values()]
  return marks.sort((one, other) => (one.at < other.at ? 1 : -1))
}

function readMarksInFiles(home: Home): NoticeMark[] {
  return listMarkFiles(home).flatMap((path) => {
    try {
      return [JSON.parse(readFileSync(path, 'utf8')) as NoticeMark]
    } catch {
      return [] // being written, or damaged: the notification still counts as sent
    }
  })
}

export async function dropOldMarks(home: Home, now: number): Promise<void> {
  const store = await openStore(home)
  if (store !== null) {
    const old = [...(await store.noticeMarks())].filter(([, { at }]) => Date.parse(at) < now - KEPT_MS)
    return store.dropNotices(old.map(([identity]) => identity))
  }
  for (const path of listMarkFiles(home)) {
    try {
      if (statSync(path).mtimeMs < now - KEPT_MS) rmSync(path, { force: true })
    } catch {
      // another process has just dropped it
    }
  }
}

function listMarkFiles(home: Home): string[] {
  try {
    const names = readdirSync(home.noticesFolder).filter((name) => /^[0-9a-f]{32}\.json$/.test(name))
    return names.map((name) => join(home.noticesFolder, name))
  } catch (error) {
    if (readErrno(error) === 'ENOENT') return []
    throw error
  }
}
