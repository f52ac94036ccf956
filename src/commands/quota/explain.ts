import { Flags } from '@oclif/core'
import { strategyNames } from '../../lib/toolkit/settings/settings-table.ts'
import type { ExplainDocument } from '../../lib/toolkit/views.ts'
import { formatEmpty } from '../../lib/terminal/accounts/empty-messages.ts'
import { explainColumns, explainNotes, explainRows } from '../../lib/terminal/quota/explain-table.ts'
import { AccountCommand, filterOf, groupFlag, providerFlag } from '../base/toolkit-command.ts'

export default class QuotaExplain extends AccountCommand {
  static override summary = 'say which account a request would go to now, and why no other'
  static override description =
    'For every account: its place in the order in which the proxy would ask, or what keeps it out, with the numbers, and when it returns. Reads the same ledger as the proxy, and needs none to run.'
  static override examples = [
    '<%= config.bin %> quota explain',
    '<%= config.bin %> quota explain --model qwen/qwen3-coder-plus --json',
    '<%= config.bin %> quota explain --model coder --dialect anthropic',
    '<%= config.bin %> quota explain --account qwen/work --route /v1/embeddings',
  ]
  static override flags = {
    model: Flags.string({
      char: 'm',
      description: 'the model, as a client would write it',
      helpValue: 'MODEL',
    }),
    provider: providerFlag,
    group: groupFlag,
    account: Flags.string({
      char: 'a',
      description: 'the account that the request is pinned to',
      helpValue: 'ACCOUNT',
    }),
    dialect: Flags.string({
      description: 'the format that the client speaks; without it that of the endpoint, openai for chat',
      options: ['openai', 'anthropic'] as const,
    }),
    route: Flags.string({ description: 'the endpoint; chat without it', helpValue: 'PATH' }),
    session: Flags.string({
      description: 'what the client names the conversation by (x-session-id)',
      helpValue: 'ID',
    }),
    key: Flags.string({
      description: 'the client key that the request comes with',
      helpValue: 'NAME',
    }),
    strategy: Flags.string({
      description: 'as if the proxy had this strategy',
      options: [...strategyNames],
    }),
    reserve: Flags.string({
      description: 'as if this share of every limit were left to other uses',
      helpValue: '20%',
    }),
  }

  async run(): Promise<ExplainDocument> {
    const { flags } = await this.parse(QuotaExplain)
    const { model, account, dialect, route, session, key, strategy, reserve } = flags
    const query = { ...filterOf(flags), model, account, dialect, route, session, key, strategy, reserve }
    const given = Object.entries(query).filter(([, value]) => value !== undefined)
    const document = await this.toolkit.quotas.explain(Object.fromEntries(given))
    if (document.accounts.length === 0) {
      this.tell(formatEmpty(filterOf({ user: flags.user })))
      return document
    }
    this.printTable(explainColumns, explainRows(document, this.look))
    for (const note of explainNotes(document)) this.tell(note)
    return document
  }
}
