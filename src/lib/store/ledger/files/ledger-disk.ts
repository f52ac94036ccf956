import {
  closeSync,
  fdatasync,
  fdatasyncSync,
  fstatSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import type { Stats } from 'node:fs'
import { readRegularFile } from '../../documents/files/regular-file.ts'
import type { EventLoop } from '../event-loop.ts'
import { systemLoop } from '../event-loop.ts'

/** The file operations of the ledger. They throw the system's errors; tests and the simulation substitute failing ones. */
export interface LedgerDisk {
  /** Opens a file with the flags of `fs.constants`; a new one has mode 0600. */
  open(path: string, flags: number): number
  close(fd: number): void
  stat(fd: number): Pick<Stats, 'size' | 'ino' | 'nlink' | 'isFile'>
  /** The file that a path leads to; undefined: none. */
  inodeAt(path: string): number | undefined
  read(fd: number, bytes: Uint8Array, length: number, position: number): number
  /** Returns how many bytes were written: fewer than given when the disk is full. */
  write(fd: number, bytes: Uint8Array, length: number): number
  /** Returns when the disk has all bytes written to the file. */
  sync(fd: number): void
  syncSoon(fd: number, onDone: (error: Error | null) => void): void
  /** Makes the names of new files durable. */
  syncFolder(folder: string): void
  /** The names in a folder. */
  list(folder: string): string[]
  makeFolder(folder: string): void
  readText(path: string): string
  /** Writes a new file, or replaces all of its text. */
  writeText(path: string, text: string): void
  rename(from: string, to: string): void
  /** Removes a file, if it is there. */
  remove(path: string): void
}

/** The parts of a machine that a log in files uses. */
export interface LedgerHost {
  disk: LedgerDisk
  loop: EventLoop
}

export const systemDisk: LedgerDisk = {
  open: (path, flags) => openSync(path, flags, 0o600),
  close: (fd) => closeSync(fd),
  stat: (fd) => fstatSync(fd),
  inodeAt: (path) => statSync(path, { throwIfNoEntry: false })?.ino,
  read: (fd, bytes, length, position) => readSync(fd, bytes, 0, length, position),
  write: (fd, bytes, length) => writeSync(fd, bytes, 0, length),
  sync: (fd) => fdatasyncSync(fd),
  syncSoon: (fd, onDone) => fdatasync(fd, onDone),
  syncFolder,
  list: (folder) => readdirSync(folder),
  makeFolder: (folder) => void mkdirSync(folder, { recursive: true, mode: 0o700 }),
  readText: (path) => readRegularFile(path).text,
  writeText: (path, text) => writeFileSync(path, text, { mode: 0o600, flag: 'w' }),
  rename: (from, to) => renameSync(from, to),
  remove: (path) => rmSync(path, { force: true }),
}

export const systemHost: LedgerHost = { disk: systemDisk, loop: systemLoop }

/** Windows cannot open a folder, and some file systems cannot sync one. */
function syncFolder(folder: string): void {
  if (process.platform === 'win32') return
  const fd = openSync(folder, 'r')
  try {
    fsyncSync(fd)
  } catch (error) {
    if (!['EINVAL', 'ENOTSUP', 'ENOSYS'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error
  } finally {
    closeSync(fd)
  }
}
