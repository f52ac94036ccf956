import { Flags } from '@oclif/core'
import { QwenctlError } from '../../lib/base/errors.ts'
import type { Renewal } from '../../lib/toolkit/toolkit.ts'
import { shownName } from '../../lib/terminal/accounts/account-names.ts'
import { resolveTargets } from '../base/account-targets.ts'
import { loginFlags, readLoginOverrides, promptLogin } from '../../lib/terminal/accounts/device-prompt.ts'
import { AccountCommand, buildFilter, requiredAccountArguments } from '../base/toolkit-command.ts'

export default class AuthRefresh extends AccountCommand {
  static override summary = 'renew logins now'
  static override description =
    'Tokens are renewed automatically before they expire; this renews them now. With --login the account gets a new login and keeps everything else. Exits with 5 if a login has ended, and with 1 if its server could not be reached.'
  static override examples = [
    '<%= config.bin %> auth refresh qwen-oauth/home',
    '<%= config.bin %> auth refresh qwen-oauth/home --login',
  ]
  static override args = { account: requiredAccountArguments }
  static override flags = {
    login: Flags.boolean({ description: 'log in again, for example after the login has ended' }),
    ...loginFlags,
  }

  async run(): Promise<{ renewals: Renewal[] }> {
    const { args, flags } = await this.parse(AuthRefresh)
    const ids = await resolveTargets(this.toolkit, args.account, buildFilter(flags))
    const renewals: Renewal[] = []
    // In sequence: servers treat many simultaneous renewals from one address as an attack.
    for (const id of ids) {
      renewals.push(flags.login ? await this.logIn(id, flags) : await this.toolkit.accounts.refresh(id))
    }
    this.printTable(
      columns,
      renewals.map((renewal) => this.row(renewal)),
    )
    process.exitCode = chooseExitCode(renewals)
    return { renewals }
  }

  private async logIn(
    id: string,
    flags: Parameters<typeof readLoginOverrides>[0] & { browser: boolean },
  ): Promise<Renewal> {
    const { accounts, logins } = this.toolkit
    const account = await accounts.find(id)
    const { credential, provider } = account
    if (credential.type === 'api-key') {
      throw new QwenctlError('invalid_usage', `${provider}/${account.name} has an API key, not a login`, {
        hint: `give it another key with qwenctl accounts set ${provider}/${account.name} --key-stdin`,
      })
    }
    const before = await accounts.readLoginServer(account).catch(() => null)
    const tokens = await promptLogin(
      (signal) => logins.begin({ provider }, readLoginOverrides(flags), { account, before, signal }),
      { palette: this.errorPalette, unicode: this.unicode, browser: flags.browser },
    )
    const renewed = await accounts.set(id, { tokens })
    return { account: renewed, result: 'renewed', message: 'logged in again' }
  }

  private row({ account, result, message }: Renewal): string[] {
    const { good, bad, warn, quiet } = this.palette
    const tone = { renewed: good, 'needs-login': bad, unreachable: warn, 'no-login': quiet }
    return [shownName(account), tone[result](result), account.auth.expiresAt ?? '', message]
  }
}

const columns = [{ header: 'ACCOUNT' }, { header: 'RESULT' }, { header: 'EXPIRES' }, { header: 'SAID' }]

function chooseExitCode(renewals: Renewal[]): number {
  if (renewals.some(({ result }) => result === 'needs-login')) return 5
  return renewals.some(({ result }) => result === 'unreachable') ? 1 : 0
}
