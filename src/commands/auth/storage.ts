import { Flags } from '@oclif/core'
import { confirmOrCancel } from '../../lib/terminal/input/prompt.ts'
import type { StorageView } from '../../lib/toolkit/views.ts'
import { countOf } from '../../lib/terminal/accounts/account-names.ts'
import { ToolkitCommand, yesFlag } from '../base/toolkit-command.ts'

export default class AuthStorage extends ToolkitCommand {
  static override summary = 'show what seals the credentials, or seal them with something else'
  static override description =
    'The keychain of the system, a passphrase (QWENCTL_PASSPHRASE), or a key file. Moving seals every credential anew, all or none, and forgets the key from before.'
  static override examples = [
    '<%= config.bin %> auth storage',
    '<%= config.bin %> auth storage --to keychain',
    'QWENCTL_PASSPHRASE=... <%= config.bin %> auth storage --to passphrase',
  ]
  static override flags = {
    to: Flags.string({
      description: 'seal with this from now on',
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
      `Seal every credential with the ${flags.to}, and forget the key from before?`,
      flags.yes,
    )
    const storage = await this.toolkit.moveStorage(flags.to)
    this.tell(`Sealed ${countOf(storage.sealed, 'secret')} with the ${flags.to}.`)
    return { storage }
  }
}

function words({ kind, sealed }: StorageView): string {
  if (kind === null) return 'Nothing is sealed yet; what seals is decided with the first credential.'
  return `${countOf(sealed, 'secret')}; new ones are sealed with the ${kind}.`
}
