import { Args } from '@oclif/core'
import { BaseCommand } from '../lib/terminal/base-command.ts'
import { completionScripts, installHints, shells } from '../lib/terminal/completion/scripts.ts'
import type { Shell } from '../lib/terminal/completion/scripts.ts'

export default class Completion extends BaseCommand {
  static override summary = 'print the completion script for your shell'
  static override description =
    'Completes commands, flags, fixed values and the names of accounts, groups, users and providers.'
  static override hiddenAliases = ['autocomplete']
  static override examples = shells.map((shell) => ({
    description: installHints[shell],
    command: `<%= config.bin %> completion ${shell}`,
  }))
  static override args = {
    shell: Args.option({ options: shells })({ description: 'your shell', required: true, ignoreStdin: true }),
  }

  async run(): Promise<{ shell: Shell; script: string }> {
    const { args } = await this.parse(Completion)
    const script = completionScripts[args.shell]
    this.print(script)
    if (process.stdout.isTTY) this.tell(installHints[args.shell])
    return { shell: args.shell, script }
  }
}
