import type { Metric } from '../../quota/limit.ts'

/** The provider's own counts for an account. */
export interface PlanView {
  /** RFC 3339: when the provider was asked. */
  at: string
  windows: PlanWindowView[]
}

/** Null: unknown. */
export interface PlanWindowView {
  name: string
  metric: Metric | null
  window: string | null
  max: number | null
  used: number | null
  /** The part of `used` that did not go through qwenctl. */
  elsewhere: number | null
  remaining: number | null
  /** The used share, 0 to 100. */
  percent: number | null
  resetsAt: string | null
  /** The currency of a balance, where it is not the US dollar. */
  currency?: string
}
