import { Args } from '@oclif/core'
import { passphraseFlags, readPassphrase } from '../../lib/terminal/input/passphrase-input.ts'
import { confirmOrCancel } from '../../lib/terminal/input/prompt.ts'
import type { BackupView } from '../../lib/toolkit/backup/backup-views.ts'
import { QwenctlError } from '../../lib/base/errors.ts'
import { formatCount } from '../../lib/base/text/count-noun.ts'
import { ToolkitCommand, yesFlag } from '../base/toolkit-command.ts'

export default class AccountsBackup extends ToolkitCommand {
  static override summary = 'back up everything into one encrypted file'
  static override description =
    'Accounts with their keys, archived accounts, limits, settings, templates and the whole history, encrypted with a separate passphrase. It is asked for twice, or read from --passphrase-stdin or QWENCTL_BACKUP_PASSPHRASE. Without the passphrase the backup cannot be read.'
  static override examples = [
    '<%= config.bin %> accounts backup',
    '<%= config.bin %> accounts backup /media/stick/qwenctl-backup --yes',
    '<%= config.bin %> accounts backup - | ssh HOST "cat > qwenctl-backup"',
    'pass show qwenctl-backup | <%= config.bin %> accounts backup nightly --passphrase-stdin --yes',
  ]
  static override args = {
    file: Args.string({
      description: 'target file, `-` for standard output; default: qwenctl-backup-DATE in this folder',
      ignoreStdin: true,
    }),
  }
  static override flags = { ...passphraseFlags, yes: yesFlag }

  async run(): Promise<{ backup: BackupView }> {
    const { args, flags } = await this.parse(AccountsBackup)
    const { backups } = this.toolkit
    if (args.file === '-') return { backup: await this.writeOut(flags) }
    const file = args.file ?? backups.defaultFile()
    if (backups.exists(file)) await confirmOrCancel(`${file} exists already. Replace it?`, flags.yes)
    const passphrase = await readPassphrase(flags, { stdin: process.stdin, env: process.env }, 'new')
    const backup = await backups.write(file, passphrase)
    this.print(backup.file)
    this.tell(backedUp(backup))
    return { backup }
  }

  /** To standard output, for a pipe. */
  private async writeOut(flags: { 'passphrase-stdin'?: boolean }): Promise<BackupView> {
    if (this.jsonEnabled()) {
      throw new QwenctlError('invalid_usage', 'the backup and --json both need standard output', {
        hint: 'leave out --json, or name a file',
      })
    }
    if (process.stdout.isTTY) {
      throw new QwenctlError('invalid_usage', 'standard output is a terminal; nothing was written', {
        hint: 'qwenctl accounts backup - > FILE',
      })
    }
    const passphrase = await readPassphrase(flags, { stdin: process.stdin, env: process.env }, 'new')
    const { bytes, view } = await this.toolkit.backups.make(passphrase)
    await new Promise<void>((resolve, reject) => {
      process.stdout.write(bytes, (error) => (error ? reject(error) : resolve()))
    })
    this.tell(backedUp(view))
    return { file: '-', ...view }
  }
}

function backedUp({ accounts, ledgerDays }: Omit<BackupView, 'file'>): string {
  return `Backed up ${formatCount(accounts, 'account')} and ${formatCount(ledgerDays, 'day')} of the ledger. Keep the passphrase: nothing opens the file without it.`
}
