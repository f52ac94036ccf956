import { Args } from '@oclif/core'
import type { ProviderDetailView } from '../../lib/toolkit/views.ts'
import { formatProvider } from '../../lib/terminal/accounts/provider-messages.ts'
import { ToolkitCommand } from '../base/toolkit-command.ts'

export default class ProvidersShow extends ToolkitCommand {
  static override summary = 'show what is known about one provider'
  static override description =
    'Endpoints and formats, routes, default limits, the sources of learned limits, keys that share a quota, and terms.'
  static override examples = [
    '<%= config.bin %> providers show qwen',
    '<%= config.bin %> providers show groq --json',
  ]
  static override args = {
    provider: Args.string({
      description: 'id of a provider from providers list',
      required: true,
      ignoreStdin: true,
    }),
  }

  async run(): Promise<{ provider: ProviderDetailView }> {
    const { args } = await this.parse(ProvidersShow)
    const provider = (await this.toolkit.providers()).show(args.provider)
    this.print(formatProvider(provider, this.palette))
    return { provider }
  }
}
