import { Args, Flags } from '@oclif/core'
import type { ClientKeyView } from '../../lib/toolkit/keys/client-keys.ts'
import { printable } from '../../lib/terminal/format/text-width.ts'
import { AccountCommand } from '../base/toolkit-command.ts'

export default class KeysCreate extends AccountCommand {
  static override summary = 'make a key that a program presents to the proxy'
  static override description =
    'The key is shown once; only its hash is kept. From the first key on the proxy asks one of everybody. Limits are counted in the same ledger as those of accounts.'
  static override examples = [
    '<%= config.bin %> keys create ci --limit 200/day --expires 30d',
    '<%= config.bin %> keys create editor --accounts qwen/work,qwen/home',
    "<%= config.bin %> keys create guests --groups free --models 'qwen3-*'",
  ]
  static override args = {
    name: Args.string({ description: 'name of the key', required: true, ignoreStdin: true }),
  }
  static override flags = {
    accounts: Flags.string({
      description: 'only these accounts serve it, separated by commas',
      multiple: true,
      delimiter: ',',
      helpValue: 'ACCOUNT',
    }),
    groups: Flags.string({
      description: 'only accounts of these groups serve it, separated by commas',
      multiple: true,
      delimiter: ',',
      helpValue: 'GROUP',
    }),
    models: Flags.string({
      description: 'only these models, separated by commas; * stands for any characters',
      multiple: true,
      delimiter: ',',
      helpValue: 'MODEL',
    }),
    limit: Flags.string({
      description: 'a limit such as 200/day or 1000000tokens/month, any number of times',
      multiple: true,
      helpValue: 'LIMIT',
    }),
    expires: Flags.string({
      description: 'when it ends: 30d, 12h, a date or a time',
      helpValue: 'WHEN',
    }),
  }

  async run(): Promise<{ key: ClientKeyView & { secret: string } }> {
    const { args, flags } = await this.parse(KeysCreate)
    const user = flags.user ?? String(await this.toolkit.settings.get('user'))
    const { accounts = [], groups = [], models = [], limit: limits = [], expires } = flags
    const wanted = { name: args.name, user, accounts, groups, models, limits }
    const { key, secret, emptyGroups } = await this.toolkit.keys.create({
      ...wanted,
      ...(expires === undefined ? {} : { expires }),
    })
    this.print(secret)
    this.tell(
      `This is the key "${key.name}", shown this once. Programs send it as their API key to the proxy; everybody needs one now.`,
    )
    for (const group of emptyGroups)
      this.tell(`No account is in the group "${printable(group)}" yet: qwenctl auth list shows the groups.`)
    return { key: { ...key, secret } }
  }
}
