import type { Json } from '../json-fields.ts'

/** Puts the events of one format together. */
export interface Collector {
  take(event: Json): void
  /** The answer so far; null: it has not begun. */
  whole(): Json | null
}
