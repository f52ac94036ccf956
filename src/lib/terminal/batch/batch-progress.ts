import type { BatchView } from '../../toolkit/batch/batch-views.ts'
import type { BatchLook } from './batch-messages.ts'
import { formatProgress } from './batch-messages.ts'

const ERASE_LINE = '\r\u001b[K'
/** Without a terminal, a line this often, and one at every change between running and waiting. */
const LINE_EVERY_MS = 30_000

/** The progress of a batch on stderr: one line in place on a terminal, plain lines without one. */
export class BatchProgress {
  readonly #stream: NodeJS.WriteStream
  readonly #look: Omit<BatchLook, 'columns'>
  readonly #isSilent: boolean
  #last: { at: number; key: string } | null = null
  #isDrawn = false

  constructor(stream: NodeJS.WriteStream, look: Omit<BatchLook, 'columns'>, isSilent: boolean) {
    this.#stream = stream
    this.#look = look
    this.#isSilent = isSilent
  }

  show(batch: BatchView): void {
    if (this.#isSilent || batch.endedAt !== null) return
    if (this.#stream.isTTY) this.#draw(batch)
    else this.#log(batch)
  }

  /** Removes the line for as long as `act` prints. */
  pause(act: () => void): void {
    this.end()
    act()
  }

  end(): void {
    if (this.#isDrawn) this.#stream.write(ERASE_LINE)
    this.#isDrawn = false
  }

  #draw(batch: BatchView): void {
    const look = { ...this.#look, columns: this.#stream.columns }
    this.#isDrawn = true
    this.#stream.write(ERASE_LINE + formatProgress(batch, batch.updatedAt, look))
  }

  #log(batch: BatchView): void {
    const now = Date.parse(batch.updatedAt)
    const key = batch.status === 'waiting' ? 'waiting' : 'running'
    if (this.#last !== null && this.#last.key === key && now - this.#last.at < LINE_EVERY_MS) return
    this.#last = { at: now, key }
    this.#stream.write(`${batch.updatedAt} ${formatProgress(batch, batch.updatedAt, null)}\n`)
  }
}
