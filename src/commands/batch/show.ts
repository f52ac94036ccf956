import type { BatchView } from '../../lib/toolkit/batch/batch-views.ts'
import { formatBatchCard } from '../../lib/terminal/batch/batch-list.ts'
import { accountColumns, accountRows } from '../../lib/terminal/batch/batch-messages.ts'
import { ToolkitCommand, batchArgument } from '../base/toolkit-command.ts'

export default class BatchShow extends ToolkitCommand {
  static override summary = 'show one batch: progress, files and accounts'
  static override examples = [
    '<%= config.bin %> batch show tasks.jsonl',
    '<%= config.bin %> batch show batch_3f9a --json',
  ]
  static override args = { batch: batchArgument }

  async run(): Promise<{ batch: BatchView }> {
    const { args } = await this.parse(BatchShow)
    const batch = this.toolkit.batches.find(args.batch)
    this.print(formatBatchCard(batch, new Date().toISOString()))
    if (batch.accounts.length > 0) this.printTable(accountColumns, accountRows(batch))
    return { batch }
  }
}
