import { closeSync, constants, mkdirSync, openSync, readSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import { mix } from '../base/text/hash-text.ts'
import type { Placements } from '../account/placements.ts'

const RECORD_BYTES = 64
const WAYS = 4
const SET_BYTES = RECORD_BYTES * WAYS
/** New records are written soon, but not more often than this: a busy process writes many together. */
const FLUSH_MS = 5

/** Offsets in a record: 64 bits of the key's hash, seconds, a checksum, and the account id with its length. */
const AT = 8
const CHECK = 12
const LENGTH = 16
const ID = 17
const MOST_ID_BYTES = RECORD_BYTES - ID

/**
 * Remembers which account holds a resource, in a file of fixed size that all processes of a home share. A key has
 * four slots in the file; a new key takes the oldest of them. There is no lock: a record is written whole, and a
 * damaged one fails its checksum. A lost record costs at most a warm cache. See docs/decisions/0022.
 */
export class PlacementFile implements Placements {
  readonly #path: string
  readonly #sets: number
  readonly #memory: Buffer
  readonly #isLoaded: Uint8Array
  readonly #dirty = new Set<number>()
  #file: number | null = null
  #hasFailed = false
  #timer: NodeJS.Timeout | null = null
  #flushedAt = -Infinity

  /** `sets`: a power of two; the file has four records for each. */
  constructor(path: string, sets: number) {
    this.#path = path
    this.#sets = sets
    this.#memory = Buffer.alloc(sets * SET_BYTES)
    this.#isLoaded = new Uint8Array(sets)
  }

  find(key: string | number): string | null {
    const [low, high] = hashKey(key)
    const set = low & (this.#sets - 1)
    let record = this.#findRecord(set, low, high)
    // Another process may have written the record since.
    if (record < 0 && this.#load(set)) record = this.#findRecord(set, low, high)
    return record < 0 ? null : this.#accountAt(record)
  }

  put(key: string | number, account: string, now: number): void {
    if (account.length > MOST_ID_BYTES) return
    const [low, high] = hashKey(key)
    const set = low & (this.#sets - 1)
    if (this.#isLoaded[set] === 0) this.#load(set)
    const known = this.#findRecord(set, low, high)
    if (known >= 0 && this.#accountAt(known) === account) return
    const record = known >= 0 ? known : this.#findOldest(set)
    const memory = this.#memory
    memory.writeUInt32LE(low, record)
    memory.writeUInt32LE(high, record + 4)
    memory.writeUInt32LE(Math.floor(now / 1000) >>> 0, record + AT)
    memory.writeUInt8(account.length, record + LENGTH)
    memory.fill(0, record + ID, record + RECORD_BYTES)
    memory.write(account, record + ID, 'latin1')
    memory.writeUInt32LE(computeChecksum(memory, record), record + CHECK)
    this.#dirty.add(record)
    if (performance.now() - this.#flushedAt >= FLUSH_MS) this.flush()
    else this.#timer ??= setTimeout(() => this.flush(), FLUSH_MS).unref()
  }

  /** Writes new records. After an error, they stay valid in this process alone. */
  flush(): void {
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#timer = null
    this.#flushedAt = performance.now()
    const file = this.#dirty.size === 0 ? null : this.#open(true)
    if (file !== null) {
      try {
        for (const record of this.#dirty) writeSync(file, this.#memory, record, RECORD_BYTES, record)
      } catch {
        this.#hasFailed = true // a full disk, or a removed folder
      }
    }
    this.#dirty.clear()
  }

  close(): void {
    this.flush()
    if (this.#file !== null) closeSync(this.#file)
    this.#file = null
  }

  #findRecord(set: number, low: number, high: number): number {
    for (let way = 0; way < WAYS; way++) {
      const record = set * SET_BYTES + way * RECORD_BYTES
      if (this.#memory.readUInt32LE(record) === low && this.#memory.readUInt32LE(record + 4) === high)
        return this.#isSound(record) ? record : -1
    }
    return -1
  }

  #isSound(record: number): boolean {
    const length = this.#memory.readUInt8(record + LENGTH)
    if (length === 0 || length > MOST_ID_BYTES) return false
    return this.#memory.readUInt32LE(record + CHECK) === computeChecksum(this.#memory, record)
  }

  #accountAt(record: number): string {
    const length = this.#memory.readUInt8(record + LENGTH)
    return this.#memory.toString('latin1', record + ID, record + ID + length)
  }

  #findOldest(set: number): number {
    let oldest = -1
    let smallest = Infinity
    for (let way = 0; way < WAYS; way++) {
      const record = set * SET_BYTES + way * RECORD_BYTES
      const at = this.#isSound(record) ? this.#memory.readUInt32LE(record + AT) : -1
      if (at >= smallest) continue
      smallest = at
      oldest = record
    }
    return oldest
  }

  #load(set: number): boolean {
    this.#isLoaded[set] = 1
    const file = this.#open(false)
    if (file === null) return false
    if (this.#dirty.size > 0) this.flush() // reading would undo unwritten changes
    try {
      return readSync(file, this.#memory, set * SET_BYTES, SET_BYTES, set * SET_BYTES) > 0
    } catch {
      return false // the memory has this process's records
    }
  }

  #open(isToWrite: boolean): number | null {
    if (this.#file !== null || this.#hasFailed) return this.#file
    try {
      if (isToWrite) mkdirSync(dirname(this.#path), { recursive: true, mode: 0o700 })
      const flags = constants.O_RDWR | (isToWrite ? constants.O_CREAT : 0)
      this.#file = openSync(this.#path, flags, 0o600)
    } catch {
      this.#hasFailed = isToWrite
    }
    return this.#file
  }
}

/** FNV-1a, twice with different seeds. The hash distinguishes keys; it protects nothing. */
function hashKey(key: string | number): [number, number] {
  if (typeof key === 'number') return [mix(key), mix(key ^ 0x9e3779b9)]
  let low = 0x811c9dc5
  let high = 0x01000193
  for (let index = 0; index < key.length; index++) {
    const unit = key.charCodeAt(index)
    low = Math.imul(low ^ unit, 0x01000193)
    high = Math.imul(high ^ unit, 0x85ebca6b)
  }
  return [mix(low), mix(high)]
}

/** The checksum covers the whole record except itself. */
function computeChecksum(memory: Buffer, record: number): number {
  let hash = 0x811c9dc5
  for (let at = 0; at < RECORD_BYTES; at += 4) {
    if (at === CHECK) continue
    hash = mix(hash ^ memory.readUInt32LE(record + at))
  }
  return hash
}
