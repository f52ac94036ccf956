import type { ClientKeyView } from '../../lib/toolkit/keys/client-keys.ts'
import { formatKeyCard } from '../base/key-words.ts'
import { ToolkitCommand, clientKeyArgument } from '../base/toolkit-command.ts'

export default class KeysShow extends ToolkitCommand {
  static override summary = 'show a client key, what it may use and what is left'
  static override examples = ['<%= config.bin %> keys show ci', '<%= config.bin %> keys show ci --json']
  static override args = { 'client-key': clientKeyArgument }

  async run(): Promise<{ key: ClientKeyView }> {
    const { args } = await this.parse(KeysShow)
    const key = await this.toolkit.keys.show(args['client-key'])
    this.print(formatKeyCard(key, new Date().toISOString(), this.palette))
    return { key }
  }
}
