import { formatCount } from '../../lib/base/text/count-noun.ts'
import { Args, Flags } from '@oclif/core'
import { QwenctlError, isQwenctlError } from '../../lib/base/errors.ts'
import { canAsk } from '../../lib/terminal/input/prompt.ts'
import { readSecret, secretFlags } from '../../lib/terminal/input/secret-input.ts'
import { canLackKey } from '../../lib/toolkit/accounts/account-fields.ts'
import { findTerms } from '../../lib/toolkit/accounts/provider-terms.ts'
import { findDefaultUser } from '../../lib/toolkit/settings/default-user.ts'
import type { TokenSet } from '../../lib/toolkit/login/token-set.ts'
import type { NewAccount } from '../../lib/toolkit/toolkit.ts'
import type { AccountView } from '../../lib/toolkit/views.ts'
import { shownName } from '../../lib/terminal/accounts/account-names.ts'
import {
  askBaseUrl,
  askForKey,
  askName,
  askProvider,
  keyWarning,
  splitName,
} from '../../lib/terminal/accounts/new-account.ts'
import type { Provider } from '../../lib/terminal/accounts/new-account.ts'
import { loginFlags, readLoginOverrides, promptLogin } from '../../lib/terminal/accounts/device-prompt.ts'
import { readManyKeys } from '../../lib/terminal/input/many-keys.ts'
import { addMany } from '../base/add-many.ts'
import { settingFlags, readSettings } from '../base/flags/setting-flags.ts'
import type { SettingFlags } from '../base/flags/setting-flags.ts'
import { AccountCommand } from '../base/toolkit-command.ts'

export default class AuthAdd extends AccountCommand {
  static override aliases = ['accounts:add']
  static override summary = 'add an account'
  static override description =
    'Asks for missing values, and checks the key with the provider before it stores anything. A key is never an argument: it is typed hidden, or read from standard input, a variable or a file. A provider with a login by code, or --login device, shows the code. The command waits until you confirm it in a browser.'
  static override examples = [
    '<%= config.bin %> auth add',
    '<%= config.bin %> auth add work -p qwen',
    '<%= config.bin %> auth add work -p openai --key-env OPENAI_API_KEY --limit 500/day',
    '<%= config.bin %> auth add home -p qwen-oauth',
    '<%= config.bin %> auth add local -p ollama',
    '<%= config.bin %> auth add both -p custom --base-url https://llm.example.com/v1 --anthropic-base-url https://llm.example.com/anthropic --key-env LLM_KEY',
    "<%= config.bin %> auth add cc -p http --service cloudconvert --base-url https://api.cloudconvert.com --auth-header 'Authorization: Bearer {key}'",
    '<%= config.bin %> auth add lab -p custom --base-url https://llm.example.com/v1 --login device --issuer https://id.example.com --client-id lab-cli',
    'pass show openai | <%= config.bin %> auth add openai/main --key-stdin',
    '<%= config.bin %> auth add -p openai --many --limit 500/day < keys.env',
  ]
  static override usage =
    'auth add [NAME] [-p PROVIDER] [--no-key | --many | --key-stdin | --key-env VAR | --key-file PATH | --login device] [--base-url URL] [--label TEXT] [-g GROUP...] [-l LIMIT...] [--priority N] [--weight N] [--no-verify]'
  static override args = {
    name: Args.string({ description: 'name, or provider/name', ignoreStdin: true }),
  }
  static override flags = {
    provider: Flags.string({ char: 'p', description: 'provider of the account', helpValue: 'PROVIDER' }),
    ...secretFlags,
    many: Flags.boolean({
      description: 'add an account for each key on standard input: one a line, NAME=KEY lines, or JSON',
      exclusive: ['key-env', 'key-file', 'no-key', 'login', 'issuer'],
    }),
    'no-key': Flags.boolean({
      description: 'the server accepts requests without a key',
      exclusive: ['key-stdin', 'key-env', 'key-file', 'login'],
    }),
    ...settingFlags,
    login: Flags.string({
      description: 'log in with a code instead of a key',
      options: ['device'],
      helpValue: 'device',
      exclusive: ['key-stdin', 'key-env', 'key-file'],
      helpGroup: 'LOGIN',
    }),
    ...loginFlags,
    verify: Flags.boolean({
      description: 'check the key with the provider first',
      default: true,
      allowNo: true,
    }),
  }

  async run(): Promise<{ account: AccountView } | { accounts: AccountView[] }> {
    const { args, flags } = await this.parse(AuthAdd)
    if (flags.many) return this.addMany(args.name, flags)
    const given = splitName(args.name, flags.provider)
    const registry = await this.toolkit.providers()
    const provider = registry.get(given.provider ?? (await askProvider(registry.views())))
    const settings = readSettings(flags, process.env)
    const user = flags.user ?? (await findDefaultUser(this.toolkit.settings))
    const named = { provider: provider.id, user }
    const isNamed = given.name !== null || settings.label != null
    const name = isNamed ? given.name : await askName(named, await this.toolkit.accounts.list(named))
    if (settings.baseUrl === undefined) {
      const baseUrl = await askBaseUrl(provider)
      if (baseUrl !== null) settings.baseUrl = baseUrl
    }
    const terms = findTerms(provider, settings.baseUrl ?? null)
    if (terms !== null) this.tell(`${this.errorPalette.warn('note:')} ${terms}`)
    const account: NewAccount = { ...named, ...settings }
    if (name !== null) account.name = name
    if (logsIn(provider, flags)) {
      account.tokens = await this.logIn(account, flags)
      return this.store(account)
    }
    if (flags['no-key']) account.withoutKey = true
    const secret = await this.secretFor(provider, account, flags)
    if (secret !== null) account.secret = secret
    if (flags.verify && canCheck(provider, secret))
      await this.checkOrAskForKey(account, provider, flags['no-key'] !== true)
    return this.store(account)
  }

