import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import { crc32 } from 'node:zlib'
import { readErrno } from '../../base/errno.ts'
import { listLogs } from './log-names.ts'

/** A log file open for reading. Its name may refer to another file at any moment; the open file stays. */
export interface OpenLog {
  file: number
  inode: number
  /** When the file was opened. */
  size: number
  /** When the file was last written, epoch milliseconds. */
  writtenAt: number
}

const BLOCK_BYTES = 1 << 20
/** Every line is longer than this: it begins with its level, time and process. */
const FINGERPRINT_BYTES = 64

/** Passes on all log files of a folder, oldest first. */
export function withLogs<Value>(folder: string, use: (logs: OpenLog[]) => Value): Value {
  const logs = openAllLogs(folder)
  try {
    return use(logs)
  } finally {
    closeLogs(logs)
  }
}

/** All log files of a folder, oldest first. The caller closes them. */
export function openAllLogs(folder: string): OpenLog[] {
  for (;;) {
    const { logs, isWhole } = openLogs(folder)
    if (isWhole) return logs
    closeLogs(logs)
  }
}

export function closeLogs(logs: readonly OpenLog[]): void {
  for (const { file } of logs) closeSync(file)
}

/** Identifies a file beside its inode, because inodes of removed files are reused. */
export function computeFingerprint({ file }: OpenLog): number {
  const head = Buffer.alloc(FINGERPRINT_BYTES)
  return crc32(head.subarray(0, readSync(file, head, 0, FINGERPRINT_BYTES, 0)))
}

export function* readBlocks({ file, size }: OpenLog, from: number): Generator<Buffer> {
  for (let at = from; at < size;) {
    const block = Buffer.allocUnsafe(Math.min(BLOCK_BYTES, size - at))
    const length = readSync(file, block, 0, block.length, at)
    if (length === 0) return
    at += length
    yield block.subarray(0, length)
  }
}

/** Incomplete: a file was rotated meanwhile, and may be missing. */
function openLogs(folder: string): { logs: OpenLog[]; isWhole: boolean } {
  const names = listLogs(folder)
  const logs: OpenLog[] = []
  for (const name of names) {
    const file = openIfExists(name)
    if (file === null) continue
    const { ino, size, mtimeMs } = fstatSync(file)
    logs.push({ file, inode: ino, size, writtenAt: mtimeMs })
  }
  return { logs, isWhole: listLogs(folder).join() === names.join() }
}

/** Null: the file was removed to make room, or does not exist yet. */
function openIfExists(path: string): number | null {
  try {
    return openSync(path, 'r')
  } catch (error) {
    if (readErrno(error) === 'ENOENT') return null
    throw error
  }
}
