import { confirmOrCancel } from '../../lib/terminal/input/prompt.ts'
import type { ClientKeyView } from '../../lib/toolkit/keys/client-keys.ts'
import { ToolkitCommand, clientKeyArgument, yesFlag } from '../base/toolkit-command.ts'

export default class KeysRevoke extends ToolkitCommand {
  static override summary = 'revoke a client key'
  static override description =
    'Running proxies refuse it within a second. Its usage stays counted; its name becomes free.'
  static override examples = ['<%= config.bin %> keys revoke ci', '<%= config.bin %> keys revoke ci --yes']
  static override args = { 'client-key': clientKeyArgument }
  static override flags = { yes: yesFlag }

  async run(): Promise<{ key: ClientKeyView }> {
    const { args, flags } = await this.parse(KeysRevoke)
    const name = args['client-key']
    const known = (await this.toolkit.keys.list({ all: true })).some(
      (key) => key.name === name || key.id === name,
    )
    if (known) await confirmOrCancel(`Revoke the client key ${name}?`, flags.yes)
    const key = await this.toolkit.keys.revoke(name)
    this.tell(`Revoked ${key.name} (${key.hint}).`)
    return { key }
  }
}
