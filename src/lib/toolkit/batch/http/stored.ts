// Files and batches that came over HTTP: one JSON record and one content each, in the home's folder of batches.

import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { QwenctlError } from '../../../base/errors.ts'
import { writeAtomically } from '../../../store/documents/files/atomic-write.ts'

/** The client that a file or batch belongs to. Others do not see it. */
export interface Owner {
  /** The id of the client key; null: the request came without one. */
  key: string | null
  /** The user of the key; null: any. */
  user: string | null
}

export interface StoredFile {
  id: string
  owner: Owner
  filename: string
  bytes: number
  /** Epoch milliseconds. */
  createdAt: number
}

export type StoredState =
  'validating' | 'in_progress' | 'cancelling' | 'completed' | 'failed' | 'expired' | 'cancelled'

/** Nothing more happens to a batch in these states. */
export const FINAL: ReadonlySet<StoredState> = new Set(['completed', 'failed', 'expired', 'cancelled'])

export interface StoredBatch {
  id: string
  kind: 'openai' | 'anthropic'
  owner: Owner
  /** The file id of the client; null: the requests came with the batch. */
  inputFileId: string | null
  endpoint: string | null
  metadata: Record<string, string> | null
  state: StoredState
  /** Lines of the input; 0 until it is validated. */
  lines: number
  /** Why it failed. */
  errors: { code: string; message: string; line: number | null }[]
  createdAt: number
  startedAt: number | null
  endedAt: number | null
  cancelAskedAt: number | null
  /** Lines without an answer at the end: they are in the error file. */
  canceled: number
  expired: number
}

const ID = /^(?:file-|batch_|msgbatch_)[\w-]{1,64}$/
/** Together with the content they may fill a disk, so their number is bounded for each owner. */
const MOST_FILES = 200
const MOST_BATCHES = 200

export function sameOwner(one: Owner, other: Owner): boolean {
  return one.key === other.key && one.user === other.user
}

/** The files and batches of one home. Every process of the home sees the same. */
export class StoredBatches {
  readonly folder: string

  constructor(batchesFolder: string) {
    this.folder = join(batchesFolder, 'http')
  }

  /** The content of a file, or a result of a batch: `file-X`, `batch_X.out`, `batch_X.err`, `batch_X.rest`. */
  contentPath(id: string, result = ''): string {
    return join(this.folder, `${id}${result}.jsonl`)
  }

  files(owner: Owner): StoredFile[] {
    return this.#list<StoredFile>('file-').filter((file) => sameOwner(file.owner, owner))
  }

  batches(owner: Owner | null, kind: StoredBatch['kind'] | null): StoredBatch[] {
    const all = [...this.#list<StoredBatch>('batch_'), ...this.#list<StoredBatch>('msgbatch_')]
    return all.filter(
      (batch) => (owner === null || sameOwner(batch.owner, owner)) && (kind === null || batch.kind === kind),
    )
  }

  /** Throws `not_found`, also for a file of another owner. */
  file(id: string, owner: Owner): StoredFile {
    const file = this.#read<StoredFile>(id)
    if (file !== null && id.startsWith('file-') && sameOwner(file.owner, owner)) return file
    throw new QwenctlError('not_found', `there is no file ${id.slice(0, 80)}`)
  }

  /** Throws `not_found`, also for a batch of another owner or kind. */
  batch(id: string, owner: Owner, kind: StoredBatch['kind']): StoredBatch {
    const batch = this.#read<StoredBatch>(id)
    if (batch !== null && batch.kind === kind && sameOwner(batch.owner, owner)) return batch
    throw new QwenctlError('not_found', `there is no batch ${id.slice(0, 80)}`)
  }

  reread(id: string): StoredBatch | null {
    return this.#read<StoredBatch>(id)
  }

  async putFile(file: StoredFile): Promise<void> {
    await this.#write(file.id, file)
  }

  async putBatch(batch: StoredBatch): Promise<void> {
    await this.#write(batch.id, batch)
  }

  /** Throws `invalid_request` when the owner has too many files or batches. */
  checkRoom(owner: Owner): void {
    const isFull = this.files(owner).length >= MOST_FILES || this.batches(owner, null).length >= MOST_BATCHES
    if (!isFull) return
    throw new QwenctlError(
      'invalid_request',
      `there are ${MOST_FILES} files or batches of this key already`,
      {
        hint: 'delete what has ended: DELETE /v1/files/ID, /v1/batches/ID or /v1/messages/batches/ID',
      },
    )
  }

  remove(id: string): void {
    if (!ID.test(id)) return
    for (const name of readdirSync(this.folder))
      if (name === `${id}.json` || name.startsWith(`${id}.`)) rmSync(join(this.folder, name), { force: true })
  }

  /**
   * Removes files made before `filesBefore`. Also removes leftovers of a killed process: uploads and contents without a
   * record, unchanged since `leftBefore`. Both in epoch milliseconds.
   */
  tidy(filesBefore: number, leftBefore: number): void {
    if (!existsSync(this.folder)) return
    for (const { id, createdAt } of this.#list<StoredFile>('file-'))
      if (createdAt < filesBefore) this.remove(id)
    const names = readdirSync(this.folder)
    const known = new Set(
      names.filter((name) => name.endsWith('.json')).map((name) => name.slice(0, -'.json'.length)),
    )
    for (const name of names) {
      const id = name.split('.', 1)[0]!
      if (known.has(id) || !(ID.test(id) || name.startsWith('upload-'))) continue
      const path = join(this.folder, name)
      if ((statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? Infinity) < leftBefore)
        rmSync(path, { force: true })
    }
  }

  newId(prefix: 'file-' | 'batch_' | 'msgbatch_'): string {
    mkdirSync(this.folder, { recursive: true, mode: 0o700 })
    return `${prefix}${randomBytes(12).toString('hex')}`
  }

  #list<Item extends { createdAt: number }>(prefix: string): Item[] {
    if (!existsSync(this.folder)) return []
    return readdirSync(this.folder)
      .filter((name) => name.startsWith(prefix) && name.endsWith('.json'))
      .flatMap((name) => this.#read<Item>(name.slice(0, -'.json'.length)) ?? [])
      .sort((one, other) => other.createdAt - one.createdAt)
  }

  #read<Item>(id: string): Item | null {
    if (!ID.test(id)) return null
    try {
      return JSON.parse(readFileSync(join(this.folder, `${id}.json`), 'utf8')) as Item
    } catch {
      return null // never made, or removed
    }
  }

  async #write(id: string, value: unknown): Promise<void> {
    mkdirSync(this.folder, { recursive: true, mode: 0o700 })
    await writeAtomically(join(this.folder, `${id}.json`), `${JSON.stringify(value)}\n`)
  }
}
