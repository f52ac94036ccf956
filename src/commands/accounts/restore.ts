import { Args, Flags } from '@oclif/core'
import { passphraseFlags, readPassphrase } from '../../lib/terminal/input/passphrase-input.ts'
import { confirmOrCancel } from '../../lib/terminal/input/prompt.ts'
import type { RestoreView } from '../../lib/toolkit/backup/backup-views.ts'
import { formatRestore } from '../../lib/terminal/accounts/restore-messages.ts'
import { QwenctlError } from '../../lib/base/errors.ts'
import { printable } from '../../lib/terminal/format/text-width.ts'
import { ToolkitCommand, yesFlag } from '../base/toolkit-command.ts'

export default class AccountsRestore extends ToolkitCommand {
  static override summary = 'restore a backup'
  static override description =
    'Shows what would change, asks, and then replaces the home with the backup: completely, or not at all if a step fails. The previous content is kept in a folder that the command names. With --merge only missing accounts are added, with counts at zero.'
  static override examples = [
    '<%= config.bin %> accounts restore qwenctl-backup-2026-11-22 --dry-run',
    '<%= config.bin %> accounts restore qwenctl-backup-2026-11-22',
    '<%= config.bin %> accounts restore qwenctl-backup-2026-11-22 --merge --yes',
  ]
  static override args = {
    file: Args.string({ description: 'the backup', required: true, ignoreStdin: true }),
  }
  static override flags = {
    'dry-run': Flags.boolean({ description: 'show what would change, and change nothing' }),
    merge: Flags.boolean({ description: 'add what is missing and replace nothing' }),
    'allow-commands': Flags.boolean({
      description: 'with --yes: also take commands and webhooks from the backup',
    }),
    ...passphraseFlags,
    yes: yesFlag,
  }

  async run(): Promise<{ restore: RestoreView }> {
    const { args, flags } = await this.parse(AccountsRestore)
    const mode = flags.merge ? 'merge' : 'replace'
    this.toolkit.backups.requireFile(args.file)
    const passphrase = await readPassphrase(flags, { stdin: process.stdin, env: process.env }, 'existing')
    const backup = await this.toolkit.backups.open(args.file, passphrase)
    const plan = await backup.plan(mode)
    for (const line of formatRestore(plan)) this.tell(line)
    const restore = { file: args.file, ...plan, dryRun: flags['dry-run'] === true, safetyCopy: null }
    if (restore.dryRun) return { restore }
    if (plan.effects.length > 0 && flags.yes && !flags['allow-commands']) throw unseenCommands(plan.effects)
    await confirmOrCancel('Go on?', flags.yes)
    const safetyCopy = await backup.apply(mode)
    this.tell(safetyCopy === null ? 'Merged.' : `Restored. The previous content is in ${safetyCopy}.`)
    return { restore: { ...restore, safetyCopy } }
  }
}

/** `--yes` accepts a backup, but not the programs that it names. */
function unseenCommands(effects: readonly string[]): QwenctlError {
  const shown = effects.map(printable).join('; ')
  return new QwenctlError('missing_answer', `the backup sets ${shown}; nothing was changed`, {
    hint: 'add --allow-commands to accept them',
  })
}
