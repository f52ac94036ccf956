import { Args } from '@oclif/core'
import type { Template } from '../../../lib/toolkit/toolkit.ts'
import { ToolkitCommand } from '../../base/toolkit-command.ts'

export default class AccountsTemplateRemove extends ToolkitCommand {
  static override summary = 'delete a template'
  static override description = 'Accounts that used it keep their settings.'
  static override examples = ['<%= config.bin %> accounts template remove night']
  static override args = {
    template: Args.string({ description: 'name of the template', required: true, ignoreStdin: true }),
  }

  async run(): Promise<{ template: Template }> {
    const { args } = await this.parse(AccountsTemplateRemove)
    const template = await this.toolkit.templates.remove(args.template)
    this.tell(`Deleted ${template.name}.`)
    return { template }
  }
}
