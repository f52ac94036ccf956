import { closeSync, fdatasync, fdatasyncSync, fsyncSync, openSync, writeSync } from 'node:fs'

/** What the ledger asks of the disk; tests put a failing one in its place. */
export interface LedgerDisk {
  /** Answers how many bytes were written: less than all where the disk is full. */
  write(fd: number, bytes: Uint8Array, length: number): number
  /** Returns when the disk has everything that was written to the file. */
  sync(fd: number): void
  syncSoon(fd: number, onDone: (error: Error | null) => void): void
  /** Makes names of new files durable. */
  syncFolder(folder: string): void
}

export const systemDisk: LedgerDisk = {
  write: (fd, bytes, length) => writeSync(fd, bytes, 0, length),
  sync: (fd) => fdatasyncSync(fd),
  syncSoon: (fd, onDone) => fdatasync(fd, onDone),
  syncFolder,
}

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
