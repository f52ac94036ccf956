import { closeSync, fdatasync, fdatasyncSync, fsyncSync, openSync, writeSync } from 'node:fs'

/** The disk operations of the ledger; tests substitute failing ones. */
export interface LedgerDisk {
  /** Returns how many bytes were written: fewer than given when the disk is full. */
  write(fd: number, bytes: Uint8Array, length: number): number
  /** Returns when the disk has all bytes written to the file. */
  sync(fd: number): void
  syncSoon(fd: number, onDone: (error: Error | null) => void): void
  /** Makes the names of new files durable. */
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
