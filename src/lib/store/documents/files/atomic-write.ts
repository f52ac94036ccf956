import { closeSync, fsyncSync, openSync, promises as fs, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { readErrno } from '../../../base/errno.ts'
import { unwritable } from './file-error.ts'
import { linkTarget } from './link-target.ts'

/** `<file>.<pid>-<random>.tmp`: no two writers share a name, and the pid identifies a dead writer. */
export function makeTemporaryName(file: string): string {
  return `${file}.${process.pid}-${Math.random().toString(36).slice(2, 12)}.tmp`
}

/**
 * Replaces a file as a whole, 0600: readers see the old text or the new one, also after a power cut. When writing
 * fails, the old file is untouched and no other file remains. `keepPrevious` keeps the old one as `<file>.bak`.
 * Throws `store_unwritable`.
 */
export async function writeAtomically(
  file: string,
  text: string | Uint8Array,
  options: { keepPrevious?: boolean } = {},
): Promise<void> {
  const target = linkTarget(file)
  const temporary = makeTemporaryName(target)
  try {
    await writeDurably(temporary, text)
    if (options.keepPrevious === true) await keepPrevious(target)
    await rename(temporary, target)
    await syncFolder(dirname(target))
  } catch (error) {
    await fs.rm(temporary, { force: true })
    throw unwritable(target, error)
  }
}

/**
 * Replaces a file as a whole, 0600: readers see the old text or the new one. `text`: in one piece, or in several that
 * need not be in memory twice. `flush`: the disk has the text at the return; otherwise a power cut may lose the file.
 * Throws the system's error, and leaves no other file.
 */
export function replaceSync(
  file: string,
  text: string | Uint8Array | readonly Uint8Array[],
  { flush = false } = {},
): void {
  const temporary = makeTemporaryName(file)
  try {
    const descriptor = openSync(temporary, 'wx', 0o600)
    try {
      const pieces = typeof text === 'string' || text instanceof Uint8Array ? [text] : text
      for (const piece of pieces) writeFileSync(descriptor, piece)
      if (flush) fsyncSync(descriptor)
    } finally {
      closeSync(descriptor)
    }
    renameSync(temporary, file)
  } catch (error) {
    rmSync(temporary, { force: true })
    throw error
  }
}

/** Creates the file, 0600, and returns when the disk has it. */
export async function writeDurably(file: string, text: string | Uint8Array): Promise<void> {
  const handle = await fs.open(file, 'wx', 0o600)
  try {
    await handle.writeFile(text)
    await handle.sync()
  } finally {
    await handle.close()
  }
}

async function keepPrevious(target: string): Promise<void> {
  const spare = makeTemporaryName(target)
  try {
    await fs.link(target, spare)
  } catch (error) {
    if (readErrno(error) === 'ENOENT') return
    await fs.copyFile(target, spare) // a file system without hard links
  }
  try {
    await fs.chmod(spare, 0o600)
    await rename(spare, `${target}.bak`)
  } finally {
    // rename(2) does nothing when both names link to one file already, as after a crash at this point.
    await fs.rm(spare, { force: true })
  }
}

/** Windows refuses for a moment while a virus scanner or an indexer has the file open. */
async function rename(from: string, to: string): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await fs.rename(from, to)
      return
    } catch (error) {
      const isBusy = ['EPERM', 'EACCES', 'EBUSY'].includes(readErrno(error) ?? '')
      if (process.platform !== 'win32' || !isBusy || attempt === 20) throw error
      await delay(25)
    }
  }
}

/** Makes the rename itself durable. Windows cannot open a folder, and some file systems cannot sync one. */
async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return
  const handle = await fs.open(folder, 'r')
  try {
    await handle.sync()
  } catch (error) {
    if (!['EINVAL', 'ENOTSUP', 'ENOSYS'].includes(readErrno(error) ?? '')) throw error
  } finally {
    await handle.close()
  }
}
