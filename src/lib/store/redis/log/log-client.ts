import type { StoreLink } from '../link/redis-link.ts'
import type { StoreKeys } from '../link/scripts.ts'
import { APPEND } from '../link/scripts.ts'
import type { StreamEntry } from './stream-fold.ts'
import { StreamFold } from './stream-fold.ts'

export type BatchKind = 'reserve' | 'other' | 'again'

/** The lines that a writer appends with one call. */
export interface WireBatch {
  /** Counts from 1; the server takes each number once. */
  number: number
  kind: BatchKind
  lines: string
}

export interface LogReply {
  /** `GAP`: the server lost the number of this writer. `DIVERGED`: it lost entries that were folded. */
  status: 'OK' | 'GAP' | 'DIVERGED' | 'BARRIER'
  /** The replication id of the server: it changes when writes may be lost. */
  run: string
  /** Nothing is granted for this long, in milliseconds. */
  graceMs: number
  /** Epoch milliseconds by the server's clock. */
  time: number
  /** Grows with each change of a document. */
  documents: number
  entries: StreamEntry[]
  /** The last number of this writer that the server knew before the call. */
  last: number
  /** Writers that sent a heartbeat in the last 15 seconds; empty if this call was no heartbeat. */
  alive: string[]
}

/** After a restart or failover of the server, the writers have this long to append the lost events. */
export const GRACE_MS = 5_000
/** A writer without a heartbeat for this long counts as ended; the append script has the same number. */
export const ALIVE_MS = 15_000
/** A writer without a call for this long is removed. */
export const KEPT_WRITER_MS = 172_800_000
/** The most entries of one reply. */
export const MOST_ENTRIES = 2_000

export interface CallParts {
  writer: string
  fold: StreamFold
  batch: WireBatch | null
  /** The last number of this writer that the server has acknowledged. */
  acknowledged?: number
  graceMs?: number
  heartbeat?: boolean
}

/** Calls the append script. Throws `store_unreachable`. */
export async function callLog(link: StoreLink, keys: StoreKeys, parts: CallParts): Promise<LogReply> {
  const { writer, fold, batch, acknowledged = 0, graceMs = GRACE_MS, heartbeat = false } = parts
  const reply = (await link.run(
    APPEND,
    [keys.log, keys.writers, keys.meta, keys.alive, keys.checkpoint],
    [
      ...[writer, String(batch?.number ?? 0), fold.cursor, fold.mark, batch?.lines ?? ''],
      ...[
        batch?.kind ?? 'other',
        String(graceMs),
        String(MOST_ENTRIES),
        heartbeat ? '1' : '0',
        String(acknowledged),
      ],
    ],
  )) as [LogReply['status'], string, number, number, number, StreamEntry[], string[], number]
  const [status, run, grace, time, documents, entries, alive, last] = reply
  return {
    status,
    run,
    graceMs: grace,
    time,
    documents,
    alive,
    entries,
    last,
  }
}

/**
 * Folds the log from its checkpoint to its end. `start` is the last entry in the checkpoint. Throws
 * `store_unreachable`, `store_corrupt`, `store_too_new`.
 */
export async function loadFold(
  link: StoreLink,
  keys: StoreKeys,
  writer: string,
  onEntry: (fold: StreamFold, entry: StreamEntry) => void = (fold, entry) => void fold.foldLines(entry),
): Promise<{ fold: StreamFold; start: string; problems: string[]; reply: LogReply }> {
  const problems: string[] = []
  const text = (await link.send(keys.checkpoint, ['HGET', keys.checkpoint, 'text'])) as string | null
  const fold = text === null ? new StreamFold() : StreamFold.fromText(text)
  const start = fold.cursor
  for (;;) {
    const reply = await callLog(link, keys, { writer, fold, batch: null })
    if (reply.status === 'DIVERGED') {
      problems.push('the log in the store lacks its checkpoint: counts since then may be missing')
      fold.mark = '*'
      continue
    }
    for (const entry of reply.entries) onEntry(fold, entry)
    if (reply.entries.length < MOST_ENTRIES) return { fold, start, problems, reply }
  }
}
