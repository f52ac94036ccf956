import type { Hold } from '../../quota/log/events.ts'

/** The most that a request may use at one account. */
export interface BoundUse {
  kind: 'fits'
  hold: Hold
  /** The bound of the answer that the upstream gets, since the request as it came may use too much; null: none. */
  mostOutput: number | null
}

/** A limit has too little left for the request. */
export interface TooMuch {
  kind: 'too-much'
  /** Follows the name of the account. */
  words: string
  /** When there may be room, in epoch milliseconds; null: never, the limit as a whole is too small. */
  availableAt: number | null
}
