import { printable } from '../format/text-width.ts'
import type { RestorePlan } from '../../toolkit/backup/backup-views.ts'
import { formatCount } from '../../base/text/count-noun.ts'

const MOST_NAMES = 10

/** The changes of a restore, line by line. */
export function formatRestore(plan: RestorePlan): string[] {
  const isMerge = plan.mode === 'merge'
  const lines = [
    `Backup of ${plan.createdAt}:`,
    names('add', plan.added),
    names(isMerge ? 'keep' : 'replace', plan.present),
    names(isMerge ? 'keep' : 'take out', plan.absent),
    plan.archived > 0 ? `  archive: the ${formatCount(plan.archived, 'account')} of the backup` : null,
    daysLine(plan.ledgerDays),
    configLines[plan.config],
    ...plan.effects.map((effect) => `    it sets ${printable(effect)}`),
    names('bring the client keys', plan.keys),
    plan.missingProviders.length === 0
      ? null
      : `  no plugin here provides ${plan.missingProviders.map(printable).join(', ')}: qwenctl plugins install`,
    plan.newVault === null ? null : `  make a new vault, since the old one does not open: ${plan.newVault}`,
  ]
  return lines.filter((line) => line !== null)
}

function names(verb: string, references: string[]): string | null {
  if (references.length === 0) return null
  const rest = references.length > MOST_NAMES ? ` and ${references.length - MOST_NAMES} more` : ''
  return `  ${verb} ${references.slice(0, MOST_NAMES).map(printable).join(', ')}${rest}`
}

function daysLine(days: string[]): string | null {
  const [first] = days
  if (first === undefined) return null
  return `  counts and history: from the backup, ${formatCount(days.length, 'day')} since ${first}`
}

const configLines: Record<RestorePlan['config'], string | null> = {
  same: null,
  kept: '  config.yaml stays',
  added: '  config.yaml comes from the backup',
  replaced: '  config.yaml is replaced',
  removed: '  config.yaml is removed: the backup has none',
}
