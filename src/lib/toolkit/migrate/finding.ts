import type { JobInput } from '../jobs/job-input.ts'
import type { TokenSet } from '../login/token-set.ts'

export const sourceIds = [
  'qwen-code-oai-proxy',
  'qwen-code',
  'cli-proxy-api',
  'litellm',
  'claude-code-router',
  'new-api',
  'sub2api',
  '9router',
  'gpt-load',
  'codex',
  'opencode',
  'claude-code',
  'continue',
  'aider',
  'llm',
  'accounts-yaml',
  'table-file',
  'document',
  'env-files',
  'environment',
] as const
export type SourceId = (typeof sourceIds)[number]

/** Names that people use for a source. */
export const otherSourceNames: Readonly<Record<string, SourceId>> = { 'one-api': 'new-api', env: 'env-files' }

/** The count of another tool for an account on one UTC day. */
export interface CountsToday {
  /** `YYYY-MM-DD`, UTC. */
  day: string
  requests: number
  inputTokens: number
  outputTokens: number
}

/** Limits over all accounts, from a master list; null: none. */
export interface ListLimits {
  maxConcurrent: number | null
  /** The smallest of its rates per hour. */
  maxPerHour: number | null
}

/** A name that clients of a tool use for a model. */
export interface AliasFinding {
  name: string
  /** The model as the service calls it. */
  model: string
  /** The place in a chain of models: 0 answers first, then its fallbacks. */
  rank: number
}

/** A credential of a source, with its settings. */
export interface Finding {
  source: SourceId
  /** The file that contains it, absolute; `environment` for variables. */
  file: string
  /** Null: a service that qwenctl does not know. */
  provider: string | null
  /** The name in the source; not yet a valid or free name. */
  name: string
  baseUrl: string | null
  secret: string | null
  /** The tokens of a device login. */
  tokens: TokenSet | null
  /** True: the server on this machine accepts requests without a key. */
  withoutKey: boolean
  /** Free text for people; null: none. */
  label: string | null
  /** As written: `60/minute`, `100000tokens/minute`. */
  limits: string[]
  groups: string[]
  /** qwenctl's priority: the smallest number serves first. */
  priority: number
  weight: number
  quotaGroup: string | null
  egressProxy: string | null
  models: string[] | null
  aliases: AliasFinding[]
  enabled: boolean
  countsToday: CountsToday | null
  /** A folder with files of the account, which are copied; null: none. */
  folder: string | null
  /** Its schedule, as a job; null: it has none. */
  schedule: JobInput | null
  /** Limits over all accounts of its list; null: none. */
  listLimits: ListLimits | null
  /** Why it cannot be imported; null: it can. */
  declined: string | null
  notes: string[]
}

/** `note` comes from the service (see `Service`), and becomes one of the notes. */
export function makeFinding({
  note,
  ...said
}: Pick<Finding, 'source' | 'file' | 'provider' | 'name'> &
  Partial<Finding> & { note?: string | undefined }): Finding {
  const { notes = [] } = said
  return {
    baseUrl: null,
    secret: null,
    tokens: null,
    withoutKey: false,
    label: null,
    limits: [],
    groups: [],
    priority: 0,
    weight: 1,
    quotaGroup: null,
    egressProxy: null,
    models: null,
    aliases: [],
    enabled: true,
    countsToday: null,
    folder: null,
    schedule: null,
    listLimits: null,
    declined: null,
    ...said,
    notes: note === undefined ? notes : [...notes, note],
  }
}
