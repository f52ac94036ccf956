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
import { writeAtomically } from './atomic-write.ts'
import type { Home } from '../home.ts'

/** A notification that was sent, or is being sent. */
export interface NoticeMark {
  /** RFC 3339. */
  at: string
  account: string
  metric: string
  window: string
  model: string | null
  percent: number
  /** `told`, or why sending failed; null: in progress, or its process has ended. */
  result: string | null
}

/** Longer than any window: a notification for one window is sent again in the next. */
const KEPT_MS = 40 * 86_400_000

/**
 * Claims the right to send a notification, permanently and among all processes of a home. Returns true for the one
 * process that may send. Only one process can create the file, so neither a second proxy nor a restart repeats the
 * notification.
 */
export function claimNotice(home: Home, identity: string, mark: NoticeMark): string | null {
  mkdirSync(home.noticesFolder, { recursive: true, mode: 0o700 })
  const path = join(
    home.noticesFolder,
    `${createHash('sha256').update(identity).digest('hex').slice(0, 32)}.json`,
  )
  try {
    const file = openSync(path, 'wx', 0o600)
    try {
      writeFileSync(file, JSON.stringify(mark))
    } finally {
      closeSync(file)
    }
    return path
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return null
    throw error
  }
}

export async function noteResult(path: string, mark: NoticeMark): Promise<void> {
  await writeAtomically(path, JSON.stringify(mark))
}

/** The newest mark first. */
export function noticeMarks(home: Home): NoticeMark[] {
  const marks = markFiles(home).flatMap((path) => {
    try {
      return [JSON.parse(readFileSync(path, 'utf8')) as NoticeMark]
    } catch {
      return [] // being written, or damaged: the notification still counts as sent
    }
  })
  return marks.sort((one, other) => (one.at < other.at ? 1 : -1))
}

export function dropOldMarks(home: Home, now: number): void {
  for (const path of markFiles(home)) {
    try {
      if (statSync(path).mtimeMs < now - KEPT_MS) rmSync(path, { force: true })
    } catch {
      // another process has just dropped it
    }
  }
}

function markFiles(home: Home): string[] {
  try {
    const names = readdirSync(home.noticesFolder).filter((name) => /^[0-9a-f]{32}\.json$/.test(name))
    return names.map((name) => join(home.noticesFolder, name))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw error
  }
}
