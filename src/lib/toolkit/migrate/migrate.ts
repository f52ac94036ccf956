import { resolve } from 'node:path'
import { formatDay } from '../../base/iso-time.ts'
import type { Account } from '../../account/account.ts'
import { QwenctlError, isQwenctlError } from '../../base/errors.ts'
import { accountFolder } from '../../store/account-folder.ts'
import { parseObject, textOrNull } from '../login/token-set.ts'
import { findDefaultUser } from '../settings/default-user.ts'
import type { Toolkit } from '../toolkit.ts'
import { readOrigin } from './account-data.ts'
import { planAliases } from './aliases.ts'
import type { AliasPlan } from './aliases.ts'
import { applyAliases, applyPlan } from './apply.ts'
import { diskView } from './read/disk-view.ts'
import type { Finding } from './finding.ts'
import { findCredentials, sourceNamed } from './find-credentials.ts'
import type { SearchResult } from './find-credentials.ts'
import { applySettings, planSettings } from './list-settings.ts'
import type { SettingPlan } from './list-settings.ts'
import { planMigration } from './plan.ts'
import type { PlanRow } from './plan.ts'
import { sources } from './sources.ts'
import type { AddedView, MigrationView } from './views.ts'
import { planRowView } from './views.ts'

export interface MigrationRequest {
  /** Null: all. */
  source: string | null
  /** A file or folder; null: the usual places. */
  from: string | null
  user?: string | undefined
  env: NodeJS.ProcessEnv
  /** The current folder. */
  folder: string
  clock?: () => number
}

/** A finished plan that has not been applied. */
export interface Migration {
  readonly rows: readonly PlanRow[]
  readonly aliases: readonly AliasPlan[]
  view(result: { dryRun: boolean; added: AddedView[] }): MigrationView
  apply(): Promise<AddedView[]>
}

/** Finds credentials of other tools and plans their import. Nothing changes before `apply`. */
export async function prepareMigration(toolkit: Toolkit, request: MigrationRequest): Promise<Migration> {
  const { env, folder, from, clock = Date.now } = request
  const chosen = request.source === null ? sources : [sourceNamed(sources, request.source)]
  const providers = await toolkit.providers()
  const found = findCredentials(chosen, from === null ? null : resolve(folder, from), {
    files: diskView,
    env,
    home: homeFolder(env),
    folder,
    today: formatDay(clock()),
    providers: providers.all(),
  })
  const user = request.user ?? (await findDefaultUser(toolkit.settings))
  const accounts = (await toolkit.accounts.records()).filter((account) => account.user === user)
  const secrets = await openSecrets(toolkit, accounts, found.findings)
  const rows = planMigration(found.findings, {
    accounts,
    providers,
    addressRules: { allowMetadata: Boolean(await toolkit.settings.get('proxy.allowMetadata')) },
    secretOf: (account) => secrets.get(account.id) ?? null,
    importedFrom: (account) => readOrigin(accountFolder(toolkit.home, account)),
  })
  const aliases = planAliases(rows, await toolkit.settings.aliases())
  const settings = await planSettings(toolkit, rows)
  return {
    rows,
    aliases,
    view: ({ dryRun, added }) => buildView({ rows, aliases, settings, found }, { dryRun, added }),
    apply: async () => {
      const added = await applyPlan(toolkit, rows, { user, now: clock() })
      await applyAliases(toolkit, aliases, added)
      if (added.some(({ error }) => error === null)) await applySettings(toolkit, settings)
      return added
    },
  }
}

function buildView(
  plan: { rows: PlanRow[]; aliases: AliasPlan[]; settings: SettingPlan[]; found: SearchResult },
  { dryRun, added }: { dryRun: boolean; added: AddedView[] },
): MigrationView {
  const { rows, aliases, settings, found } = plan
  const { damaged, leftOut, looked } = found
  return { dryRun, plan: rows.map(planRowView), aliases, settings, damaged, leftOut, looked, added }
}

/** The credentials of accounts that may match a finding; others stay sealed. */
async function openSecrets(
  toolkit: Toolkit,
  accounts: Account[],
  findings: Finding[],
): Promise<Map<string, string>> {
  const asked = new Set(findings.filter(({ declined }) => declined === null).map(({ provider }) => provider))
  // A service of `custom` accounts may be a provider by now.
  if (asked.size > 0) asked.add('custom')
  const secrets = new Map<string, string>()
  for (const account of accounts) {
    if (!asked.has(account.provider) || account.credential.type === 'none') continue
    try {
      secrets.set(account.id, comparable(account, await toolkit.accounts.keptSecret(account)))
    } catch (error) {
      // Sealed with a missing key: using the account reports it. Here the account matches no finding.
      if (!isQwenctlError(error) || error.code !== 'vault_locked') throw error
    }
  }
  return secrets
}

/** The refresh token of a login, because access tokens change. */
function comparable(account: Account, secret: string): string {
  if (account.credential.type !== 'oauth') return secret
  return textOrNull(parseObject(secret)?.['refreshToken']) ?? secret
}

function homeFolder(env: NodeJS.ProcessEnv): string {
  const home = env['HOME'] || env['USERPROFILE'] || ''
  if (home !== '') return home
  throw new QwenctlError('failed', 'this user has no home folder to look in', {
    hint: 'set HOME, or name a file with --from PATH',
  })
}
