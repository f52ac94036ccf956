import type { BatchView } from '../../lib/toolkit/batch/batch-views.ts'
import { formatBatchRow, batchShape } from '../../lib/terminal/batch/batch-list.ts'
import { pickItems } from '../../lib/terminal/list-table.ts'
import { listFlags } from '../base/flags/list-flags.ts'
import { AccountCommand } from '../base/toolkit-command.ts'

export default class BatchList extends AccountCommand {
  static override summary = 'list the batches that run or ran'
  static override description =
    'A batch is dead if its process ended unexpectedly. To continue it, run the same command again.'
  static override examples = [
    '<%= config.bin %> batch list',
    '<%= config.bin %> batch list --status running --json',
  ]
  static override flags = listFlags

  async run(): Promise<{ batches: BatchView[] }> {
    const { flags } = await this.parse(BatchList)
    const { batches: known } = this.toolkit
    const all = (flags.user === undefined ? known : known.ofUser(flags.user)).list()
    const batches = pickItems(all, batchShape, flags)
    const now = new Date().toISOString()
    if (all.length === 0) this.tell('No batch has run here. Run one: qwenctl batch run FILE')
    else {
      const rowsOf = (items: BatchView[]) => items.map((batch) => formatBatchRow(batch, now))
      this.printList(batches, batchShape, { flags, rowsOf })
    }
    return { batches }
  }
}
