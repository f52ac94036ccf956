import type { ClientKeyView } from '../../lib/toolkit/keys/client-keys.ts'
import { ToolkitCommand, clientKeyArgument } from '../base/toolkit-command.ts'

export default class KeysResume extends ToolkitCommand {
  static override summary = 'accept a paused client key again'
  static override examples = ['<%= config.bin %> keys resume ci']
  static override args = { 'client-key': clientKeyArgument }

  async run(): Promise<{ key: ClientKeyView }> {
    const { args } = await this.parse(KeysResume)
    const key = await this.toolkit.keys.change(args['client-key'], { isPaused: false })
    this.tell(`Resumed ${key.name}.`)
    return { key }
  }
}
