import { inBatches } from '../../lib/base/in-batches.ts'
import { Progress } from '../../lib/terminal/progress.ts'
import type { Verification } from '../../lib/toolkit/toolkit.ts'
import { shownName } from '../../lib/terminal/accounts/account-names.ts'
import { resolveTargets } from '../base/account-targets.ts'
import {
  AccountCommand,
  AT_ONCE,
  accountArguments,
  buildFilter,
  groupFlag,
  providerFlag,
} from '../base/toolkit-command.ts'

export default class AuthVerify extends AccountCommand {
  static override summary = 'check credentials with their providers'
  static override description =
    'Exits with 5 if a provider refuses a credential, and with 1 if a provider could not be reached.'
  static override examples = [
    '<%= config.bin %> auth verify',
    '<%= config.bin %> auth verify qwen/work openai/main',
  ]
  static override args = { account: accountArguments }
  static override flags = { provider: providerFlag, group: groupFlag }

  async run(): Promise<{ verifications: Verification[] }> {
    const { args, flags } = await this.parse(AuthVerify)
    const filter = buildFilter(flags)
    const ids = await resolveTargets(this.toolkit, args.account ?? [], filter)
    const verifications = await this.verifyAll(ids)
    if (verifications.length === 0) await this.tellEmpty(filter)
    else
      this.printTable(
        columns,
        verifications.map((verification) => this.row(verification)),
      )
    process.exitCode = chooseExitCode(verifications)
    return { verifications }
  }

  private async verifyAll(ids: string[]): Promise<Verification[]> {
    const { unicode, errorPalette: palette } = this
    const isShown = ids.length > 1 && !this.jsonEnabled()
    const progress = isShown
      ? new Progress(process.stderr, { total: ids.length, label: 'asking', unicode, palette })
      : null
    try {
      return await inBatches(ids, AT_ONCE, async (id) => {
        const verification = await this.toolkit.accounts.verify(id)
        progress?.step()
        return verification
      })
    } finally {
      progress?.end()
    }
  }

  private row({ account, result, message, latencyMs }: Verification): string[] {
    const tone = {
      accepted: this.palette.good,
      refused: this.palette.bad,
      unreachable: this.palette.warn,
      unchecked: this.palette.quiet,
    }
    return [
      shownName(account),
      tone[result](result),
      latencyMs === null ? '' : `${Math.round(latencyMs)} ms`,
      message,
    ]
  }
}

const columns = [
  { header: 'ACCOUNT' },
  { header: 'RESULT' },
  { header: 'TOOK', align: 'right' as const },
  { header: 'SAID' },
]

function chooseExitCode(verifications: Verification[]): number {
  if (verifications.some(({ result }) => result === 'refused')) return 5
  return verifications.some(({ result }) => result === 'unreachable') ? 1 : 0
}
