import type { QuotaDocument } from '../../lib/toolkit/views.ts'
import { QuotaCommand } from '../base/quota-command.ts'
import { accountArguments, filterOf, groupFlag, providerFlag } from '../base/toolkit-command.ts'

export default class QuotaShow extends QuotaCommand {
  static override summary = 'show what is left of every account'
  static override description =
    'One row per limit: how much of it is used, what is left, and when it starts anew. TODAY counts requests since midnight UTC.'
  static override examples = [
    '<%= config.bin %> quota show',
    '<%= config.bin %> quota show qwen/work --json',
    '<%= config.bin %> quota show --group night',
  ]
  static override args = { account: accountArguments }
  static override flags = { group: groupFlag, provider: providerFlag }

  async run(): Promise<QuotaDocument> {
    const { args, flags } = await this.parse(QuotaShow)
    const filter = filterOf(flags)
    const document = await this.toolkit.quotas.show(args.account ?? [], filter)
    this.showQuota(document, filter)
    return document
  }
}
