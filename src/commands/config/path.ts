import { ToolkitCommand } from '../base/toolkit-command.ts'

export default class ConfigPath extends ToolkitCommand {
  static override summary = 'print the path of the configuration file'
  static override examples = ['<%= config.bin %> config path', '$EDITOR "$(<%= config.bin %> config path)"']

  async run(): Promise<{ path: string }> {
    await this.parse(ConfigPath)
    const { path } = this.toolkit.settings
    this.print(path)
    return { path }
  }
}
