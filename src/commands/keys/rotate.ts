import { Flags } from '@oclif/core'
import type { ClientKeyView } from '../../lib/toolkit/keys/client-keys.ts'
import { ToolkitCommand, clientKeyArgument } from '../base/toolkit-command.ts'

export default class KeysRotate extends ToolkitCommand {
  static override summary = 'issue a new secret for a client key'
  static override description =
    'The new secret is shown once. With --overlap the previous secret keeps working for that time; without it, proxies refuse the previous one within a second. Limits and counts stay.'
  static override examples = [
    '<%= config.bin %> keys rotate ci',
    '<%= config.bin %> keys rotate ci --overlap 24h',
  ]
  static override args = { 'client-key': clientKeyArgument }
  static override flags = {
    overlap: Flags.string({
      description: 'how long the previous secret keeps working: 24h, 30m',
      helpValue: 'TIME',
    }),
  }

  async run(): Promise<{ key: ClientKeyView & { secret: string } }> {
    const { args, flags } = await this.parse(KeysRotate)
    const { key, secret } = await this.toolkit.keys.rotate(args['client-key'], flags.overlap)
    this.print(secret)
    const former = key.overlapsUntil === null ? 'no longer works' : `works until ${key.overlapsUntil}`
    this.tell(`This is the new secret of ${key.name}, shown only once. The previous one ${former}.`)
    return { key: { ...key, secret } }
  }
}
