import { Args } from '@oclif/core'
import type { BatchRun } from '../../lib/toolkit/batch/run/batch-run.ts'
import type { BatchPlanView, BatchView } from '../../lib/toolkit/batch/batch-views.ts'
import { planBatch, refuseUnpriced } from '../../lib/toolkit/batch/plan-batch.ts'
import type { BatchPlan } from '../../lib/toolkit/batch/plan-batch.ts'
import { checkBatch, runBatch } from '../../lib/toolkit/batch/run/run-batch.ts'
import type { BatchWish, CheckedBatch } from '../../lib/toolkit/batch/run/run-batch.ts'
import { findDefaultUser } from '../../lib/toolkit/settings/default-user.ts'
import {
  accountColumns,
  accountRows,
  formatEnd,
  formatPlan,
  planColumns,
  planRows,
} from '../../lib/terminal/batch/batch-messages.ts'
import { BatchProgress } from '../../lib/terminal/batch/batch-progress.ts'
import { batchFlags } from '../base/flags/batch-flags.ts'
import { withLineSender } from '../base/proxy/open-line-sender.ts'
import { rotationFlags, useRotationFlags } from '../base/flags/rotation-flags.ts'
import { AccountCommand, groupFlag } from '../base/toolkit-command.ts'

const PER_ACCOUNT = 4
const MOST_AUTO = 64
const INTERRUPTED = 130

export default class BatchRunCommand extends AccountCommand {
  static override summary = 'send a file of requests through the accounts'
  static override description =
    'Each line of FILE is a request in the batch format of OpenAI or Anthropic. The whole file is checked before anything is sent. Lines wait for limits and resets, and no line fails because of them. To continue, run the same command again: an answered line is never sent twice. It needs no running proxy, and shares its counts with any.'
  static override examples = [
    '<%= config.bin %> batch run tasks.jsonl',
    '<%= config.bin %> batch run tasks.jsonl --dry-run',
    '<%= config.bin %> batch run tasks.jsonl -g plans --reserve 20% --until 08:00',
    '<%= config.bin %> batch run tasks.jsonl --retry-failed --order input',
  ]
  static override args = {
    file: Args.string({ description: 'the requests, one a line', required: true, ignoreStdin: true }),
  }
  static override flags = { ...batchFlags, group: groupFlag, reserve: rotationFlags.reserve }

  async run(): Promise<{ batch: BatchView } | { plan: BatchPlanView }> {
    const { args, flags } = await this.parse(BatchRunCommand)
    useRotationFlags({ reserve: flags.reserve }, process.env)
    const user = flags.user ?? (await findDefaultUser(this.toolkit.settings))
    const wish: BatchWish = {
      file: args.file,
      out: flags.out,
      errors: flags.errors,
      model: flags.model ?? null,
      group: flags.group ?? null,
      maxCostUsd: flags['max-cost'] === undefined ? null : Number(flags['max-cost']),
      until: flags.until === undefined ? null : Date.parse(flags.until),
      isOrdered: flags.order === 'input',
      retryFailed: flags['retry-failed'],
      retryUnknown: flags['retry-unknown'],
      waitsForPeople: false,
      user,
    }
    const checked = await checkBatch(wish)
    try {
      const plan = await planBatch(this.toolkit, checked, { ...wish, user, reserve: flags.reserve })
      if (flags['dry-run']) return this.#showPlan(plan.view)
      refuseUnpriced(plan.view, wish.maxCostUsd)
      const concurrency =
        flags.concurrency === 'auto'
          ? Math.min(MOST_AUTO, PER_ACCOUNT * plan.accounts)
          : Number(flags.concurrency)
      return { batch: await this.#send(wish, checked, { plan, user, concurrency }) }
    } finally {
      await checked.input.close()
    }
  }

  #showPlan(plan: BatchPlanView): { plan: BatchPlanView } {
    this.printTable(planColumns, planRows(plan))
    for (const line of formatPlan(plan, new Date().toISOString())) this.tell(line)
    return { plan }
  }

  async #send(
    wish: BatchWish,
    checked: CheckedBatch,
    { plan, user, concurrency }: { plan: BatchPlan; user: string; concurrency: number },
  ): Promise<BatchView> {
    const look = { palette: this.errorPalette, unicode: this.unicode }
    const progress = new BatchProgress(process.stderr, look, this.jsonEnabled())
    const onTrouble = (message: string) => progress.pause(() => this.caution(message))
    const records = this.toolkit.batches
    if (checked.header !== null) records.forgetCancel(checked.header.id)
    let ending: Ending | null = null
    try {
      const batch = await withLineSender(this.toolkit, { user, onTrouble }, (send) =>
        runBatch(wish, checked, {
          records,
          send,
          concurrency,
          clock: Date.now,
          lineCostUsd: plan.lineCostUsd,
          onState: (view) => progress.show(view),
          onRun: (run) => (ending = endOnSignals(run, (words) => progress.pause(() => this.tell(words)))),
        }),
      )
      progress.end()
      this.#showEnd(batch, wish.file, plan.view.toSend)
      return batch
    } finally {
      progress.end()
      ;(ending as Ending | null)?.forget()
    }
  }

  #showEnd(batch: BatchView, file: string, toSend: number): void {
    if (batch.accounts.length > 0) this.printTable(accountColumns, accountRows(batch))
    for (const line of formatEnd(batch, `qwenctl batch run ${file}`, toSend)) this.tell(line)
    if (batch.reason === 'interrupted') process.exitCode = INTERRUPTED
    else if (batch.failed + batch.unknown > 0 || batch.status === 'canceled') process.exitCode = 1
  }
}

interface Ending {
  forget: () => void
}

/**
 * The first Ctrl-C lets the lines in flight end. The second leaves them: they become unknown. The third ends the
 * process at once.
 */
function endOnSignals(run: BatchRun, tell: (words: string) => void): Ending {
  let asked = 0
  const onSignal = () => {
    asked += 1
    if (asked > 2) process.exit(INTERRUPTED)
    if (asked === 2) return run.leave()
    if (run.inFlight > 0) {
      const lines = run.inFlight === 1 ? 'one line' : `${run.inFlight} lines`
      tell(`Waiting for the answers of ${lines} in flight. Ctrl-C again leaves them.`)
    }
    run.stop('interrupted')
  }
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
  for (const signal of signals) process.on(signal, onSignal)
  return { forget: () => void signals.forEach((signal) => process.off(signal, onSignal)) }
}
