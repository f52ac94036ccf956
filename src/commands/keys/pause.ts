import type { ClientKeyView } from '../../lib/toolkit/keys/client-keys.ts'
import { ToolkitCommand, clientKeyArgument } from '../base/toolkit-command.ts'

export default class KeysPause extends ToolkitCommand {
  static override summary = 'refuse a client key until it is resumed'
  static override description = 'Running proxies refuse it within a second. Its settings and counts stay.'
  static override examples = ['<%= config.bin %> keys pause ci']
  static override args = { 'client-key': clientKeyArgument }

  async run(): Promise<{ key: ClientKeyView }> {
    const { args } = await this.parse(KeysPause)
    const key = await this.toolkit.keys.change(args['client-key'], { isPaused: true })
    this.tell(`Paused ${key.name}. Next: qwenctl keys resume ${key.name}.`)
    return { key }
  }
}
