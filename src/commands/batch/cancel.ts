import { formatCount } from '../../lib/base/text/count-noun.ts'
import type { BatchView } from '../../lib/toolkit/batch/batch-views.ts'
import { ToolkitCommand, batchArgument } from '../base/toolkit-command.ts'

export default class BatchCancel extends ToolkitCommand {
  static override summary = 'end a running batch cleanly'
  static override description =
    'The lines in flight still get their answers. Answers stay, and batch run continues the file.'
  static override examples = ['<%= config.bin %> batch cancel tasks.jsonl']
  static override args = { batch: batchArgument }

  async run(): Promise<{ batch: BatchView }> {
    const { args } = await this.parse(BatchCancel)
    const batch = this.toolkit.batches.cancel(args.batch)
    const isRunning = batch.status === 'running' || batch.status === 'waiting'
    if (isRunning) this.tell(`${batch.id} ends after ${formatCount(batch.inFlight, 'line')} in flight.`)
    else this.tell(`${batch.id} does not run: ${batch.status}.`)
    return { batch }
  }
}
