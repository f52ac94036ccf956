import { constants } from 'node:fs'
import type { LedgerDisk } from '../../src/lib/store/ledger/files/ledger-disk.ts'
import type { SimulatedProcess, World } from './world.ts'

interface MemoryFile {
  inode: number
  bytes: Buffer
  size: number
  /** Bytes that a power cut keeps. */
  synced: number
  links: number
}

/** How often each fault happens, from 0 to 1. */
export interface DiskFaults {
  shortWrite: number
  failedWrite: number
  failedSync: number
  failedRead: number
  /** The process dies inside a write, after some of its bytes. */
  tornWrite: number
  /** Another process runs between two operations. */
  interleave: number
}

export const NO_FAULTS: DiskFaults = {
  shortWrite: 0,
  failedWrite: 0,
  failedSync: 0,
  failedRead: 0,
  tornWrite: 0,
  interleave: 0,
}

/** A write to a file of the ledger, as the kernel ordered it. */
export interface WrittenBytes {
  path: string
  at: number
  from: number
  length: number
}

/** A disk of one machine, in memory. Its files outlive the processes; a power cut removes what was not synced. */
export class MemoryDisk {
  faults: DiskFaults = NO_FAULTS
  readonly writes: WrittenBytes[] = []
  readonly #world: World
  readonly #files = new Map<string, MemoryFile>()
  /** Names that a power cut keeps. */
  #durable = new Map<string, MemoryFile>()
  readonly #open = new Map<number, { file: MemoryFile; path: string }>()
  #next = 10

  constructor(world: World) {
    this.#world = world
  }

  text(path: string): string {
    const file = this.#files.get(path)
    return file === undefined ? '' : file.bytes.toString('utf8', 0, file.size)
  }

  remove(path: string): void {
    const file = this.#files.get(path)
    if (file !== undefined) file.links -= 1
    this.#files.delete(path)
  }

  /** Every file keeps its synced bytes and a part of the rest, unless its name was new. */
  cutPower(): void {
    this.#files.clear()
    for (const [path, file] of this.#durable) {
      file.size = this.#world.between(file.synced, file.size)
      this.#files.set(path, file)
    }
    this.#open.clear()
  }

  /** The disk as one process uses it. */
  for(owner: SimulatedProcess): LedgerDisk {
    const run = <R>(action: () => R, fault = 0, code = 'EIO'): R => {
      if (!owner.isAlive) throw failure('ESRCH')
      if (this.#world.isLikely(this.faults.interleave)) this.#world.interleave(owner)
      if (fault > 0 && this.#world.isLikely(fault)) throw failure(code)
      return action()
    }
    return {
      open: (path, flags) => run(() => this.#openFile(path, flags), this.faults.failedRead, 'EMFILE'),
      close: (fd) => void this.#open.delete(fd),
      stat: (fd) => run(() => makeStat(this.#fileOf(fd)), this.faults.failedRead),
      inodeAt: (path) => run(() => this.#files.get(path)?.inode),
      read: (fd, bytes, length, position) =>
        run(() => readFrom(this.#fileOf(fd), bytes, length, position), this.faults.failedRead),
      write: (fd, bytes, length) => run(() => this.#write(owner, fd, bytes, length), this.faults.failedWrite),
      sync: (fd) => run(() => this.#sync(fd), this.faults.failedSync),
      syncSoon: (fd, onDone) =>
        owner.plan(this.#world.between(1, 30), () => {
          const isFailing = this.#world.isLikely(this.faults.failedSync)
          if (!isFailing && this.#open.has(fd)) this.#sync(fd)
          onDone(isFailing ? failure('EIO') : null)
        }),
      syncFolder: () => void (this.#durable = new Map(this.#files)),
      list: (folder) => run(() => this.#list(folder)),
      makeFolder: () => undefined,
      readText: (path) => run(() => this.#readText(path), this.faults.failedRead),
      writeText: (path, text) => run(() => this.#writeText(path, text), this.faults.failedWrite, 'ENOSPC'),
      rename: (from, to) => run(() => this.#rename(from, to)),
      remove: (path) => run(() => this.remove(path)),
    }
  }

  #openFile(path: string, flags: number): number {
    let file = this.#files.get(path)
    if (file === undefined) {
      if ((flags & constants.O_CREAT) === 0) throw failure('ENOENT')
      file = { inode: (this.#next += 1), bytes: Buffer.alloc(4096), size: 0, synced: 0, links: 1 }
      this.#files.set(path, file)
    }
    const fd = (this.#next += 1)
    this.#open.set(fd, { file, path })
    return fd
  }

  #fileOf(fd: number): MemoryFile {
    const open = this.#open.get(fd)
    if (open === undefined) throw failure('EBADF')
    return open.file
  }

  #write(owner: SimulatedProcess, fd: number, bytes: Uint8Array, length: number): number {
    const { file, path } = this.#open.get(fd) ?? { file: this.#fileOf(fd), path: '' }
    const isTorn = this.#world.isLikely(this.faults.tornWrite)
    const isShort = isTorn || this.#world.isLikely(this.faults.shortWrite)
    const count = isShort ? this.#world.between(0, length) : length
    while (file.bytes.length < file.size + count)
      file.bytes = Buffer.concat([file.bytes, Buffer.alloc(file.bytes.length)])
    file.bytes.set(bytes.subarray(0, count), file.size)
    this.writes.push({ path, at: this.#world.now, from: file.size, length: count })
    file.size += count
    if (isTorn) {
      owner.kill()
      throw failure('ESRCH')
    }
    if (count === 0 && length > 0) throw failure('ENOSPC')
    return count
  }

  #sync(fd: number): void {
    const file = this.#fileOf(fd)
    file.synced = file.size
  }

  #list(folder: string): string[] {
    const start = `${folder}/`
    return [...this.#files.keys()]
      .filter((path) => path.startsWith(start))
      .map((path) => path.slice(start.length))
  }

  #readText(path: string): string {
    if (!this.#files.has(path)) throw failure('ENOENT')
    return this.text(path)
  }

  #writeText(path: string, text: string): void {
    const bytes = Buffer.from(text)
    const inode = (this.#next += 1)
    this.#files.set(path, { inode, bytes, size: bytes.length, synced: 0, links: 1 })
  }

  #rename(from: string, to: string): void {
    const file = this.#files.get(from)
    if (file === undefined) throw failure('ENOENT')
    this.#files.delete(from)
    this.#files.set(to, file)
  }
}

function makeStat({ size, inode, links }: MemoryFile) {
  return { size, ino: inode, nlink: links, isFile: () => true }
}

function readFrom(file: MemoryFile, bytes: Uint8Array, length: number, position: number): number {
  const part = file.bytes.subarray(position, Math.min(file.size, position + length))
  bytes.set(part)
  return part.length
}

function failure(code: string): Error {
  return Object.assign(new Error(code), { code })
}
