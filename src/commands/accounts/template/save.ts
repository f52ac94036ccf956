import { Args } from '@oclif/core'
import { confirmOrCancel } from '../../../lib/terminal/input/prompt.ts'
import type { Template } from '../../../lib/toolkit/toolkit.ts'
import { AccountCommand, buildFilter, requiredAccountArgument, yesFlag } from '../../base/toolkit-command.ts'

export default class AccountsTemplateSave extends AccountCommand {
  static override summary = 'save the settings of an account as a template'
  static override description =
    'Saves groups, priority, weight, limits, base URL, quota group and models; never the key or the egress proxy.'
  static override examples = ['<%= config.bin %> accounts template save night qwen/work']
  static override args = {
    template: Args.string({ description: 'name of the template', required: true, ignoreStdin: true }),
    account: requiredAccountArgument,
  }
  static override flags = { yes: yesFlag }

  async run(): Promise<{ template: Template }> {
    const { args, flags } = await this.parse(AccountsTemplateSave)
    const { templates } = this.toolkit
    if (await templates.has(args.template))
      await confirmOrCancel(`The template ${args.template} exists already. Replace it?`, flags.yes)
    const template = await templates.save(args.template, args.account, buildFilter(flags))
    this.tell(`Saved. Next: qwenctl accounts template apply ${args.template} ACCOUNT.`)
    return { template }
  }
}
