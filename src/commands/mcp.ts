import { Flags } from '@oclif/core'
import { AccountCommand } from './base/toolkit-command.ts'

export default class Mcp extends AccountCommand {
  static override summary = 'serve accounts and quota to agents over MCP (standard input and output)'
  static override description =
    'Speaks the Model Context Protocol: tools to list accounts, show, forecast and explain quota, wait for it, and find usage, models and requests. It needs no running proxy and never shows a secret. Programs start it; a running proxy has the same at POST /mcp.'
  static override examples = [
    '<%= config.bin %> mcp',
    '<%= config.bin %> mcp --user alice',
    '<%= config.bin %> mcp --write',
    'claude mcp add qwenctl -- <%= config.bin %> mcp',
  ]
  static override flags = {
    write: Flags.boolean({
      description: 'also offer account_enable, account_disable and quota_reset',
      default: false,
    }),
  }

  async run(): Promise<void> {
    const { flags } = await this.parse(Mcp)
    const { user = null, write } = flags
    const { openMcpView, serveStdio } = await import('../lib/management/mcp/serve-stdio.ts')
    const view = openMcpView(this.toolkit, { user, canWrite: write })
    this.tellWarnings()
    const streams = { input: process.stdin, output: process.stdout }
    await serveStdio(view, streams, (message) => this.caution(message))
  }
}
