import { Flags } from '@oclif/core'
import { QwenctlError } from '../../lib/base/errors.ts'
import { printable } from '../../lib/terminal/format/text-width.ts'
import { localTime } from '../../lib/terminal/format/format-time.ts'
import type { Delivery, NoticesView } from '../../lib/toolkit/notices/notice-views.ts'
import { limitName } from '../../lib/terminal/quota/quota-table.ts'
import { ToolkitCommand } from '../base/toolkit-command.ts'

const MOST_SHOWN = 20

export default class QuotaNotify extends ToolkitCommand {
  static override summary = 'show and test notifications about limits that are nearly used up'
  static override description =
    'Configure with config set: notify.at, and notify.webhook or notify.command. A running proxy reports each threshold of a limit once per window, regardless of the number of proxies and restarts. --test sends a test notification now.'
  static override examples = [
    '<%= config.bin %> config set notify.at 80%,95%',
    '<%= config.bin %> config set notify.webhook https://hooks.example.com/quota',
    '<%= config.bin %> quota notify --test',
    '<%= config.bin %> quota notify',
  ]
  static override flags = {
    test: Flags.boolean({ description: 'send a test notification, and report the result' }),
  }

  async run(): Promise<NoticesView | { deliveries: Delivery[] }> {
    const { flags } = await this.parse(QuotaNotify)
    return flags.test ? this.test() : this.show()
  }

  private async test(): Promise<{ deliveries: Delivery[] }> {
    const deliveries = await this.toolkit.notices.test()
    for (const { ok, message } of deliveries) {
      // A failed delivery is in the error below.
      if (ok) this.tell(`${this.errorPalette.good('sent')}: ${printable(message)}`)
    }
    const failed = deliveries.filter(({ ok }) => !ok)
    if (failed.length > 0) {
      throw new QwenctlError('failed', failed.map(({ message }) => message).join('; '), {
        hint: 'check notify.webhook and notify.command: qwenctl config list',
      })
    }
    return { deliveries }
  }

  private async show(): Promise<NoticesView> {
    const view = await this.toolkit.notices.show()
    const ways = [view.webhook, view.command].filter((way) => way !== null)
    if (view.at.length === 0 || ways.length === 0) {
      this.tell('Notifications are off. To turn them on:\n\n  qwenctl config set notify.at 80%,95%')
      this.tell('  qwenctl config set notify.webhook URL          or notify.command "PROGRAM ARGUMENTS"')
    } else this.print(`At ${view.at.join(' and ')} of a limit: ${ways.join(', ')}`)
    const now = new Date().toISOString()
    const accounts = new Map((await this.toolkit.accounts.records()).map((account) => [account.id, account]))
    const findName = (id: string) => {
      const account = accounts.get(id)
      return account === undefined ? id : `${account.provider}/${account.name}`
    }
    for (const { at, account, percent, metric, window, model, result } of view.told.slice(0, MOST_SHOWN)) {
      const limit = limitName({ metric: metric as 'requests', window, model })
      this.print(
        `${localTime(at, now)}  ${findName(account)}  ${limit}  ${percent}%  ${printable(result ?? 'under way')}`,
      )
    }
    return view
  }
}