  private async addMany(name: string | undefined, flags: ManyFlags): Promise<{ accounts: AccountView[] }> {
    const { name: single, provider: wanted } = splitName(name, flags.provider)
    if (wanted === null || single !== null) {
      throw new QwenctlError('invalid_usage', '--many needs --provider, and no name', {
        hint: 'qwenctl auth add -p PROVIDER --many < FILE; the file names accounts with NAME=KEY lines',
      })
    }
    const provider = (await this.toolkit.providers()).get(wanted)
    const settings = readSettings(flags, process.env)
    const user = flags.user === undefined ? {} : { user: flags.user }
    const terms = findTerms(provider, settings.baseUrl ?? null)
    if (terms !== null) this.tell(`${this.errorPalette.warn('note:')} ${terms}`)
    const accounts = await addMany(this.toolkit, await readManyKeys(process.stdin), {
      base: { provider: provider.id, ...user, ...settings },
      verify: flags.verify && provider.kind === 'model',
    })
    for (const account of accounts) this.print(shownName(account))
    this.tell(
      `Added ${formatCount(accounts.length, 'account')} at ${provider.label}. Next: qwenctl quota show.`,
    )
    return { accounts }
  }

  /** A local server is tried without a key first. If it refuses that, a person at a terminal can type one. */
  private async checkOrAskForKey(account: NewAccount, provider: Provider, mayAsk: boolean): Promise<void> {
    try {
      await this.check(account, provider)
    } catch (error) {
      const isRefused = isQwenctlError(error) && error.code === 'credentials_refused'
      if (!isRefused || account.secret !== undefined || !mayAsk || !canAsk()) throw error
      account.secret = await askForKey(provider)
      await this.check(account, provider)
    }
  }

  private async store(account: NewAccount): Promise<{ account: AccountView }> {
    const added = await this.toolkit.accounts.add(account)
    this.printCard(added)
    await this.warnOfUnpriced(added)
    this.tell(`Added ${shownName(added)}. Next: qwenctl quota show, or qwenctl proxy start.`)
    if (added.limits.length === 0) {
      const reference = `${added.provider}/${added.name}`
      this.tell(`No limit is known. To set one: qwenctl accounts set ${reference} --limit 500/day`)
    }
    return { account: added }
  }

  /** Checks the name first, so that a login is not confirmed for an account that cannot be stored. */
  private async logIn(account: NewAccount, flags: LoginFlags): Promise<TokenSet> {
    const { accounts, logins, settings } = this.toolkit
    const { provider, user = await findDefaultUser(settings), name } = account
    const others = await accounts.list({ provider, user })
    if (others.some((other) => other.name === name)) {
      throw new QwenctlError('name_in_use', `there is already an account ${provider}/${name}`, {
        hint: `choose another name, or give it a new login with qwenctl auth refresh ${provider}/${name} --login`,
      })
    }
    return promptLogin((signal) => logins.begin(account, readLoginOverrides(flags), { signal }), {
      palette: this.errorPalette,
      unicode: this.unicode,
      browser: flags.browser,
    })
  }

  private async secretFor(
    provider: Provider,
    account: NewAccount,
    flags: Parameters<typeof readSecret>[0],
  ): Promise<string | null> {
    const sources = { stdin: process.stdin, env: process.env }
    const secret =
      (await readSecret(flags, sources)) ?? (canLackKey(account, provider) ? null : await askForKey(provider))
    const warning = secret === null ? null : keyWarning(provider, secret)
    if (warning !== null) this.caution(warning)
    return secret
  }

  /** Stores the account only if the provider accepts the credential or has no way to check it. */
  private async check(account: NewAccount, provider: Provider): Promise<void> {
    const { result, message, correctedBaseUrl } = await this.toolkit.accounts.checkCredential(account)
    if (result === 'refused') {
      throw new QwenctlError('credentials_refused', `${provider.label} refuses the key: ${message}`, {
        hint: 'nothing was stored; check the key, the base URL and the region, or store it unchecked with --no-verify',
      })
    }
    if (result === 'unreachable') {
      throw new QwenctlError('upstream_unavailable', `${provider.label} could not be reached: ${message}`, {
        hint: 'nothing was stored; check the base URL, or store the account unchecked with --no-verify',
      })
    }
    if (correctedBaseUrl !== undefined) {
      this.tell(`Nothing answers at ${account.baseUrl}; using ${correctedBaseUrl}, which does.`)
      account.baseUrl = correctedBaseUrl
    }
    if (result === 'unchecked') this.tell(`The key was not checked: ${message}`)
  }
}

type ManyFlags = SettingFlags & {
  provider?: string | undefined
  user?: string | undefined
  verify: boolean
}

type LoginFlags = Parameters<typeof readLoginOverrides>[0] & { browser: boolean }

/** A provider with a login and no keys uses the login, unless a key is given. */
function logsIn(
  provider: Provider,
  flags: Parameters<typeof readSecret>[0] & { login?: string | undefined; issuer?: string | undefined },
): boolean {
  if (flags.login !== undefined || flags.issuer !== undefined) return true
  const isKeyGiven =
    flags['key-stdin'] === true || flags['key-env'] !== undefined || flags['key-file'] !== undefined
  return provider.device !== null && provider.keysUrl === null && !isKeyGiven
}

/** Whether the provider can be asked about the account. */
function canCheck({ kind, keyIsOptional }: Provider, secret: string | null): boolean {
  return kind === 'model' && (secret !== null || keyIsOptional)
}
