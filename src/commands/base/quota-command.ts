import { cutToWidth } from '../../lib/terminal/format/text-width.ts'
import type { AccountFilter } from '../../lib/toolkit/toolkit.ts'
import type { QuotaDocument } from '../../lib/toolkit/views.ts'
import type { ListFlags } from '../../lib/terminal/base-command.ts'
import { cooldownNotes } from '../../lib/terminal/accounts/cooldown-notes.ts'
import { formatEmpty } from '../../lib/terminal/accounts/empty-messages.ts'
import { estimateNotes } from '../../lib/terminal/quota/estimate-notes.ts'
import { forecastNotes } from '../../lib/terminal/quota/forecast-messages.ts'
import { quotaRows, quotaShape, statusNotes } from '../../lib/terminal/quota/quota-table.ts'
import { planNotes } from '../../lib/terminal/quota/plan-notes.ts'
import { unpricedNotes } from '../../lib/terminal/quota/unpriced-notes.ts'
import { AccountCommand } from './toolkit-command.ts'

/** The quota commands: each ends with what is left. */
export abstract class QuotaCommand extends AccountCommand {
  protected showQuota(document: QuotaDocument, filter: AccountFilter, flags: ListFlags = {}): void {
    if (document.accounts.length === 0 && flags.quiet !== true) {
      this.tell(formatEmpty(filter, [], flags.status))
      return
    }
    this.printList(document.accounts, quotaShape, { flags, rowsOf: () => quotaRows(document, this.look) })
    if (flags.quiet === true) return
    for (const note of this.listNotes(document)) this.tell(note)
  }

  protected listNotes(document: QuotaDocument): string[] {
    return [
      ...statusNotes(document),
      ...cooldownNotes(document),
      ...forecastNotes(document),
      ...unpricedNotes(document),
      ...estimateNotes(document),
      ...planNotes(document),
    ]
  }

  /** Keeps a redrawn line from wrapping into two. */
  protected fitted(line: string): string {
    const { columns } = this.look
    return columns === null ? line : cutToWidth(line, columns - 1)
  }
}
