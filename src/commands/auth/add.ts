import { Args, Flags } from '@oclif/core'
import { QwenctlError } from '../../lib/errors.ts'
import { readSecret, secretFlags } from '../../lib/terminal/secret-input.ts'
import { termsOf } from '../../lib/toolkit/provider-terms.ts'
import type { NewAccount } from '../../lib/toolkit/toolkit.ts'
import type { AccountView } from '../../lib/toolkit/views.ts'
import { shownName } from '../base/account-names.ts'
import { askBaseUrl, askForKey, askName, askProvider, keyWarning, splitName } from '../base/new-account.ts'
import type { Provider } from '../base/new-account.ts'
import { settingFlags, settingsOf } from '../base/setting-flags.ts'
import { AccountCommand } from '../base/toolkit-command.ts'

export default class AuthAdd extends AccountCommand {
  static override summary = 'add an account'
  static override description =
    'Asks for what is missing, and checks the key with the provider before anything is stored. A key is never an argument: it is typed hidden, or comes from standard input, a variable or a file.'
  static override examples = [
    '<%= config.bin %> auth add',
    '<%= config.bin %> auth add work -p qwen',
    '<%= config.bin %> auth add work -p openai --key-env OPENAI_API_KEY --limit 500/day',
    'pass show openai | <%= config.bin %> auth add openai/main --key-stdin',
  ]
  static override args = {
    name: Args.string({ description: 'its name, or provider/name', ignoreStdin: true }),
  }
  static override flags = {
    provider: Flags.string({ char: 'p', description: 'the service it belongs to', helpValue: 'PROVIDER' }),
    ...secretFlags,
    ...settingFlags,
    verify: Flags.boolean({
      description: 'check the key with the provider first',
      default: true,
      allowNo: true,
    }),
  }

  async run(): Promise<{ account: AccountView }> {
    const { args, flags } = await this.parse(AuthAdd)
    const given = splitName(args.name, flags.provider)
    const registry = await this.toolkit.providers()
    const provider = registry.get(given.provider ?? (await askProvider(registry.views())))
    const settings = settingsOf(flags)
    const named = { provider: provider.id, ...(flags.user === undefined ? {} : { user: flags.user }) }
    const name = given.name ?? (await askName(named, await this.toolkit.accounts.list(named)))
    if (settings.baseUrl === undefined) {
      const baseUrl = await askBaseUrl(provider)
      if (baseUrl !== null) settings.baseUrl = baseUrl
    }
    const terms = termsOf(provider, settings.baseUrl ?? null)
    if (terms !== null) this.tell(`${this.errorPalette.warn('note:')} ${terms}`)
    const secret = await this.secretFor(provider, flags)

    const account: NewAccount = { ...named, ...settings }
    if (name !== null) account.name = name
    if (secret !== null) account.secret = secret
    if (flags.verify && secret !== null) await this.check(account, provider)
    const added = await this.toolkit.accounts.add(account)
    this.printCard(added)
    this.tell(`Added ${shownName(added)}. Next: qwenctl quota show, or qwenctl proxy start.`)
    return { account: added }
  }

  private async secretFor(
    provider: Provider,
    flags: Parameters<typeof readSecret>[0],
  ): Promise<string | null> {
    const sources = { stdin: process.stdin, env: process.env }
    const secret =
      (await readSecret(flags, sources)) ?? (provider.needsCredential ? await askForKey(provider) : null)
    const warning = secret === null ? null : keyWarning(provider, secret)
    if (warning !== null) this.caution(warning)
    return secret
  }

  /** Nothing is stored unless the provider accepts the credential, or has no way to say. */
  private async check(account: NewAccount, provider: Provider): Promise<void> {
    const { result, message } = await this.toolkit.accounts.checkCredential(account)
    if (result === 'refused') {
      throw new QwenctlError('credentials_refused', `${provider.label} refuses the key: ${message}`, {
        hint: 'nothing was stored; check the key, the base URL and the region, or store it unchecked with --no-verify',
      })
    }
    if (result === 'unreachable') {
      throw new QwenctlError('upstream_unavailable', `${provider.label} could not be asked: ${message}`, {
        hint: 'nothing was stored; try again, or store it unchecked with --no-verify',
      })
    }
    if (result === 'unchecked') this.tell(`The key was not checked: ${message}`)
  }
}
