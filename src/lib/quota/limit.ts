// The quota room: limits, the clocks of their windows, the events of the ledger and the fold over them. Pure: events
// and time come in as arguments, so every process that folds the same file reaches the same verdicts.

export const metrics = ['requests', 'tokens', 'input-tokens', 'output-tokens', 'usd'] as const
export type Metric = (typeof metrics)[number]

/** How a window turns over. */
export type Clock =
  | { kind: 'calendar'; unit: 'day' | 'week' | 'month'; /** IANA name, `UTC` by default. */ zone: string }
  | { kind: 'rolling'; lengthMs: number }
  | { kind: 'first-use'; lengthMs: number }

/** `MAX[metric]/WINDOW`, taken apart. */
export interface Limit {
  metric: Metric
  max: number
  /** As it is written: `day`, `5h`, `day@Asia/Shanghai`, `5h@first-use`. */
  window: string
  clock: Clock
}

export type LimitSource = 'configured' | 'default' | 'learned'
