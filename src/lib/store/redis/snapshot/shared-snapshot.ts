import { formatFold } from '../log/fold-cut.ts'
import { QwenctlError } from '../../../base/errors.ts'
import type { Snapshot } from '../../documents/snapshot-content.ts'
import { dayToBytes, fileLedger, foldSnapshot } from './fold-snapshot.ts'
import { IMPORT_STORE } from '../link/scripts.ts'
import type { SharedStore } from '../shared-store.ts'

/** Documents besides the accounts, by their name in a snapshot and in the store. */
const DOCUMENTS = [
  ['keys.json', 'keys'],
  ['templates.json', 'templates'],
  ['jobs.json', 'jobs'],
] as const

/** The content of a shared store besides the accounts, as the files of a home. */
export async function readSharedSnapshot(store: SharedStore): Promise<Snapshot> {
  const { fold } = await store.readLedger()
  const snapshot = fileLedger(fold, await store.readHistory())
  for (const [file, name] of DOCUMENTS) {
    const { text } = await store.document(name).read()
    if (text !== null) snapshot.set(file, Buffer.from(text))
  }
  return snapshot
}

/**
 * Replaces the content of a shared store by that of a snapshot, in one step. `isNew`: throws `failed` if the store has
 * content. Throws `failed` while a process counts on the store.
 */
export async function importSnapshot(
  store: SharedStore,
  accounts: string,
  snapshot: Snapshot,
  { isNew }: { isNew: boolean },
): Promise<void> {
  await store.ready()
  await refuseWhileCounting(store)
  const fold = foldSnapshot(snapshot)
  const documents = [['accounts', accounts] as const]
  for (const [file, name] of DOCUMENTS) {
    const content = snapshot.get(file)
    if (content !== undefined) documents.push([name as 'accounts', content.toString('utf8')])
  }
  const days = [...fold.finished].map(
    ([day, history]) => [day, dayToBytes(day, history).toString('utf8')] as const,
  )
  fold.finished.clear()
  const { log, writers, meta, checkpoint, history, docs, notices } = store.keys
  const done = await store.link.run(
    IMPORT_STORE,
    [log, writers, meta, checkpoint, history, docs, notices],
    [
      ...[isNew ? 'new' : 'replace', formatFold(fold), String(documents.length), ...documents.flat()],
      ...[String(days.length), ...days.flat()],
    ],
  )
  if (done === 1) return
  throw new QwenctlError('failed', `the store ${store.link.shown} has content already; nothing was changed`, {
    hint: 'set store.prefix to another name, or point this machine at it with config set store.url',
  })
}

/** Throws `failed` while a process of any machine counts on the store. */
export async function refuseWhileCounting(store: SharedStore): Promise<void> {
  const living = await store.livingWriters()
  if (living.size === 0) return
  throw new QwenctlError(
    'failed',
    `${living.size} processes count on the store ${store.link.shown}; nothing was changed`,
    { hint: 'stop the proxies of all machines with qwenctl proxy stop, wait 15 seconds, and try again' },
  )
}

/** Removes the whole content of a store. */
export async function clearStore({ keys, link }: SharedStore): Promise<void> {
  const { log, writers, meta, alive, checkpoint, history, docs, notices, proxies, runs } = keys
  await link.send(log, ['DEL', log, writers, meta, alive, checkpoint, history, docs, notices, proxies, runs])
}
