import { Args } from '@oclif/core'
import { QwenctlError } from '../../lib/base/errors.ts'
import { readSecret, secretFlags } from '../../lib/terminal/input/secret-input.ts'
import type { AccountView } from '../../lib/toolkit/views.ts'
import { shownName } from '../../lib/terminal/accounts/account-names.ts'
import { verifyFlag } from '../base/flags/setting-flags.ts'
import { AccountCommand, buildFilter, requiredAccountArgument } from '../base/toolkit-command.ts'

export default class AccountsClone extends AccountCommand {
  static override summary = 'add an account with the settings of another'
  static override description =
    'The copy has the same provider, user and files for jobs (settings, templates, keywords, media), but no data. A new key is checked first. Without one both share a key, which the provider counts once.'
  static override examples = [
    '<%= config.bin %> accounts clone qwen/work work-2 --key-env SECOND_KEY',
    '<%= config.bin %> accounts clone qwen/work work-copy',
  ]
  static override args = {
    account: requiredAccountArgument,
    name: Args.string({ description: 'name of the new account', required: true, ignoreStdin: true }),
  }
  static override flags = {
    ...secretFlags,
    ...verifyFlag,
  }

  async run(): Promise<{ account: AccountView }> {
    const { args, flags } = await this.parse(AccountsClone)
    const { accounts } = this.toolkit
    const secret = await readSecret(flags, { stdin: process.stdin, env: process.env })
    const wanted = await accounts.prepareClone(args.account, args.name, {
      secret,
      filter: buildFilter(flags),
    })
    if (secret !== null && flags.verify) {
      const { result, message } = await accounts.checkCredential(wanted)
      const hint = 'nothing was stored; check the key, or store it unchecked with --no-verify'
      if (result === 'refused')
        throw new QwenctlError('credentials_refused', `the key is refused: ${message}`, { hint })
      if (result === 'unreachable')
        throw new QwenctlError('upstream_unavailable', `the provider could not be reached: ${message}`, {
          hint,
        })
    }
    const account = await accounts.add(wanted)
    await accounts.copyFolder(args.account, account.id, buildFilter(flags))
    this.printCard(account)
    this.tell(`Added ${shownName(account)}.`)
    return { account }
  }
}
