// The failures of a service, as data: each row has a stable name, a source with its date, and bodies that it
// decides. The test (test/lib/provider/failures/failures.test.ts) and the page docs/reference/service-errors.md use the same
// bodies.

import type { OutcomeClass } from '../../quota/log/events.ts'
import type { OutcomeRow } from './outcome-row.ts'

export interface FailureRow extends OutcomeRow {
  /** Stable, lower case; `providers explain` prints it. */
  id: string
  about: string
  /** The documentation or report behind the row, with its date: `docs.z.ai/api-reference/api-code (2026-11)`. */
  source: string
  /**
   * The row applies to accounts of the service itself alone, because other services use the same words differently.
   * `first`: read before the rows of all services; `later`: after them, because its words are common.
   */
  isOwn?: 'first' | 'later'
  /** The row uses a status alone: it is read after every row with words or codes, of any service. */
  isWeak?: true
  /** Bodies that this row decides; see `FailureExample`. */
  examples: readonly FailureExample[]
}

/** A single body, unchanged. */
export interface FailureExample {
  status: number
  /** Lower-case names. */
  headers?: Readonly<Record<string, string>>
  /** A text is a body that is not JSON. */
  body: unknown
  /** The end, RFC 3339, read at `EXAMPLE_NOW`; left out: the body names no end. */
  ends?: string
}

/** The time at which the examples are read, a Wednesday. */
export const EXAMPLE_NOW = '2026-11-25T10:00:00.000Z'

/** The rows of one service. */
export interface ServiceFailures {
  /** Lower case; the provider's id where qwenctl has one. */
  id: string
  label: string
  /** Ids of the providers with accounts that read these rows first. */
  providers: readonly string[]
  rows: readonly FailureRow[]
  /** Bodies of the service that other rows classify correctly. */
  bodies: readonly ReadBody[]
}

/** A body without a row of its own, with its required meaning. */
export interface ReadBody extends FailureExample {
  class: OutcomeClass
  scope?: 'account' | 'model'
  source: string
}
