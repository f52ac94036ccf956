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

/** What was told of, or is being told of. */
export interface NoticeMark {
  /** RFC 3339. */
  at: string
  account: string
  metric: string
  window: string
  model: string | null
  percent: number
  /** `told`, or why nobody could be told; null: it is under way, or the process that did it has ended. */
  result: string | null
}

/** Longer than any window: what was told of in one is told of again in the next. */
const KEPT_MS = 40 * 86_400_000

/**
 * Takes it on to tell of something, among all processes of a home and for good: true for the one that may. The file that only
 * one can create is the claim, so that neither a second proxy nor a restart tells of the same again.
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

/** The newest first. */
export function noticeMarks(home: Home): NoticeMark[] {
  const marks = markFiles(home).flatMap((path) => {
    try {
      return [JSON.parse(readFileSync(path, 'utf8')) as NoticeMark]
    } catch {
      return [] // being written, or damaged: it still counts as told
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
