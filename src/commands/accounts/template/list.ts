import type { Template } from '../../../lib/toolkit/toolkit.ts'
import { ToolkitCommand } from '../../base/toolkit-command.ts'

export default class AccountsTemplateList extends ToolkitCommand {
  static override summary = 'list the templates'
  static override examples = ['<%= config.bin %> accounts template list']

  async run(): Promise<{ templates: Template[] }> {
    await this.parse(AccountsTemplateList)
    const templates = await this.toolkit.templates.list()
    if (templates.length === 0)
      this.tell('There are no templates. Create one: qwenctl accounts template save NAME ACCOUNT')
    else this.printTable(columns, templates.map(row))
    return { templates }
  }
}

const columns = [
  { header: 'TEMPLATE' },
  { header: 'FROM' },
  { header: 'GROUPS' },
  { header: 'LIMITS' },
  { header: 'PRIORITY', align: 'right' as const },
  { header: 'WEIGHT', align: 'right' as const },
]

function row({ name, provider, settings }: Template): string[] {
  const { groups, limits, priority, weight } = settings
  return [name, provider, groups.join(','), limits?.join(' ') ?? 'default', String(priority), String(weight)]
}
