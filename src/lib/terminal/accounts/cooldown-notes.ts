import { formatCount } from '../../base/text/count-noun.ts'
import { cutToWidth, printable } from '../format/text-width.ts'
import { formatIn } from '../format/format-time.ts'
import type { AccountQuotaView, CooldownView, QuotaDocument } from '../../toolkit/views.ts'
import { shownName } from './account-names.ts'

const MOST_NOTES = 12
const EVIDENCE_CELLS = 60

/**
 * The cooldowns that the status of an account leaves out: those of single models and of its provider. For stderr.
 */
export function cooldownNotes({ accounts, now }: QuotaDocument): string[] {
  const notes = accounts.flatMap((account) =>
    account.cooldowns.filter(isApart).map((cooldown) => formatNote(account, cooldown, now)),
  )
  const more = notes.length - MOST_NOTES
  return more <= 0
    ? notes
    : [...notes.slice(0, MOST_NOTES), `and ${formatCount(more, 'more cooldown')}: --json lists all`]
}

function isApart({ model, scope }: CooldownView): boolean {
  return model !== null || scope === 'provider'
}

function formatNote(
  account: AccountQuotaView,
  { model, scope, words: reason, until, evidence }: CooldownView,
  now: string,
) {
  const what =
    model === null ? `its ${scope}` : `${printable(model)}${scope === 'account' ? '' : ` at its ${scope}`}`
  const words = evidence === null ? reason : `${reason}, ${cutToWidth(printable(evidence), EVIDENCE_CELLS)}`
  const end =
    until === null ? 'until quota reset --cooldowns' : `for ${formatIn(until, now).replace(/^in /, '')}`
  return `${shownName(account)}: ${what} is in cooldown ${end} (${words})`
}
