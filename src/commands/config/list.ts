import type { Settings } from '../../lib/toolkit/toolkit.ts'
import { valueText } from '../base/flags/setting-values.ts'
import { ToolkitCommand } from '../base/toolkit-command.ts'

type Setting = Awaited<ReturnType<Settings['list']>>[number]

export default class ConfigList extends ToolkitCommand {
  static override summary = 'list every setting with its value and source'
  static override examples = ['<%= config.bin %> config list', '<%= config.bin %> config list --json']

  async run(): Promise<{ settings: Setting[] }> {
    await this.parse(ConfigList)
    const settings = await this.toolkit.settings.list()
    const rows = settings.map(({ key, value, origin, description }) => [
      key,
      valueText(value),
      origin,
      description,
    ])
    this.printTable(
      ['SETTING', 'VALUE', 'FROM', 'MEANING'].map((header) => ({ header })),
      rows,
    )
    for (const words of await this.toolkit.settings.unknown()) this.caution(words)
    return { settings }
  }
}
