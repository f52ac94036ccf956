import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { readErrno } from '../../base/errno.ts'
import { QwenctlError } from '../../base/errors.ts'
import { formatTime } from '../../base/iso-time.ts'

const CURRENT = 'proxy.ndjson'
const CLOSED = /^proxy-\d{8}T\d{9}Z-\d+-\d+\.ndjson$/

/** The file that proxies append to at present. */
export function currentLog(folder: string): string {
  return join(folder, CURRENT)
}

/** The name of a full log file: no two processes choose the same, and names sort by time. */
export function closedLogName(now: number, pid: number, count: number): string {
  const stamp = formatTime(now).replaceAll(/[-:.]/g, '')
  return `proxy-${stamp}-${pid}-${String(count).padStart(6, '0')}.ndjson`
}

/** Full log files of a folder, oldest first. */
export function listClosedLogs(folder: string): string[] {
  return namesIn(folder)
    .filter((name) => CLOSED.test(name))
    .sort()
    .map((name) => join(folder, name))
}

/** The oldest files to remove when all together exceed this many bytes. */
export function listClosedLogsBeyond(folder: string, mostBytes: number): string[] {
  let left = mostBytes
  return listClosedLogs(folder)
    .reverse()
    .filter((path) => (left -= statSync(path, { throwIfNoEntry: false })?.size ?? 0) < 0)
}

/** All log files of a folder, with the current one last. */
export function listLogs(folder: string): string[] {
  return [...listClosedLogs(folder), currentLog(folder)]
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch (error) {
    if (readErrno(error) === 'ENOTDIR')
      throw new QwenctlError('failed', `${folder} is no folder, so it has no logs`, {
        hint: 'move it away; the next proxy makes the folder',
        cause: error,
      })
    return [] // no log exists yet
  }
}
