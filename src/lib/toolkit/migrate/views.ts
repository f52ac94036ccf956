import { maskSecret, maskUrl, redact } from '../../account/mask.ts'
import type { AliasPlan } from './aliases.ts'
import type { Finding } from './finding.ts'
import type { SettingPlan } from './list-settings.ts'
import type { SkippedFile } from './find-credentials.ts'
import { buildSettings } from './plan.ts'
import type { PlanRow } from './plan.ts'

/** The fields of a finding that its row shows. */
type ShownFinding = Pick<
  Finding,
  | 'source'
  | 'file'
  | 'provider'
  | 'label'
  | 'baseUrl'
  | 'limits'
  | 'groups'
  | 'priority'
  | 'weight'
  | 'quotaGroup'
  | 'egressProxy'
  | 'models'
  | 'enabled'
  | 'countsToday'
>

/** A row of a plan in `--json`, without secrets. */
export interface PlanRowView extends ShownFinding {
  action: PlanRow['action']
  /** Its new name, or its present one. */
  name: string
  auth: { type: 'api-key' | 'oauth' | 'none'; hint: string; expiresAt: string | null } | null
  /** The names that clients use for models, where they differ. */
  aliases: { name: string; model: string }[]
  /** Its schedule becomes a job. */
  hasSchedule: boolean
  /** Null: added. */
  reason: string | null
  notes: string[]
}

export interface MigrationView {
  dryRun: boolean
  plan: PlanRowView[]
  /** The aliases for `config.yaml`. */
  aliases: AliasPlan[]
  /** Settings of a master list for all its accounts. */
  settings: SettingPlan[]
  /** Skipped files. */
  damaged: SkippedFile[]
  /** Settings that belong to no account and are not imported. */
  leftOut: SkippedFile[]
  /** The places that were searched. */
  looked: string[]
  added: AddedView[]
}

export interface AddedView {
  id: string
  user: string
  provider: string
  name: string
  /** Why adding it failed; null: added. */
  error: string | null
  /** Imported requests of today. */
  requests: number
  /** Copied files of the account. */
  files: string[]
  /** The job of its schedule; null: it had none, or `jobNote` says why not. */
  job: string | null
  /** The job is paused until it has a task. */
  jobNeedsTask: boolean
  /** The next step for the job; null: none. */
  jobNote: string | null
  /** Files that exist only at their source, because they contain credentials in the clear. */
  left: string[]
}

export function planRowView({ action, finding, name, reason, notes }: PlanRow): PlanRowView {
  const { source, provider, limits, priority, weight, quotaGroup, models, enabled, countsToday } = finding
  const { secret, tokens, egressProxy } = finding
  const baseUrl = finding.baseUrl ?? tokens?.baseUrl ?? null
  const secrets = [secret, tokens?.accessToken, tokens?.refreshToken].filter((one) => one != null)
  const plain = (text: string) => redact(text, secrets)
  return {
    action,
    source,
    file: finding.file,
    provider,
    name: plain(name),
    label: finding.label === null ? null : plain(finding.label),
    auth: authView(finding),
    baseUrl: baseUrl === null ? null : maskUrl(baseUrl),
    limits: limits.map(plain),
    groups: buildSettings(finding).groups.map(plain),
    priority,
    weight,
    quotaGroup,
    egressProxy: egressProxy === null ? null : maskUrl(egressProxy),
    models,
    aliases: finding.aliases
      .filter(({ name: alias, model }) => alias !== model)
      .map(({ name: alias, model }) => ({ name: plain(alias), model: plain(model) })),
    enabled,
    countsToday,
    hasSchedule: finding.schedule !== null,
    reason: reason === null ? null : plain(reason),
    notes: notes.map(plain),
  }
}

function authView({ secret, tokens, withoutKey }: Finding): PlanRowView['auth'] {
  if (tokens !== null) {
    return { type: 'oauth', hint: maskSecret(tokens.accessToken), expiresAt: tokens.expiresAt }
  }
  if (secret !== null) return { type: 'api-key', hint: maskSecret(secret), expiresAt: null }
  return withoutKey ? { type: 'none', hint: '', expiresAt: null } : null
}
