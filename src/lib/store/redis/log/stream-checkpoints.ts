import { historyToJson } from '../../../quota/history/history-json.ts'
import { HISTORY_VERSION } from '../../history/history-day.ts'
import type { EventLoop } from '../../ledger/event-loop.ts'
import { systemLoop } from '../../ledger/event-loop.ts'
import type { StoreLink } from '../link/redis-link.ts'
import type { StoreKeys } from '../link/scripts.ts'
import { KEEP_CHECKPOINT } from '../link/scripts.ts'
import { FoldCut } from './fold-cut.ts'
import { KEPT_WRITER_MS } from './log-client.ts'
import type { StreamFold } from './stream-fold.ts'
import { START } from './stream-fold.ts'

/** A checkpoint is due after this many entries, or this long after the first of them. */
const DUE_ENTRIES = 5_000
const DUE_MS = 30_000
/** Within this time, one process of all writes a checkpoint. */
const TURN_MS = 10_000
/** Checkpoints take at most this share of the time of a process. */
const SHARE = 0.0025
/** The log keeps this much before the newest entry, for readers that are behind. */
const KEPT_LOG_MS = 600_000
/** A short-lived process writes a checkpoint when it had to fold more than this. */
const AT_CLOSE_ENTRIES = 2_000

/** The text of a checkpoint is made in pieces of this size. Requests are counted between them. */
const PIECE_LENGTH = 64 << 10

/** Stores the folded state and finished days of history, and trims the log behind them. */
export class StreamCheckpoints {
  readonly #link: StoreLink
  readonly #keys: StoreKeys
  readonly #loop: EventLoop
  #writtenAt: number
  #costMs = 0
  #writing: Promise<void> | null = null

  constructor(link: StoreLink, keys: StoreKeys, loop: EventLoop) {
    this.#link = link
    this.#keys = keys
    this.#loop = loop
    this.#writtenAt = loop.steady()
  }

  /** Never throws: without a checkpoint only the next start is slower. */
  async afterCall(fold: StreamFold): Promise<void> {
    if (this.#writing !== null) return
    const age = this.#loop.steady() - this.#writtenAt
    const isDue = fold.tail >= DUE_ENTRIES || (fold.tail > 0 && age >= DUE_MS)
    if (isDue && age * SHARE >= this.#costMs) await this.#write(fold)
  }

  async atClose(fold: StreamFold): Promise<void> {
    await this.#writing
    if (fold.tail > AT_CLOSE_ENTRIES) await this.#write(fold)
  }

  #write(fold: StreamFold): Promise<void> {
    this.#writing = this.#writeInTurn(fold).finally(() => (this.#writing = null))
    return this.#writing
  }

  async #writeInTurn(fold: StreamFold): Promise<void> {
    const turn = this.#keys.lock('checkpoint')
    this.#writtenAt = this.#loop.steady()
    fold.tail = 0
    try {
      const isOurs = await this.#link.send(turn, ['SET', turn, '1', 'NX', 'PX', String(TURN_MS)])
      if (isOurs !== null) this.#costMs = await writeCheckpoint(this.#link, this.#keys, fold, this.#loop)
    } catch {
      // The log still has all events.
    }
  }
}

/**
 * Stores a checkpoint of the fold as it is at the call. Resolves to the milliseconds that this process worked on the
 * text.
 */
export async function writeCheckpoint(
  link: StoreLink,
  keys: StoreKeys,
  fold: StreamFold,
  loop = systemLoop,
): Promise<number> {
  if (fold.cursor === START) return 0
  const cut = new FoldCut(fold)
  const { text, costMs } = await collectText(cut, loop).finally(() => cut.end())
  if (cut.isAbandoned) return costMs
  const days = [...fold.finished]
  const stored = days.flatMap(([day, history]) => [
    day,
    JSON.stringify({ version: HISTORY_VERSION, day, buckets: historyToJson(history) }),
  ])
  const isKept = await link.run(
    KEEP_CHECKPOINT,
    [keys.checkpoint, keys.log, keys.writers, keys.alive, keys.history],
    [cut.cursor, text, String(KEPT_LOG_MS), String(KEPT_WRITER_MS), cut.mark, ...stored],
  )
  // A refused checkpoint keeps its days: the log may hold other events by now, or a newer checkpoint came with them.
  if (isKept === 1) for (const [day] of days) fold.finished.delete(day)
  return costMs
}

async function collectText(cut: FoldCut, loop: EventLoop): Promise<{ text: string; costMs: number }> {
  const texts: string[] = []
  let [length, costMs, began] = [0, 0, loop.steady()]
  for (const piece of cut.pieces()) {
    texts.push(piece)
    length += piece.length
    if (length < PIECE_LENGTH) continue
    costMs += loop.steady() - began
    await new Promise<void>((resolve) => loop.soon(resolve))
    if (cut.isAbandoned) break
    length = 0
    began = loop.steady()
  }
  return { text: texts.join(''), costMs: costMs + loop.steady() - began }
}
