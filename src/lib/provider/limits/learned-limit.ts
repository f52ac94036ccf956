import type { Metric } from '../../quota/limit.ts'

/** A single limit from an answer. Missing values are null, never guessed. */
export interface LearnedLimit {
  /** Null: a unit that qwenctl does not measure (a plan's share). */
  metric: Metric | null
  /**
   * The window's spelling (`minute`, `day@rolling`). `observed`: qwenctl cannot count this limit. Only the provider
   * knows when the window ends, or it counts differently.
   */
  window: string
  max: number | null
  remaining: number | null
  /** Epoch milliseconds. */
  resetsAt: number | null
  /** True: the full amount is back at that time, a part of it sooner. */
  refillsGradually?: true
  /** The scope of the limit: the account, or the requested model. */
  scope: 'account' | 'model'
  /** The header or field of the limit, for people. */
  from: string
}

/** The window of a limit that qwenctl cannot count on its own. */
export const OBSERVED = 'observed'
