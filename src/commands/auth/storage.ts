import { Flags } from '@oclif/core'
import { confirmOrCancel } from '../../lib/terminal/input/prompt.ts'
import type { StorageView } from '../../lib/toolkit/views.ts'
import { formatCount } from '../../lib/terminal/accounts/account-names.ts'
import { ToolkitCommand, yesFlag } from '../base/toolkit-command.ts'

export default class AuthStorage extends ToolkitCommand {
  static override summary = 'show or change what encrypts the credentials'
  static override description =
    'The system keychain, a passphrase (QWENCTL_PASSPHRASE), or a key file. A change re-encrypts every credential in one step, then deletes the old key.'
  static override examples = [
    '<%= config.bin %> auth storage',
    '<%= config.bin %> auth storage --to keychain',
    'QWENCTL_PASSPHRASE=... <%= config.bin %> auth storage --to passphrase',
  ]
  static override flags = {
    to: Flags.string({
      description: 'encrypt with this from now on',
      options: ['keychain', 'passphrase', 'key-file'],
    }),
    yes: yesFlag,
  }

  async run(): Promise<{ storage: StorageView }> {
    const { flags } = await this.parse(AuthStorage)
    if (flags.to === undefined) {
      const storage = await this.toolkit.storage()
      this.print(storage.kind ?? 'none')
      this.tell(words(storage))
      return { storage }
    }
    await confirmOrCancel(
      `Re-encrypt every credential with the ${flags.to}, then delete the old key?`,
      flags.yes,
    )
    const storage = await this.toolkit.moveStorage(flags.to)
    this.tell(`Encrypted ${formatCount(storage.sealed, 'secret')} with the ${flags.to}.`)
    return { storage }
  }
}

function words({ kind, sealed }: StorageView): string {
  if (kind === null) return 'Nothing is encrypted yet. The first credential decides what is used.'
  return `${formatCount(sealed, 'secret')}; new ones are encrypted with the ${kind}.`
}
