import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import { QwenctlError } from '../../base/errors.ts'
import { replaceSync } from '../../store/documents/files/atomic-write.ts'
import { unwritable } from '../../store/documents/files/file-error.ts'
import type { Home } from '../../store/home.ts'
import type { LockOwner } from '../../store/locks/lock-owner.ts'
import { liveness } from '../../store/locks/lock-owner.ts'
import { isRunning } from './batch-views.ts'
import type { BatchView } from './batch-views.ts'

/** The file of a batch in the home: its last state, and its process. */
interface BatchRecord extends BatchView {
  owner: LockOwner
}

/** The number of ended batches with a record. Older records are removed. */
const MOST_RECORDS = 500

/** The batches of a home, as their processes last described them. */
export class BatchRecords {
  readonly #folder: string
  readonly #user: string | null

  /** `user`: the batches of other users are invisible; null: all users. */
  constructor(home: Pick<Home, 'batchesFolder'>, user: string | null = null) {
    this.#folder = home.batchesFolder
    this.#user = user
  }

  /** The batches of one user. */
  ofUser(user: string): BatchRecords {
    return new BatchRecords({ batchesFolder: this.#folder }, user)
  }

  /** Newest first. */
  list(): BatchView[] {
    return this.#names()
      .flatMap((name) => this.#read(name) ?? [])
      .map(toView)
      .sort((one, other) => (one.startedAt < other.startedAt ? 1 : -1))
  }

  /** Finds a batch by its id, the start of it, or its file. Throws `batch_not_found`, `invalid_usage`. */
  find(reference: string): BatchView {
    const all = this.list()
    const path = resolve(reference)
    const found = all.filter(({ id, file }) => id === reference || file === path)
    const near = found.length > 0 ? found : all.filter((batch) => isMeant(batch, reference))
    const [first] = near
    if (first === undefined)
      throw new QwenctlError('batch_not_found', `there is no batch "${reference.slice(0, 200)}"`)
    if (near.length === 1 || found.length > 0) return first
    throw new QwenctlError('invalid_usage', `"${reference}" names ${near.length} batches`, {
      hint: `write the id: ${near.map(({ id }) => id).join(', ')}`,
    })
  }

  /** The batch with this id; null: it has not run. */
  get(id: string): BatchView | null {
    const record = this.#read(`${id}.json`)
    return record === null ? null : toView(record)
  }

  /** Asks the process that runs a batch, or will run it, to end it. */
  askToCancel(id: string): void {
    this.#write(join(this.#folder, `${id}.cancel`), '')
  }

  /** Asks the process of a batch to end it. A batch without a process is marked at once. */
  cancel(reference: string): BatchView {
    const batch = this.find(reference)
    if (isRunning(batch)) {
      this.askToCancel(batch.id)
      return batch
    }
    if (batch.status === 'completed' || batch.status === 'canceled') return batch
    const record = this.#read(`${batch.id}.json`)
    if (record === null) return batch
    const canceled: BatchRecord = { ...record, status: 'canceled', reason: 'canceled', resumesAt: null }
    this.put(canceled, record.owner)
    return toView(canceled)
  }

  /** Whether a person asked to end it. */
  isCanceled(id: string): boolean {
    return existsSync(join(this.#folder, `${id}.cancel`))
  }

  forgetCancel(id: string): void {
    rmSync(join(this.#folder, `${id}.cancel`), { force: true })
  }

  /** Throws `store_unwritable`. */
  put(view: BatchView, owner: LockOwner): void {
    this.#write(join(this.#folder, `${view.id}.json`), `${JSON.stringify({ ...view, owner })}\n`)
  }

  /** Removes the oldest records of ended batches, beyond a number. */
  prune(): void {
    for (const batch of this.list().slice(MOST_RECORDS)) {
      if (!isRunning(batch)) rmSync(join(this.#folder, `${batch.id}.json`), { force: true })
    }
  }

  #write(path: string, text: string): void {
    try {
      mkdirSync(this.#folder, { recursive: true, mode: 0o700 })
      replaceSync(path, text)
    } catch (error) {
      throw unwritable(path, error)
    }
  }

  #names(): string[] {
    try {
      return readdirSync(this.#folder).filter((name) => /^(?:msg)?batch_\w+\.json$/.test(name))
    } catch {
      return [] // no batch has run here
    }
  }

  /** Null: damaged, just removed, or of another user. */
  #read(name: string): BatchRecord | null {
    try {
      const record = JSON.parse(readFileSync(join(this.#folder, name), 'utf8')) as BatchRecord | null
      if (typeof record?.owner?.pid !== 'number' || typeof record.id !== 'string') return null
      const user = record.user ?? null // older versions did not record it
      return this.#user === null || this.#user === user ? { ...record, user } : null
    } catch {
      return null
    }
  }
}

function isMeant({ id, file }: BatchView, reference: string): boolean {
  return id.startsWith(reference) || id.startsWith(`batch_${reference}`) || basename(file) === reference
}

function toView({ owner, ...view }: BatchRecord): BatchView {
  if (!isRunning(view) || liveness(owner) !== 'dead') return view
  const reason = 'its process has ended without a word'
  return {
    ...view,
    status: 'dead',
    reason,
    inFlight: 0,
    unknown: view.unknown + view.inFlight,
    resumesAt: null,
    endsAt: null,
    perMinute: null,
  }
}
