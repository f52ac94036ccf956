import { nameFromLabel } from '../../account/label.ts'
import type { Account } from '../../account/account.ts'
import { isQwenctlError } from '../../base/errors.ts'
import type { AddressRules } from '../accounts/account-fields.ts'
import { canLackKey, checkSecret, checkSettings } from '../accounts/account-fields.ts'
import type { ProviderRegistry } from '../providers/provider-registry.ts'
import type { Finding } from './finding.ts'
import { serviceAt } from './read/service.ts'

/** The decision on a finding. */
export interface PlanRow {
  action: 'add' | 'present' | 'declined'
  finding: Finding
  /** Its new name, or its present one. */
  name: string
  /** The account that already has the credential; null: none, or one that this plan adds. */
  account: Account | null
  /** Why it is not added; null: it is. */
  reason: string | null
  notes: string[]
}

export interface PlanContext {
  /** Accounts of the importing user. */
  accounts: readonly Account[]
  providers: ProviderRegistry
  addressRules: AddressRules
  /** The credential of an account in the clear: a key, or a refresh token; null if it does not open. */
  secretOf: (account: Account) => string | null
  /** The file that an account's login was imported from; null: none. */
  importedFrom: (account: Account) => string | null
}

/** Decides on each finding, in order; changes nothing. */
export function planMigration(findings: readonly Finding[], context: PlanContext): PlanRow[] {
  const rows: PlanRow[] = []
  for (const finding of findings) rows.push(rowFor(finding, rows, context))
  return rows
}

function rowFor(finding: Finding, before: PlanRow[], context: PlanContext): PlanRow {
  const row = { finding, name: finding.name, account: null, notes: finding.notes }
  const declined = finding.declined ?? findProblem(finding, context)
  if (declined !== null) return { ...row, action: 'declined', reason: declined }
  const twin = context.accounts.find((account) => isSame(account, finding, context)) ?? null
  if (twin !== null) {
    const reason = `${twin.provider}/${twin.name} has it already`
    return { ...row, name: twin.name, account: twin, action: 'present', reason, notes: [] }
  }
  const earlier = before.find((other) => other.action === 'add' && isSameFinding(other.finding, finding))
  if (earlier !== undefined) {
    const reason = `the same credential as ${finding.provider}/${earlier.name} of ${earlier.finding.source}`
    return { ...row, name: earlier.name, action: 'present', reason, notes: [] }
  }
  return { ...row, action: 'add', reason: null, ...named(finding, before, context) }
}

/** The error that `accounts.add` would throw, reported before anything is added. */
function findProblem(finding: Finding, { providers, addressRules }: PlanContext): string | null {
  if (finding.provider === null || !providers.has(finding.provider)) {
    return `qwenctl knows no provider ${finding.provider ?? ''}`.trimEnd()
  }
  const provider = providers.get(finding.provider)
  const lacksKey = finding.withoutKey && canLackKey(finding, provider)
  if (finding.secret === null && finding.tokens === null && !lacksKey) return 'it holds no credential'
  try {
    if (finding.secret !== null) checkSecret(finding.secret)
    const baseUrl = finding.baseUrl ?? finding.tokens?.baseUrl ?? null
    checkSettings({ ...buildSettings(finding), baseUrl }, provider, addressRules)
    return null
  } catch (error) {
    if (isQwenctlError(error)) return withoutFlags(error.message)
    throw error
  }
}

/** Messages name the flags of `auth add`, which a source does not have. */
function withoutFlags(message: string): string {
  return message
    .replace('the value of --base-url', 'its base URL')
    .replace('the value of --egress-proxy', 'its proxy')
}

/** The attributes of the account for a finding. Group names are converted to valid ones. */
export function buildSettings(finding: Finding) {
  const { label, limits, priority, weight, models, egressProxy, quotaGroup } = finding
  return {
    groups: [...new Set(finding.groups.map(nameFrom))],
    priority,
    weight,
    ...(label === null ? {} : { label }),
    ...(limits.length === 0 ? {} : { limits }),
    ...(models === null ? {} : { models }),
    ...(egressProxy === null ? {} : { egressProxy }),
    ...(quotaGroup === null ? {} : { quotaGroup: nameFrom(quotaGroup) }),
  }
}

function isSame(account: Account, finding: Finding, context: PlanContext): boolean {
  const { secretOf, importedFrom } = context
  if (!isSameService(account, finding, context)) return false
  if (finding.tokens !== null) {
    // Renewal changes the tokens, but not their origin.
    return importedFrom(account) === finding.file || secretOf(account) === finding.tokens.refreshToken
  }
  return finding.withoutKey ? account.credential.type === 'none' : secretOf(account) === finding.secret
}

/**
 * The same provider, or a `custom` account at a host of it: a service may have become a provider after the first
 * import. `custom` covers many services, which may use the same text as a key, so there the base URL counts.
 */
function isSameService(account: Account, finding: Finding, { providers }: PlanContext): boolean {
  if (account.provider === finding.provider) return isSameBase(account.baseUrl, finding)
  if (account.provider !== 'custom' || account.baseUrl === null || finding.provider === null) return false
  return serviceAt(providers.all(), account.baseUrl, 'custom').provider === finding.provider
}

function isSameBase(baseUrl: string | null, finding: Finding): boolean {
  return finding.provider !== 'custom' || baseUrl === finding.baseUrl
}

function isSameFinding(one: Finding, other: Finding): boolean {
  if (one.provider !== other.provider || !isSameBase(one.baseUrl, other)) return false
  if (one.withoutKey && other.withoutKey) return true
  if (one.tokens === null || other.tokens === null) return one.secret !== null && one.secret === other.secret
  return one.tokens.refreshToken === other.tokens.refreshToken
}

/** The name in the source, else the next free one. */
function named(
  finding: Finding,
  before: PlanRow[],
  { accounts }: PlanContext,
): Pick<PlanRow, 'name' | 'notes'> {
  const taken = new Set([
    ...accounts.filter(({ provider }) => provider === finding.provider).map(({ name }) => name),
    ...before
      .filter((row) => row.action === 'add' && row.finding.provider === finding.provider)
      .map(({ name }) => name),
  ])
  const stem = nameFrom(finding.name)
  let name = stem
  for (let number = 2; taken.has(name); number += 1) name = `${stem.slice(0, 58)}-${number}`
  const notes = [...finding.notes]
  if (stem !== finding.name && finding.label !== finding.name)
    notes.push(`called ${JSON.stringify(finding.name)} there`)
  if (name !== stem) notes.push(`the name ${stem} is taken`)
  return { name, notes }
}

/** The nearest text that is a valid name. */
export function nameFrom(text: string): string {
  return nameFromLabel(text) ?? nameFromLabel(`imported-${text}`) ?? 'imported'
}
