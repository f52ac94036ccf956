import { Flags } from '@oclif/core'
import { QwenctlError } from '../../lib/base/errors.ts'
import { readSecret, secretFlags } from '../../lib/terminal/input/secret-input.ts'
import type { AccountView } from '../../lib/toolkit/views.ts'
import { namedTarget } from '../base/account-targets.ts'
import { settingFlags, readSettings } from '../base/setting-flags.ts'
import { AccountCommand, accountArgument, buildFilter } from '../base/toolkit-command.ts'

export default class AccountsSet extends AccountCommand {
  static override summary = 'change the settings of an account'
  static override description =
    "Only the given settings change. Lists are replaced as a whole; an empty value restores the default: --limit '' restores the provider's own limits."
  static override examples = [
    '<%= config.bin %> accounts set qwen/work --limit 2000/day --limit 60/minute',
    '<%= config.bin %> accounts set qwen/work --priority 1 --group night',
    '<%= config.bin %> accounts set qwen/work --egress-proxy socks5h://proxy.example.com:1080',
    '<%= config.bin %> accounts set qwen/work --no-egress-proxy',
    '<%= config.bin %> accounts set qwen/work --key-env NEW_KEY',
  ]
  static override args = { account: accountArgument }
  static override flags = {
    ...settingFlags,
    'no-egress-proxy': Flags.boolean({
      description: 'connect to the provider directly again',
      exclusive: ['egress-proxy', 'egress-proxy-env'],
    }),
    ...secretFlags,
  }

  async run(): Promise<{ account: AccountView }> {
    const { args, flags } = await this.parse(AccountsSet)
    const secret = await readSecret(flags, { stdin: process.stdin, env: process.env })
    const settings = {
      ...readSettings(flags, process.env),
      ...(flags['no-egress-proxy'] ? { egressProxy: null } : {}),
      ...(secret === null ? {} : { secret }),
    }
    if (Object.keys(settings).length === 0) {
      throw new QwenctlError('invalid_usage', 'nothing to change: give at least one flag', {
        hint: 'qwenctl accounts set --help shows them',
      })
    }
    const filter = buildFilter({ user: flags.user })
    const target = await namedTarget(this.toolkit, args.account, { verb: 'change', filter })
    const account = await this.toolkit.accounts.set(target, settings, filter)
    this.printCard(account)
    if (secret !== null) this.tell('The new key is not checked yet. Check it: qwenctl auth verify')
    return { account }
  }
}
