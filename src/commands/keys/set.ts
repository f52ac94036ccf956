import { Flags } from '@oclif/core'
import { QwenctlError } from '../../lib/base/errors.ts'
import type { ClientKeyView } from '../../lib/toolkit/keys/client-keys.ts'
import { formatKeyCard } from '../base/key-words.ts'
import { keyFlags, parseList } from '../base/flags/key-flags.ts'
import { ToolkitCommand, clientKeyArgument } from '../base/toolkit-command.ts'

export default class KeysSet extends ToolkitCommand {
  static override summary = 'change what a client key may use'
  static override description =
    "Only the given settings change, within a second in running proxies. Lists are replaced as a whole; an empty value restores the default: --limit '' removes the limits. The secret stays the same."
  static override examples = [
    '<%= config.bin %> keys set ci --limit 500/day --expires 90d',
    "<%= config.bin %> keys set guests --models 'qwen3-*' --groups free",
    "<%= config.bin %> keys set ci --limit '' --expires never",
  ]
  static override args = { 'client-key': clientKeyArgument }
  static override flags = {
    ...keyFlags,
    name: Flags.string({ description: 'another name', helpValue: 'NAME' }),
  }

  async run(): Promise<{ key: ClientKeyView }> {
    const { args, flags } = await this.parse(KeysSet)
    const { accounts, groups, models, limit, expires, name } = flags
    const changes = {
      ...(name === undefined ? {} : { name }),
      ...(accounts === undefined ? {} : { accounts: parseList(accounts) }),
      ...(groups === undefined ? {} : { groups: parseList(groups) }),
      ...(models === undefined ? {} : { models: parseList(models) }),
      ...(limit === undefined ? {} : { limits: parseList(limit) }),
      ...(expires === undefined ? {} : { expires: /^(never|)$/.test(expires) ? null : expires }),
    }
    if (Object.keys(changes).length === 0) {
      throw new QwenctlError('invalid_usage', 'nothing to change: give at least one flag', {
        hint: 'qwenctl keys set --help shows them',
      })
    }
    const key = await this.toolkit.keys.change(args['client-key'], changes)
    this.print(formatKeyCard(key, new Date().toISOString(), this.palette))
    this.tell(`Changed ${key.name}.`)
    return { key }
  }
}
