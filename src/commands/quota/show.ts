import { Flags } from '@oclif/core'
import { jsonLine } from '../../lib/terminal/print-json.ts'
import { pickItems } from '../../lib/terminal/list-table.ts'
import { renderTable } from '../../lib/terminal/format/table.ts'
import { sumViews } from '../../lib/toolkit/quota/quota-view.ts'
import type { AccountFilter } from '../../lib/toolkit/toolkit.ts'
import type { QuotaDocument } from '../../lib/toolkit/views.ts'
import { formatEmpty } from '../../lib/terminal/accounts/empty-messages.ts'
import { untilAskedToEnd, untilReaderLeft } from '../../lib/terminal/proxy/end-signals.ts'
import { QuotaCommand } from '../base/quota-command.ts'
import { listFlags } from '../base/flags/list-flags.ts'
import { quotaColumns, quotaRows, quotaShape } from '../../lib/terminal/quota/quota-table.ts'
import { watchQuota } from '../../lib/terminal/quota/quota-watch.ts'
import { accountArguments, buildFilter, groupFlag, providerFlag } from '../base/toolkit-command.ts'

export default class QuotaShow extends QuotaCommand {
  static override summary = 'show what is left of every account'
  static override description =
    'One row per limit: its use, what is left, and when it resets. TODAY counts requests since midnight UTC. With --watch the table is redrawn every second until Ctrl-C. Without a terminal, or with --json, every change is written once; --json writes one document per line.'
  static override examples = [
    '<%= config.bin %> quota show',
    '<%= config.bin %> quota show qwen/work --json',
    '<%= config.bin %> quota show --sort left --top 10',
    '<%= config.bin %> quota show openrouter --refresh',
    '<%= config.bin %> quota show --group night --watch',
    '<%= config.bin %> quota show --watch --json | jq .totals.remaining',
  ]
  static override args = { account: accountArguments }
  static override flags = {
    group: groupFlag,
    provider: providerFlag,
    ...listFlags,
    watch: Flags.boolean({ char: 'w', description: 'keep showing changes' }),
    refresh: Flags.boolean({
      description: 'first read the counts of the providers, which include other use',
    }),
  }

  async run(): Promise<QuotaDocument | undefined> {
    const { args, flags } = await this.parse(QuotaShow)
    const filter = buildFilter(flags)
    if (flags.refresh) {
      const { failures } = await this.toolkit.quotas.refresh(args.account ?? [], filter)
      for (const failure of failures) this.caution(failure)
    }
    const read = async () => {
      const document = await this.toolkit.quotas.show(args.account ?? [], filter)
      const accounts = pickItems(document.accounts, quotaShape, flags)
      return accounts.length === document.accounts.length && flags.sort === undefined
        ? document
        : { ...document, accounts, totals: sumViews(accounts) }
    }
    if (flags.watch) return this.watch(read, filter, flags.status)
    const document = await read()
    if (document.accounts.length === 0 && !flags.quiet) await this.tellEmpty(filter, flags.status)
    else this.showQuota(document, filter, flags)
    return document
  }

  private async watch(
    read: () => Promise<QuotaDocument>,
    filter: AccountFilter,
    status: string | undefined,
  ): Promise<undefined> {
    const isLive = process.stdout.isTTY && !this.jsonEnabled()
    const end = Promise.race([untilAskedToEnd(), untilReaderLeft()])
    await watchQuota({
      read,
      formatLines: (document) => this.formatLines(document, filter, status),
      terminal: isLive ? process.stdout : null,
      write: (document) => {
        if (this.jsonEnabled()) process.stdout.write(jsonLine(document))
        else this.showQuota(document, filter, { status })
      },
      end,
    })
    process.exitCode = (await end) === null ? 0 : 130
    return undefined
  }

  private formatLines(document: QuotaDocument, filter: AccountFilter, status: string | undefined): string[] {
    if (document.accounts.length === 0) return formatEmpty(filter, [], status).split('\n')
    const style = { decorated: true, room: process.stdout.columns, quiet: this.palette.quiet }
    const table = renderTable(quotaColumns, quotaRows(document, this.look), style)
    return [...table.trimEnd().split('\n'), ...this.listNotes(document).map((note) => this.fitted(note))]
  }
}
