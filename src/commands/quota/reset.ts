import { Flags } from '@oclif/core'
import { QwenctlError } from '../../lib/base/errors.ts'
import { confirmOrCancel } from '../../lib/terminal/input/prompt.ts'
import type { QuotaDocument } from '../../lib/toolkit/views.ts'
import { formatCount } from '../../lib/base/text/count-noun.ts'
import { shownName } from '../../lib/terminal/accounts/account-names.ts'
import { findNamedTargets } from '../base/account-targets.ts'
import { QuotaCommand } from '../base/quota-command.ts'
import { accountArguments, buildFilter, groupFlag, providerFlag, yesFlag } from '../base/toolkit-command.ts'

export default class QuotaReset extends QuotaCommand {
  static override summary = 'reset the counters of accounts and end their cooldowns'
  static override description =
    'Running proxies notice it at once; history stays. The provider keeps its own count, which qwenctl cannot change. --learned only forgets the limits that the provider taught; they are learned again. --cooldowns only ends cooldowns: those of the accounts, of their quota groups, and of their providers.'
  static override examples = [
    '<%= config.bin %> quota reset qwen/work',
    '<%= config.bin %> quota reset --all --yes',
    '<%= config.bin %> quota reset groq/work --learned',
    '<%= config.bin %> quota reset --all --cooldowns --yes',
  ]
  static override args = { account: accountArguments }
  static override flags = {
    all: Flags.boolean({ description: 'all accounts', exclusive: ['group'] }),
    cooldowns: Flags.boolean({
      description: 'end their cooldowns and keep the counters',
      exclusive: ['learned'],
    }),
    group: groupFlag,
    learned: Flags.boolean({
      description: 'forget learned limits, and keep counters and cooldowns',
    }),
    provider: providerFlag,
    yes: yesFlag,
  }

  async run(): Promise<QuotaDocument> {
    const { args, flags } = await this.parse(QuotaReset)
    const given = args.account ?? []
    const filter = buildFilter(flags)
    if (given.length > 0 && flags.all) {
      throw new QwenctlError('invalid_usage', '--all and named accounts contradict each other', {
        hint: 'leave one of them out',
      })
    }
    const references = flags.all ? [] : await findNamedTargets(this.toolkit, given, { verb: 'reset', filter })
    const { accounts } = await this.toolkit.quotas.show(references, filter)
    if (accounts.length > 0) {
      const subject =
        accounts.length <= 3 ? accounts.map(shownName).join(', ') : formatCount(accounts.length, 'account')
      await confirmOrCancel(formatQuestion(flags, subject), flags.yes)
    }
    const ids = accounts.map(({ id }) => id)
    const { quotas } = this.toolkit
    const change = flags.learned ? 'forgetLearned' : flags.cooldowns ? 'endCooldowns' : 'reset'
    const document = await quotas[change](ids, filter)
    this.showQuota(document, filter)
    return document
  }
}

function formatQuestion(
  { learned, cooldowns }: { learned: boolean; cooldowns: boolean },
  subject: string,
): string {
  if (learned) return `Forget the learned limits of ${subject}?`
  return cooldowns ? `End the cooldowns of ${subject}?` : `Reset the counters of ${subject} to zero?`
}
