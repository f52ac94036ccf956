import { Args } from '@oclif/core'
import type { ClientKeyView } from '../../lib/toolkit/keys/client-keys.ts'
import { findDefaultUser } from '../../lib/toolkit/settings/default-user.ts'
import { canAsk, confirmOrCancel } from '../../lib/terminal/input/prompt.ts'
import { keyFlags } from '../base/flags/key-flags.ts'
import { AccountCommand, yesFlag } from '../base/toolkit-command.ts'

export default class KeysCreate extends AccountCommand {
  static override summary = 'create a client key for a program'
  static override description =
    'The key is shown once; only its hash is kept. Once a key exists, every request needs one. Limits are counted in the same ledger as those of accounts.'
  static override examples = [
    '<%= config.bin %> keys create ci --limit 200/day --expires 30d',
    '<%= config.bin %> keys create editor --accounts qwen/work,qwen/home',
    "<%= config.bin %> keys create guests --groups free --models 'qwen3-*'",
  ]
  static override args = {
    name: Args.string({ description: 'name of the key', required: true, ignoreStdin: true }),
  }
  static override flags = { ...keyFlags, yes: yesFlag }

  async run(): Promise<{ key: ClientKeyView & { secret: string } }> {
    const { args, flags } = await this.parse(KeysCreate)
    const user = flags.user ?? (await findDefaultUser(this.toolkit.settings))
    const { accounts = [], groups = [], models = [], limit: limits = [], expires } = flags
    const wanted = { name: args.name, user, accounts, groups, models, limits }
    await this.#confirmFirst(flags.yes)
    const { key, secret } = await this.toolkit.keys.create({
      ...wanted,
      ...(expires === undefined ? {} : { expires }),
    })
    this.print(secret)
    this.tell(
      `This is the key "${key.name}", shown only once. Programs send it to the proxy as their API key. Every request now needs a key: programs without one get 401, and those of qwenctl exec and env have theirs.`,
    )
    return { key: { ...key, secret } }
  }

  /** The first key locks out the programs that use a running proxy without one. Asks in a terminal. */
  async #confirmFirst(yes: boolean): Promise<void> {
    const [proxy] = this.toolkit.proxies.list()
    if (proxy === undefined || yes || !canAsk() || (await this.toolkit.keys.list()).length > 0) return
    const words = `The proxy at ${proxy.url} now serves programs without a key. It will refuse them from the first key on. Continue?`
    await confirmOrCancel(words, false)
  }
}
