import type { ProviderView } from '../../lib/toolkit/views.ts'
import { ToolkitCommand } from '../base/toolkit-command.ts'

export default class ProvidersList extends ToolkitCommand {
  static override summary = 'list the providers that qwenctl supports'
  static override examples = ['<%= config.bin %> providers list', '<%= config.bin %> providers list --json']

  async run(): Promise<{ providers: ProviderView[] }> {
    await this.parse(ProvidersList)
    const providers = (await this.toolkit.providers()).views()
    const rows = providers.map((provider) => [
      provider.id,
      provider.label,
      provider.dialects.join(', '),
      provider.defaultLimits.join(', ') || 'none',
      provider.plugin,
    ])
    this.printTable(
      ['PROVIDER', 'SERVICE', 'SPEAKS', 'DEFAULT LIMITS', 'FROM'].map((header) => ({ header })),
      rows,
    )
    return { providers }
  }
}
