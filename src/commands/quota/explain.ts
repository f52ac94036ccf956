import { Flags } from '@oclif/core'
import { strategyNames } from '../../lib/toolkit/settings/settings-table.ts'
import type { ExplainDocument } from '../../lib/toolkit/views.ts'
import { explainColumns, explainNotes, explainRows } from '../../lib/terminal/quota/explain-table.ts'
import { readRequestFile } from '../../lib/terminal/quota/request-file.ts'
import { AccountCommand, buildFilter, groupFlag, providerFlag } from '../base/toolkit-command.ts'

export default class QuotaExplain extends AccountCommand {
  static override summary = 'show which account a request would use now, and why'
  static override description =
    'Lists every account in the order of the proxy. An account that is out has the reason, the numbers and the time of its return. Reads the same ledger as the proxy, and works without a running proxy.'
  static override examples = [
    '<%= config.bin %> quota explain',
    '<%= config.bin %> quota explain --model qwen/qwen3-coder-plus --json',
    '<%= config.bin %> quota explain --model coder --dialect anthropic',
    '<%= config.bin %> quota explain --route /v1beta/models/gemini-3-pro:generateContent',
    '<%= config.bin %> quota explain --account qwen/work --route /v1/embeddings',
    '<%= config.bin %> quota explain --model gpt-5 --input-tokens 40000 --max-tokens 8000',
    '<%= config.bin %> quota explain --request body.json',
  ]
  static override flags = {
    model: Flags.string({
      char: 'm',
      description: 'model as a client writes it',
      helpValue: 'MODEL',
    }),
    provider: providerFlag,
    group: groupFlag,
    account: Flags.string({
      char: 'a',
      description: 'account that the request is pinned to',
      helpValue: 'ACCOUNT',
    }),
    dialect: Flags.string({
      description: 'format of the client; default: that of the endpoint, openai for chat',
      options: ['openai', 'anthropic', 'gemini'] as const,
    }),
    route: Flags.string({ description: 'endpoint; default: chat', helpValue: 'PATH' }),
    session: Flags.string({
      description: 'conversation id of the client (x-session-id)',
      helpValue: 'ID',
    }),
    key: Flags.string({
      description: 'the client key that the request comes with',
      helpValue: 'NAME',
    }),
    strategy: Flags.string({
      description: 'assume this strategy',
      options: [...strategyNames],
    }),
    reserve: Flags.string({
      description: 'assume that this share of every limit stays free for other uses',
      helpValue: '20%',
    }),
    'input-tokens': Flags.integer({
      description: 'input of the request: what limits of tokens and dollars need room for',
      helpValue: 'N',
      min: 0,
    }),
    'max-tokens': Flags.integer({
      description: 'bound that the client sets on the answer',
      helpValue: 'N',
      min: 1,
    }),
    request: Flags.string({
      description: 'file with the body of the request, for its size and model; - reads standard input',
      helpValue: 'FILE',
      exclusive: ['input-tokens', 'max-tokens'],
    }),
  }

  async run(): Promise<ExplainDocument> {
    const { flags } = await this.parse(QuotaExplain)
    const { model, account, dialect, route, session, key, strategy, reserve } = flags
    const { 'input-tokens': inputTokens, 'max-tokens': maxTokens } = flags
    const asked = { model, account, dialect, route, session, key, strategy, reserve, inputTokens, maxTokens }
    const query = { ...buildFilter(flags), ...asked, ...(await readRequestFile(flags)) }
    const given = Object.entries(query).filter(([, value]) => value !== undefined)
    const document = await this.toolkit.quotas.explain(Object.fromEntries(given))
    if (document.accounts.length === 0) {
      await this.tellEmpty(buildFilter({ user: flags.user }))
      return document
    }
    this.printTable(explainColumns, explainRows(document, this.look))
    for (const note of explainNotes(document)) this.tell(note)
    return document
  }
}
