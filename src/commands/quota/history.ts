import { Flags } from '@oclif/core'
import { seriesTones } from '../../lib/terminal/format/color.ts'
import { historyKeys } from '../../lib/toolkit/history/history-views.ts'
import type { HistoryDocument, HistoryKey, HistoryQuery } from '../../lib/toolkit/history/history-views.ts'
import { formatCount } from '../../lib/base/text/count-noun.ts'
import { historyChart } from '../../lib/terminal/quota/history-chart.ts'
import { historyCsv } from '../../lib/terminal/quota/history-csv.ts'
import { writeOwnHistory } from '../../lib/toolkit/accounts/account-folders.ts'
import type { AccountFilter } from '../../lib/toolkit/toolkit.ts'
import type { HistoryMetric } from '../../lib/terminal/quota/history-metrics.ts'
import { formatCost, historyMetrics } from '../../lib/terminal/quota/history-metrics.ts'
import { shortNumber } from '../../lib/terminal/quota/quota-table.ts'
import { periodFlags } from '../base/flags/period-flags.ts'
import {
  AccountCommand,
  accountArgument,
  buildFilter,
  groupFlag,
  providerFlag,
} from '../base/toolkit-command.ts'

const COLUMNS = 80
/** The first fold of a large ledger takes a while; progress shows that the command works. */
const PATIENCE_MS = 1500

export default class QuotaHistory extends AccountCommand {
  static override summary = 'show usage per day or hour, as a chart'
  static override description =
    'Days and hours are in UTC. With --by, bars are stacked by account, provider, model, client key, job, group or user. An unknown cost is "?"; "+ ?" follows a cost of which only a part is known.'
  static override examples = [
    '<%= config.bin %> quota history',
    '<%= config.bin %> quota history qwen/work --hours 24',
    '<%= config.bin %> quota history --days 7 --by model --metric tokens',
    '<%= config.bin %> quota history --days 365 --by key --csv > history.csv',
    '<%= config.bin %> quota history --days 90 --save',
  ]
  static override args = { account: accountArgument }
  static override flags = {
    ...periodFlags,
    per: Flags.string({
      description: 'unit of one bar; default: days with --days',
      options: ['day', 'hour'],
    }),
    by: Flags.string({
      description: 'dimension that bars are stacked by',
      options: [...historyKeys],
      default: 'all',
    }),
    metric: Flags.string({
      description: 'metric to show',
      options: [...historyMetrics],
      default: 'requests',
    }),
    csv: Flags.boolean({ description: 'print all figures as CSV', exclusive: ['json'] }),
    save: Flags.boolean({
      description: 'write the usage of each account by model to data/history.csv in its own folder',
      exclusive: ['csv', 'json', 'by'],
    }),
    group: groupFlag,
    provider: providerFlag,
  }

  private span: Pick<HistoryQuery, 'days' | 'hours'> = {}

  async run(): Promise<HistoryDocument> {
    const { args, flags } = await this.parse(QuotaHistory)
    const { days, hours } = flags
    this.span = { ...(days === undefined ? {} : { days }), ...(hours === undefined ? {} : { hours }) }
    const document = await this.read({
      ...this.span,
      per: (flags.per ?? (hours === undefined ? 'day' : 'hour')) as HistoryQuery['per'],
      by: flags.by as HistoryKey,
      ...(args.account === undefined ? {} : { accounts: [args.account] }),
      ...buildFilter(flags),
    })
    if (flags.save) await this.saveEach(document, args.account, buildFilter(flags))
    else if (flags.csv) this.print(historyCsv(document))
    else if (document.rows.length === 0) this.tell(formatEmptyHistory(document))
    else this.show(document, flags.metric as HistoryMetric)
    return document
  }

  private async read(query: HistoryQuery): Promise<HistoryDocument> {
    const timer = setTimeout(
      () => this.tell('Folding the ledger into history, once for each day...'),
      PATIENCE_MS,
    )
    try {
      return await this.toolkit.history.show(query)
    } finally {
      clearTimeout(timer)
    }
  }

  /** A file for each account: nothing of another account is in it. */
  private async saveEach(
    { per }: HistoryDocument,
    reference: string | undefined,
    filter: AccountFilter,
  ): Promise<void> {
    const { accounts, history } = this.toolkit
    const chosen =
      reference === undefined ? await accounts.list(filter) : [await accounts.show(reference, filter)]
    for (const { id } of chosen) {
      const account = await accounts.find(id)
      const own = await history.show({ ...this.span, per, by: 'model', accounts: [id] })
      this.print(await writeOwnHistory(await accounts.prepareFolder(account), historyCsv(own)))
    }
  }

  private show(document: HistoryDocument, metric: HistoryMetric): void {
    const lines = historyChart(document, metric, {
      columns: (this.look.columns ?? COLUMNS) - 1,
      unicode: this.unicode,
      tones: seriesTones(process.stdout, process.env),
    })
    this.print(lines.join('\n'))
    this.tell(`\n${formatTotal(document)}`)
  }
}

function formatTotal({ totals, from }: HistoryDocument): string {
  const { requests, failed, inputTokens, outputTokens, unpriced, estimatedUsd, estimatedTokens } = totals
  const parts = [
    formatCount(requests, 'request'),
    ...(failed > 0 ? [`${failed} failed`] : []),
    `${shortNumber(inputTokens)} tokens in, ${shortNumber(outputTokens)} out`,
    `cost ${formatCost([totals])}`,
  ]
  const notes = [
    ...(estimatedTokens > 0
      ? [`${shortNumber(estimatedTokens)} of the tokens are estimated, because the service named none`]
      : []),
    ...(estimatedUsd !== null ? ['costs that the provider does not report come from the price table'] : []),
    ...(unpriced > 0 ? [`${formatCount(unpriced, 'request')} of models without a known price`] : []),
  ]
  const note = notes.length === 0 ? '' : `\n(${notes.join('; ')})`
  return `Since ${from.slice(0, 16).replace('T', ' ')} UTC: ${parts.join(', ')}.${note}`
}

function formatEmptyHistory({ from }: HistoryDocument): string {
  return `Nothing was counted since ${from.slice(0, 16).replace('T', ' ')} UTC. Only requests through a proxy are counted: qwenctl proxy start`
}
