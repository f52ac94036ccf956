import { Args } from '@oclif/core'
import { keyArgument, valueText } from '../base/flags/setting-values.ts'
import { ToolkitCommand } from '../base/toolkit-command.ts'

export default class ConfigSet extends ToolkitCommand {
  static override summary = 'change a setting in the configuration file'
  static override examples = ['<%= config.bin %> config set proxy.port 8080']
  static override args = {
    key: keyArgument,
    value: Args.string({ description: 'new value', required: true, ignoreStdin: true }),
  }

  async run(): Promise<{ key: string; value: unknown }> {
    const { args } = await this.parse(ConfigSet)
    const value = await this.toolkit.settings.set(args.key, args.value)
    const isRemoved =
      args.value.trim() === '' && (value === null || (Array.isArray(value) && value.length === 0))
    this.tell(
      isRemoved
        ? `Removed ${args.key} from ${this.toolkit.settings.path}.`
        : `Set ${args.key} to ${valueText(value)} in ${this.toolkit.settings.path}.`,
    )
    return { key: args.key, value }
  }
}
