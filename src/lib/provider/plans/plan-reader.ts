import { isRecord } from '../../base/is-record.ts'
import type { Metric } from '../../quota/limit.ts'
import type { Bases } from '../bases.ts'

/** Asks for the provider's own counts: a free GET, and a pure function from its answer. */
export interface PlanReader {
  /** False: the provider does not document the address, so a setting must allow it. */
  isOfficial(bases: Bases): boolean
  /** The page that documents or reports the answer, and the day of reading. */
  source: string
  /** The URL of the GET at these bases; null: there is none. `now`: epoch milliseconds. */
  url(bases: Bases, now: number): string | null
  /**
   * The windows in the parsed answer of `url`; empty: it says that there are none; null: it cannot be read. Never
   * throws.
   */
  read(body: unknown, now: number, url: string): PlanWindow[] | null
  /** The dialect of the credential headers; left out: `openai`. */
  dialect?: keyof Bases
  /** Only keys of this form may ask; left out: every key. */
  keyPattern?: RegExp
  /** Most keys may not ask: a refusal is no failure. */
  isPrivileged?: true
  /** A further question with windows of its own. */
  also?: PlanReader
}

/** A window or a balance, as the provider counts it. Null: unknown. */
export interface PlanWindow {
  /** For people: `key limit`, `5 hours`, `balance`. */
  name: string
  /** Null: a unit that qwenctl does not measure. */
  metric: Metric | null
  /** Spelled as in limits (`month`), if qwenctl can count it too; null: not. */
  window: string | null
  max: number | null
  used: number | null
  remaining: number | null
  /** The used share, 0 to 100. */
  percent: number | null
  /** Epoch milliseconds. */
  resetsAt: number | null
  /** False: requests of models continue when it is used up (tools, video). */
  stopsModels: boolean
  /** The currency of a balance, where it is not the US dollar. */
  currency?: string
  /** The provider does not document the address of this count. */
  unofficial?: true
  /** The provider says that this balance pays for no request. */
  isUnusable?: true
}

/** The name of a window that is a balance. */
export const BALANCE = 'balance'

export function emptyWindow(name: string): PlanWindow {
  return {
    name,
    metric: null,
    window: null,
    max: null,
    used: null,
    remaining: null,
    percent: null,
    resetsAt: null,
    stopsModels: true,
  }
}

/** The OpenAI base; where an account has a Messages base alone, the `/v1` of its host. Null: neither. */
export function findPlanBase({ openai, anthropic }: Bases): string | null {
  return openai ?? (anthropic === null ? null : `${new URL(anthropic).origin}/v1`)
}

/** The windows of a list; null: it is no list, or no entry can be read. */
export function readEach(
  list: unknown,
  read: (entry: Record<string, unknown>) => PlanWindow[],
): PlanWindow[] | null {
  if (!Array.isArray(list)) return null
  const windows = (list as unknown[]).filter(isRecord).flatMap(read)
  return windows.length === 0 && list.length > 0 ? null : windows
}

/** A number, also where the service writes it as text. */
export function readNumber(value: unknown): number | null {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value
  return typeof number === 'number' && Number.isFinite(number) ? number : null
}
