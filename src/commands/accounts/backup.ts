import { Args } from '@oclif/core'
import { passphraseFlags, readPassphrase } from '../../lib/terminal/input/passphrase-input.ts'
import { confirmOrCancel } from '../../lib/terminal/input/prompt.ts'
import type { BackupView } from '../../lib/toolkit/backup/backup-views.ts'
import { formatCount } from '../../lib/terminal/accounts/account-names.ts'
import { ToolkitCommand, yesFlag } from '../base/toolkit-command.ts'

export default class AccountsBackup extends ToolkitCommand {
  static override summary = 'back up everything into one encrypted file'
  static override description =
    'Accounts with their keys, archived accounts, limits, settings, templates and the whole history, encrypted with a separate passphrase. It is asked for twice, or read from --passphrase-stdin or QWENCTL_BACKUP_PASSPHRASE. Without the passphrase the backup cannot be read.'
  static override examples = [
    '<%= config.bin %> accounts backup',
    '<%= config.bin %> accounts backup /media/stick/qwenctl-backup --yes',
    'pass show qwenctl-backup | <%= config.bin %> accounts backup nightly --passphrase-stdin --yes',
  ]
  static override args = {
    file: Args.string({
      description: 'target file; default: qwenctl-backup-DATE in this folder',
      ignoreStdin: true,
    }),
  }
  static override flags = { ...passphraseFlags, yes: yesFlag }

  async run(): Promise<{ backup: BackupView }> {
    const { args, flags } = await this.parse(AccountsBackup)
    const { backups } = this.toolkit
    const file = args.file ?? backups.defaultFile()
    if (backups.exists(file)) await confirmOrCancel(`${file} exists already. Replace it?`, flags.yes)
    const passphrase = await readPassphrase(flags, { stdin: process.stdin, env: process.env }, 'new')
    const backup = await backups.write(file, passphrase)
    this.print(backup.file)
    this.tell(
      `Backed up ${formatCount(backup.accounts, 'account')} and ${formatCount(backup.ledgerDays, 'day')} of the ledger. Keep the passphrase: nothing opens the file without it.`,
    )
    return { backup }
  }
}
