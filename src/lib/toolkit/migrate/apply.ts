import { formatTime } from '../../base/iso-time.ts'
import { isQwenctlError } from '../../base/errors.ts'
import { accountFolder } from '../../store/account-folder.ts'
import type { Toolkit } from '../toolkit.ts'
import type { NewAccount } from '../accounts/account-inputs.ts'
import { addImportedJob } from './add-jobs.ts'
import { bringAlong, rememberOrigin } from './account-data.ts'
import type { BroughtAlong } from './account-data.ts'
import type { AliasPlan } from './aliases.ts'
import type { Finding } from './finding.ts'
import { buildSettings } from './plan.ts'
import type { PlanRow } from './plan.ts'
import type { AddedView } from './views.ts'

/**
 * Adds the planned accounts, each with all its data. A failed account is named in the result and does not stop the
 * others. A second run adds what is missing.
 */
export async function applyPlan(
  toolkit: Toolkit,
  rows: readonly PlanRow[],
  options: { user: string; now: number },
): Promise<AddedView[]> {
  const added: AddedView[] = []
  for (const row of rows) {
    // A second import completes one that was interrupted between an account and its files.
    if (row.action === 'present' && row.account !== null) findData(toolkit, row.account, row.finding)
    if (row.action === 'add') added.push(await addRow(toolkit, row, options))
  }
  return added
}

/** Adds the planned aliases that have an account to the configuration. */
export async function applyAliases(
  toolkit: Toolkit,
  plans: readonly AliasPlan[],
  added: readonly AddedView[],
): Promise<void> {
  const failed = new Set(added.filter(({ error }) => error !== null).map(({ provider }) => provider))
  const accounts = new Set((await toolkit.accounts.records()).map(({ provider }) => provider))
  for (const { action, name, models } of plans) {
    const served = models.filter((model) => {
      const provider = model.slice(0, model.indexOf('/'))
      return accounts.has(provider) || !failed.has(provider)
    })
    if (action === 'add' && served.length > 0) await toolkit.settings.set(`aliases.${name}`, served.join(','))
  }
}

async function addRow(
  toolkit: Toolkit,
  { finding, name }: PlanRow,
  { user, now }: { user: string; now: number },
): Promise<AddedView> {
  const { countsToday } = finding
  const provider = finding.provider ?? ''
  try {
    const { id, today } = await toolkit.accounts.add(newAccount(finding, name, user))
    if (!finding.enabled) await toolkit.accounts.setEnabled(id, false)
    const folder = accountFolder(toolkit.home, { user, provider, name })
    if (finding.tokens !== null) {
      const { source, file } = finding
      rememberOrigin(folder, { source, file, importedAt: formatTime(now) })
    }
    const brought = findData(toolkit, { user, provider, name }, finding)
    const job =
      finding.schedule === null ? null : await addImportedJob(toolkit, { id, name, user }, finding.schedule)
    return {
      id,
      user,
      provider,
      name,
      error: null,
      requests: countsToday === null ? 0 : today.requests,
      files: brought.copied,
      left: brought.left,
      job: job?.job ?? null,
      jobNeedsTask: job?.needsTask ?? false,
      jobNote: job?.note ?? null,
    }
  } catch (error) {
    if (!isQwenctlError(error)) throw error
    return {
      id: '',
      user,
      provider,
      name,
      error: error.message,
      requests: 0,
      files: [],
      left: [],
      job: null,
      jobNeedsTask: false,
      jobNote: null,
    }
  }
}

function newAccount(finding: Finding, name: string, user: string): NewAccount {
  const { provider, secret, tokens, withoutKey, baseUrl, countsToday, source } = finding
  return {
    provider: provider ?? '',
    name,
    user,
    ...buildSettings(finding),
    ...(baseUrl === null ? {} : { baseUrl }),
    ...(secret === null ? {} : { secret }),
    ...(tokens === null ? {} : { tokens }),
    ...(withoutKey ? { withoutKey } : {}),
    ...(countsToday === null ? {} : { usedToday: { ...countsToday, note: `counted by ${source}` } }),
  }
}

function findData(
  toolkit: Toolkit,
  account: Parameters<typeof accountFolder>[1],
  { folder, secret, tokens }: Finding,
): BroughtAlong {
  if (folder === null) return { copied: [], left: [] }
  const secrets = [secret, tokens?.accessToken, tokens?.refreshToken].filter((one) => one != null)
  return bringAlong(folder, accountFolder(toolkit.home, account), secrets)
}
