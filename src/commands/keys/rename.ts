import { Args } from '@oclif/core'
import type { ClientKeyView } from '../../lib/toolkit/keys/client-keys.ts'
import { ToolkitCommand, clientKeyArgument } from '../base/toolkit-command.ts'

export default class KeysRename extends ToolkitCommand {
  static override summary = 'rename a client key'
  static override description = 'Its secret, limits and counts stay.'
  static override examples = ['<%= config.bin %> keys rename ci build-server']
  static override args = {
    'client-key': clientKeyArgument,
    name: Args.string({ description: 'new name', required: true, ignoreStdin: true }),
  }

  async run(): Promise<{ key: ClientKeyView }> {
    const { args } = await this.parse(KeysRename)
    const key = await this.toolkit.keys.change(args['client-key'], { name: args.name })
    this.tell(`Renamed to ${key.name}.`)
    return { key }
  }
}
