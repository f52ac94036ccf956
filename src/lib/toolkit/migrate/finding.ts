// Migration: what other tools keep of accounts, and how it becomes ours. One file per source reads (pure, over an
// injected view of the files) and answers findings; `plan.ts` decides what becomes of each, `apply.ts` does it. Nothing
// here writes to a source, and no message quotes what a source holds.

import type { TokenSet } from '../login/token-set.ts'

export const sourceIds = [
  'qwen-code-oai-proxy',
  'qwen-code',
  'cli-proxy-api',
  'litellm',
  'codex',
  'opencode',
  'claude-code',
  'accounts-yaml',
  'table-file',
  'env-files',
  'environment',
] as const
export type SourceId = (typeof sourceIds)[number]

/** What another tool counted for an account on one UTC day. */
export interface CountsToday {
  /** `YYYY-MM-DD`, UTC. */
  day: string
  requests: number
  inputTokens: number
  outputTokens: number
}

/** One credential that a source holds, and whatever it says of it. */
export interface Finding {
  source: SourceId
  /** The file it stands in, absolute; `environment` for variables. */
  file: string
  /** Null: of no service that qwenctl knows. */
  provider: string | null
  /** As the source calls it; not yet a valid or free name. */
  name: string
  baseUrl: string | null
  secret: string | null
  /** Of a device login. */
  tokens: TokenSet | null
  /** As written: `60/minute`, `100000tokens/minute`. */
  limits: string[]
  groups: string[]
  /** Ours: the smallest number serves first. */
  priority: number
  weight: number
  quotaGroup: string | null
  egressProxy: string | null
  models: string[] | null
  enabled: boolean
  countsToday: CountsToday | null
  /** A folder whose files belong to the account and come along; null: none. */
  folder: string | null
  /** Why it cannot be imported; null: it can. */
  declined: string | null
  notes: string[]
}

export function finding(
  said: Pick<Finding, 'source' | 'file' | 'provider' | 'name'> & Partial<Finding>,
): Finding {
  return {
    baseUrl: null,
    secret: null,
    tokens: null,
    limits: [],
    groups: [],
    priority: 0,
    weight: 1,
    quotaGroup: null,
    egressProxy: null,
    models: null,
    enabled: true,
    countsToday: null,
    folder: null,
    declined: null,
    notes: [],
    ...said,
  }
}
