import { formatCount } from '../../lib/base/text/count-noun.ts'
import { Args, Flags } from '@oclif/core'
import type { MovedStore } from '../../lib/toolkit/store/move-store.ts'
import { ToolkitCommand } from '../base/toolkit-command.ts'

export default class StoreMove extends ToolkitCommand {
  static override summary = 'move accounts, keys, counts and history to a shared store, or back to files'
  static override description =
    'All or nothing, while no proxy runs. Sets store.url in config.yaml. The previous files stay in a folder that the ' +
    'command names. A store that has content already is refused.'
  static override examples = [
    '<%= config.bin %> store move redis://10.0.0.5:6379/0',
    '<%= config.bin %> store move rediss://qwenctl@redis.example.com --password-env REDIS_PASSWORD',
    '<%= config.bin %> store move files',
  ]
  static override args = {
    to: Args.string({ required: true, description: 'URL of the store, or files', name: 'to' }),
  }
  static override flags = {
    prefix: Flags.string({ description: 'separates the homes in one Redis', helpValue: 'NAME' }),
    'password-env': Flags.string({
      description: 'variable with the password, so that it is not an argument',
      helpValue: 'VAR',
    }),
  }

  async run(): Promise<MovedStore> {
    const { args, flags } = await this.parse(StoreMove)
    const moved = await this.toolkit.store.move(args.to, {
      ...(flags.prefix === undefined ? {} : { prefix: flags.prefix }),
      ...(flags['password-env'] === undefined ? {} : { passwordVariable: flags['password-env'] }),
    })
    this.tell(`Moved ${formatCount(moved.accounts, 'account')} with all counts and history to ${moved.to}.`)
    this.tell(`The previous files are in ${moved.kept}.`)
    if (moved.to !== 'files')
      this.tell(
        'Next: set QWENCTL_STORE_URL and the same master key on the other machines, then qwenctl proxy start.',
      )
    return moved
  }
}
