import { createHash } from 'node:crypto'
import type { z } from 'zod'
import type { AccountView } from '../../toolkit/views.ts'
import type { ClientKeyView } from '../../contract/access/keys.ts'
import type { JobAnswer } from '../../contract/jobs.ts'
import {
  addedAccount,
  oneAccount,
  refreshedAccount,
  verifiedAccount,
} from '../../contract/accounts/account.ts'
import { begunConnection, oneConnection } from '../../contract/accounts/connections.ts'
import { createdKey, oneKey } from '../../contract/access/keys.ts'
import { oneJob } from '../../contract/jobs.ts'
import { settingList } from '../../contract/proxy.ts'

/**
 * The version of a resource covers everything that a person or program sets. Counts, cooldowns and times change with
 * every request, and would make every conditional change fail.
 */
const versionedFields = new Map<z.ZodType, (answer: never) => unknown>([
  [oneAccount, ({ account }: { account: AccountView }) => pickSettings(account)],
  [addedAccount, ({ account }: { account: AccountView }) => pickSettings(account)],
  [verifiedAccount, ({ account }: { account: AccountView }) => pickSettings(account)],
  [refreshedAccount, ({ account }: { account: AccountView }) => pickSettings(account)],
  [
    oneConnection,
    ({ connection }: { connection: { account: AccountView } }) => pickSettings(connection.account),
  ],
  [
    begunConnection,
    ({ connection }: { connection: { account: AccountView } | null }) =>
      connection === null ? null : pickSettings(connection.account),
  ],
  [oneKey, ({ key }: { key: ClientKeyView }) => pickKeySettings(key)],
  [createdKey, ({ key }: { key: ClientKeyView }) => pickKeySettings(key)],
  [
    oneJob,
    ({ job }: { job: JobAnswer }) => [job.id, job.updatedAt, job.accounts.map(({ status }) => status)],
  ],
  [settingList, ({ settings }: { settings: unknown }) => settings],
])

/** The `ETag` of an answer of this schema; null: it is not about one resource. */
export function computeETag(schema: z.ZodType, answer: unknown): string | null {
  const fields = versionedFields.get(schema)?.(answer as never) ?? null
  if (fields === null) return null
  return `"${createHash('sha256').update(JSON.stringify(fields)).digest('base64url').slice(0, 22)}"`
}

/** Whether answers of this schema have an `ETag`. */
export function hasETag(schema: z.ZodType | null): boolean {
  return schema !== null && versionedFields.has(schema)
}

/** Whether a header `If-Match` names this version. */
export function matchesETag(header: string, etag: string): boolean {
  const tags = header.split(',').map((tag) => tag.trim())
  return tags.includes('*') || tags.includes(etag)
}

function pickSettings({ limits, auth, ...account }: AccountView) {
  const { id, user, provider, name, label, groups, priority, weight, enabled, models, isDefault } = account
  const { baseUrl, anthropicBaseUrl, service, authHeader, quotaGroup, egressProxy } = account
  const set = limits.filter(({ source }) => source === 'configured' || source === 'default')
  return [
    [id, user, provider, name, label, groups, priority, weight, enabled, models, isDefault],
    [baseUrl, anthropicBaseUrl, service, authHeader, quotaGroup, egressProxy],
    [auth.type, auth.hint],
    set.map(({ metric, window, max }) => [metric, window, max]),
  ]
}

function pickKeySettings({ limits, status, ...key }: ClientKeyView) {
  const { id, name, hint, user, accounts, groups, models, expiresAt } = key
  return [
    [id, name, hint, user, accounts, groups, models, expiresAt, status === 'paused'],
    limits.map(({ metric, window, max }) => [metric, window, max]),
  ]
}
