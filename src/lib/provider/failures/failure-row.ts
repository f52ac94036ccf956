// What a service says when it fails, as data: each row has a stable name, a source with its day, and bodies that it decides.
// The same bodies are the test (test/lib/provider/failures.test.ts) and the page docs/reference/service-errors.md.

import type { OutcomeClass } from '../../quota/log/events.ts'
import type { OutcomeRow } from '../outcome-row.ts'

export interface FailureRow extends OutcomeRow {
  /** Stable, lower case: what `providers explain` prints. */
  id: string
  about: string
  /** Where it is documented or reported, with the day of the look: `docs.z.ai/api-reference/api-code (2026-11)`. */
  source: string
  /**
   * It holds for accounts of the service itself alone, since others mean something else by the same words. `first`: read
   * before the rows of all services; `later`: after them, since its words are common.
   */
  isOwn?: 'first' | 'later'
  /** It knows a status alone: read after every row that knows words or codes, of whatever service. */
  isWeak?: true
  /** Bodies that this row decides; see `FailureExample`. */
  examples: readonly FailureExample[]
}

/** One body, as it came. */
export interface FailureExample {
  status: number
  /** Lower-case names. */
  headers?: Readonly<Record<string, string>>
  /** A text is a body that is not JSON. */
  body: unknown
  /** When it ends, RFC 3339, read at `EXAMPLE_NOW`; left out: it names no end. */
  ends?: string
}

/** The time at which the examples are read, a Wednesday. */
export const EXAMPLE_NOW = '2026-11-25T10:00:00.000Z'

/** The rows of one service. */
export interface ServiceFailures {
  /** Lower case; the provider's id where qwenctl has one. */
  id: string
  label: string
  /** Provider ids whose accounts read these rows first. */
  providers: readonly string[]
  rows: readonly FailureRow[]
  /** Bodies of the service that rows of others, or the general words, read rightly. */
  bodies: readonly ReadBody[]
}

/** A body without a row of its own, with what it must mean. */
export interface ReadBody extends FailureExample {
  class: OutcomeClass
  scope?: 'account' | 'model'
  source: string
}
