import type { Metric } from '../quota/limit.ts'

/** What an answer says of one limit. What it does not say is null, never guessed. */
export interface LearnedLimit {
  /** Null: of something that qwenctl has no measure for (a plan's share). */
  metric: Metric | null
  /**
   * As limits are written (`minute`, `day@rolling`). `observed`: only the provider can tell when it turns over, or it
   * counts otherwise than qwenctl does, so that a count of ours would be another one.
   */
  window: string
  max: number | null
  remaining: number | null
  /** Epoch milliseconds. */
  resetsAt: number | null
  /** True: that is when all of it is back; some of it is sooner. */
  refillsGradually?: true
  /** What it holds for: the account, or the model that was asked. */
  scope: 'account' | 'model'
  /** The header or field that said so, for people. */
  from: string
}

/** The window of a limit that qwenctl cannot count by itself. */
export const OBSERVED = 'observed'
