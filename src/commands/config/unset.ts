import { keyArgument, valueText } from '../base/flags/setting-values.ts'
import { ToolkitCommand } from '../base/toolkit-command.ts'

export default class ConfigUnset extends ToolkitCommand {
  static override summary = 'remove a setting from the configuration file to restore its default'
  static override examples = [
    '<%= config.bin %> config unset proxy.port',
    '<%= config.bin %> config unset aliases.coder',
  ]
  static override args = { key: keyArgument }

  async run(): Promise<{ key: string; value: unknown }> {
    const { args } = await this.parse(ConfigUnset)
    const wasSet = await this.toolkit.settings.unset(args.key)
    const value = await this.toolkit.settings.get(args.key)
    const now = value === null || value === '' ? '' : `, which is ${valueText(value)} now`
    this.tell(
      wasSet ? `Removed ${args.key}${now}.` : `${args.key} was not set in ${this.toolkit.settings.path}.`,
    )
    return { key: args.key, value }
  }
}
