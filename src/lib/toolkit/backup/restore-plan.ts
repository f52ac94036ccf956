import { fullReference } from '../../account/account.ts'
import type { Account } from '../../account/account.ts'
import type { AccountsData } from '../../store/documents/accounts-document.ts'
import type { Snapshot } from '../../store/documents/snapshot-content.ts'
import type { RestorePlan } from './backup-views.ts'
import { configEffects } from './config-effects.ts'
import { jobEffects } from './job-effects.ts'

export interface Compared {
  accounts: AccountsData
  files: Snapshot
}

export function planRestore(
  mode: RestorePlan['mode'],
  backup: Compared & { createdAt: string },
  present: Compared,
  hasProvider: (id: string) => boolean,
): Omit<RestorePlan, 'newVault'> {
  const wanted =
    mode === 'replace' ? backup.accounts.accounts : missingAccounts(backup.accounts, present.accounts)
  const kept = new Set(present.accounts.accounts.map(({ id }) => id))
  const backedUp = new Set(backup.accounts.accounts.map(({ id }) => id))
  const config = configChange(mode, backup.files.get('config.yaml'), present.files.get('config.yaml'))
  const comesAlong = config === 'added' || config === 'replaced'
  const bringsJobs = mode === 'replace' || !present.files.has('jobs.json')
  const bringsKeys = mode === 'replace' || !present.files.has('keys.json')
  return {
    mode,
    createdAt: backup.createdAt,
    added: references(wanted.filter(({ id }) => !kept.has(id))),
    present: references(present.accounts.accounts.filter(({ id }) => backedUp.has(id))),
    absent: references(present.accounts.accounts.filter(({ id }) => !backedUp.has(id))),
    archived: mode === 'replace' ? backup.accounts.archived.length : 0,
    ledgerDays: mode === 'replace' ? daysIn(backup.files) : [],
    config,
    effects: [
      ...(comesAlong ? configEffects(backup.files.get('config.yaml'), present.files.get('config.yaml')) : []),
      ...(bringsJobs ? jobEffects(backup.files.get('jobs.json'), present.files.get('jobs.json')) : []),
    ],
    keys: bringsKeys ? keyNames(backup.files.get('keys.json')) : [],
    missingProviders: [...new Set(wanted.map(({ provider }) => provider))].filter((id) => !hasProvider(id)),
  }
}

/** The accounts of the backup with both a free id and a free name. */
export function missingAccounts(backup: AccountsData, present: AccountsData): Account[] {
  const ids = new Set([...present.accounts, ...present.archived].map(({ id }) => id))
  const names = new Set(present.accounts.map(fullReference))
  return backup.accounts.filter((account) => !ids.has(account.id) && !names.has(fullReference(account)))
}

/** Client keys of a backup, by name. */
function keyNames(content: Buffer | undefined): string[] {
  try {
    const { keys } = JSON.parse(content?.toString() ?? '{}') as { keys?: { name?: unknown }[] }
    return (keys ?? []).map(({ name }) => String(name))
  } catch {
    return [] // the document's own reader reports the fault
  }
}

function references(accounts: Account[]): string[] {
  return accounts.map(fullReference)
}

function daysIn(files: Snapshot): string[] {
  const days = [...files.keys()].map((name) => /^ledger\/(\d{4}-\d\d-\d\d)\.ndjson$/.exec(name)?.[1])
  return days.filter((day) => day !== undefined).sort()
}

function configChange(
  mode: RestorePlan['mode'],
  backup: Buffer | undefined,
  present: Buffer | undefined,
): RestorePlan['config'] {
  if (backup === undefined) return present === undefined ? 'same' : mode === 'replace' ? 'removed' : 'kept'
  if (present === undefined) return 'added'
  if (backup.equals(present)) return 'same'
  return mode === 'replace' ? 'replaced' : 'kept'
}
