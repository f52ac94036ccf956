import { readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'

/** As long as OpenAI keeps responses (https://platform.openai.com/docs/guides/conversation-state, 2026-11). */
const LIFE_MS = 30 * 24 * 3_600_000

interface ItemBounds {
  mostAnswers: number
  mostBytes: number
}

const BOUNDS: ItemBounds = { mostAnswers: 4096, mostBytes: 128 << 20 }

interface Kept {
  file: string
  at: number
  size: number
}

/** The files of one client key, the newest first. */
interface Share {
  files: Kept[]
  bytes: number
}

/**
 * Removes files that are too old. While there are too many, the client key with the most loses its oldest one. So a busy
 * client pushes out its own items, and not those of others.
 */
export async function sweepItems(folder: string, now: number, bounds: ItemBounds = BOUNDS): Promise<void> {
  const shares = new Map<string, Share>()
  const removed: string[] = []
  for (const name of await readdir(folder)) {
    const kept = await look(join(folder, name))
    if (kept === null) continue
    if (now - kept.at > LIFE_MS) removed.push(kept.file)
    else addTo(shares, readOwner(name), kept)
  }
  removed.push(...findExcess([...shares.values()], bounds))
  for (const file of removed) await rm(file, { force: true })
}

/** Older files name no owner. They count as one share. */
function readOwner(name: string): string {
  return /^[0-9a-f]{16}(?=-)/.exec(name)?.[0] ?? ''
}

async function look(file: string): Promise<Kept | null> {
  try {
    const { mtimeMs, size } = await stat(file)
    return { file, at: mtimeMs, size }
  } catch {
    return null // another process has removed it
  }
}

function addTo(shares: Map<string, Share>, owner: string, kept: Kept): void {
  const share = shares.get(owner) ?? { files: [], bytes: 0 }
  share.files.push(kept)
  share.bytes += kept.size
  shares.set(owner, share)
}

function findExcess(shares: readonly Share[], { mostAnswers, mostBytes }: ItemBounds): string[] {
  for (const share of shares) share.files.sort((one, other) => other.at - one.at)
  let answers = shares.reduce((sum, { files }) => sum + files.length, 0)
  let bytes = shares.reduce((sum, share) => sum + share.bytes, 0)
  const excess: string[] = []
  while (answers > mostAnswers || bytes > mostBytes) {
    const largest = findLargest(shares, answers > mostAnswers)
    const oldest = largest.files.pop()!
    largest.bytes -= oldest.size
    answers -= 1
    bytes -= oldest.size
    excess.push(oldest.file)
  }
  return excess
}

function findLargest(shares: readonly Share[], byCount: boolean): Share {
  const weigh = ({ files, bytes }: Share) => (byCount ? files.length : bytes)
  return shares.reduce((most, share) => (weigh(share) > weigh(most) ? share : most))
}
