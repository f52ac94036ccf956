import { Flags } from '@oclif/core'
import { confirmOrCancel } from '../../lib/terminal/input/prompt.ts'
import type { StorageResetView, StorageView } from '../../lib/toolkit/views.ts'
import { formatCount } from '../../lib/base/text/count-noun.ts'
import { ToolkitCommand, yesFlag } from '../base/toolkit-command.ts'

export default class AuthStorage extends ToolkitCommand {
  static override summary = 'show or change what encrypts the credentials'
  static override description =
    'The system keychain, a passphrase (QWENCTL_PASSPHRASE), or a key file. A change re-encrypts every credential in one step, then deletes the old key. If that key is lost, --reset starts a new vault: accounts, counts and settings stay, and each account needs its key or login again.'
  static override examples = [
    '<%= config.bin %> auth storage',
    '<%= config.bin %> auth storage --to keychain',
    'QWENCTL_PASSPHRASE=... <%= config.bin %> auth storage --to passphrase',
    '<%= config.bin %> auth storage --reset',
  ]
  static override flags = {
    to: Flags.string({
      description: 'encrypt with this from now on',
      options: ['keychain', 'passphrase', 'key-file'],
    }),
    reset: Flags.boolean({
      description: 'start a new vault, and mark every credential as missing',
      exclusive: ['to'],
    }),
    yes: yesFlag,
  }

  async run(): Promise<{ storage: StorageView | StorageResetView }> {
    const { flags } = await this.parse(AuthStorage)
    if (flags.reset) return { storage: await this.reset(flags.yes) }
    if (flags.to === undefined) {
      const storage = await this.toolkit.storage()
      this.print(storage.kind ?? 'none')
      this.tell(formatStorage(storage))
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

  private async reset(isConfirmed: boolean): Promise<StorageResetView> {
    const { sealed } = await this.toolkit.storage()
    await confirmOrCancel(
      `Start a new vault? ${formatCount(sealed, 'secret')} of the old one must be given again.`,
      isConfirmed,
    )
    const storage = await this.toolkit.resetStorage()
    this.tell(`There is a new vault (${storage.kind ?? 'none'}). The old one is in ${storage.safetyCopy}.`)
    for (const { user, provider, name, fix } of (await this.toolkit.quotas.show(storage.missing)).accounts)
      this.tell(`  ${user === 'local' ? '' : `${user}:`}${provider}/${name}: ${fix ?? 'enable it first'}`)
    return storage
  }
}

function formatStorage({ kind, sealed }: StorageView): string {
  if (kind === null) return 'Nothing is encrypted yet. The first credential decides what is used.'
  return `${formatCount(sealed, 'secret')}; new ones are encrypted with the ${kind}.`
}
