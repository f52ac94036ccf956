import { Flags } from '@oclif/core'
import { QwenctlError } from '../../lib/base/errors.ts'
import { readSecret, secretFlags } from '../../lib/terminal/input/secret-input.ts'
import type { AccountFilter } from '../../lib/toolkit/toolkit.ts'
import type { AccountView } from '../../lib/toolkit/views.ts'
import { findNamedTarget } from '../base/account-targets.ts'
import { readSettings, settingFlags, verifyFlag } from '../base/flags/setting-flags.ts'
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
    ...verifyFlag,
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
    const target = await findNamedTarget(this.toolkit, args.account, { verb: 'change', filter })
    if (secret !== null && flags.verify) await this.checkKey(target, secret, settings, filter)
    const account = await this.toolkit.accounts.set(target, settings, filter)
    this.printCard(account)
    await this.warnOfUnpriced(account)
    if (secret !== null && !flags.verify) {
      this.tell('The new key is not checked yet. Check it: qwenctl auth verify')
    }
    return { account }
  }

  /** Throws `credentials_refused` for a key that the provider refuses. The old key then stays. */
  private async checkKey(
    target: string,
    secret: string,
    settings: { baseUrl?: string | null; egressProxy?: string | null },
    filter: AccountFilter,
  ): Promise<void> {
    const account = await this.toolkit.accounts.find(target, filter)
    const { egressProxy = account.egressProxy === null ? null : undefined } = settings
    if (egressProxy === undefined) {
      this.tell('The new key is not checked yet. Check it through the egress proxy: qwenctl auth verify')
      return
    }
    const { user, provider } = account
    const baseUrl = settings.baseUrl === undefined ? account.baseUrl : settings.baseUrl
    const wanted = { user, provider, secret, baseUrl, egressProxy }
    const { result, message } = await this.toolkit.accounts.checkCredential(wanted)
    if (result === 'refused') {
      throw new QwenctlError('credentials_refused', `the provider refuses the new key: ${message}`, {
        hint: 'nothing was changed; check the key, or store it unchecked with --no-verify',
      })
    }
    if (result !== 'accepted') this.tell(`The new key was not checked: ${message}`)
  }
}
