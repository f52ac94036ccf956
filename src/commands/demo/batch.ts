import { accountColumns, accountRows } from '../../lib/terminal/batch/batch-messages.ts'
import type { BatchDemoDocument } from '../../lib/demo/demo-batch.ts'
import { DemoCommand } from '../base/demo-command.ts'

export default class DemoBatch extends DemoCommand {
  static override enableJsonFlag = true
  static override summary = 'watch a batch that is killed and continues, with simulated accounts'
  static override description =
    'Sends 60 lines over three simulated accounts in a temporary home. The first run is killed with kill -9, and the second continues. Your own accounts are not touched, and no provider is called.'
  static override examples = ['<%= config.bin %> demo batch', '<%= config.bin %> demo batch --json']

  async run(): Promise<BatchDemoDocument> {
    await this.parse(DemoBatch)
    const { BATCH_LIMIT, BATCH_LINES, playBatch } = await import('../../lib/demo/demo-batch.ts')
    this.print(`${BATCH_LINES} lines, three simulated accounts with ${BATCH_LIMIT} requests a day each.`)
    const document = await this.untilInterrupted(({ signal }) =>
      playBatch({
        program: process.argv[1] ?? '',
        onKilled: ({ answered, status }) =>
          this.print(`Killed with kill -9 after ${answered} answers. The batch is ${status} now.`),
        onResumed: ({ answered, unknown }) => {
          const inFlight = unknown === 0 ? '' : `, and ${unknown} in flight at the kill are unknown`
          this.print(`The same command again answers the rest: ${answered} of ${BATCH_LINES}${inFlight}.`)
          if (unknown > 0) this.print('--retry-unknown sends these again.')
        },
        signal,
      }),
    )
    const { answeredOnce, counted } = document
    this.printTable(accountColumns, accountRows(document.batch))
    const verdict = answeredOnce
      ? this.palette.good('Each line is answered once.')
      : this.palette.bad('A line is missing or doubled.')
    this.print(`${verdict} The ledger counted ${counted} requests.`)
    this.print('Try it with your own file: qwenctl batch run FILE')
    if (!answeredOnce) process.exitCode = 1
    return document
  }
}
