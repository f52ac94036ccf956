import { keyArgument, valueText } from '../base/flags/setting-values.ts'
import { ToolkitCommand } from '../base/toolkit-command.ts'

export default class ConfigGet extends ToolkitCommand {
  static override summary = 'print a setting'
  static override examples = ['<%= config.bin %> config get proxy.port']
  static override args = { key: keyArgument }

  async run(): Promise<{ key: string; value: unknown }> {
    const { args } = await this.parse(ConfigGet)
    const value = await this.toolkit.settings.get(args.key)
    this.print(valueText(value))
    return { key: args.key, value }
  }
}
