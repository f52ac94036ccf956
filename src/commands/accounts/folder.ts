import { AccountCommand, buildFilter, requiredAccountArgument } from '../base/toolkit-command.ts'

export default class AccountsFolder extends AccountCommand {
  static override summary = "print the path of an account's own folder"
  static override description =
    'Jobs run there. It has settings.yaml, templates.yaml, keywords.yaml, media/ and data/ for them; missing parts are created.'
  static override examples = [
    '<%= config.bin %> accounts folder qwen/work',
    'cd "$(<%= config.bin %> accounts folder qwen/work)"',
  ]
  static override args = { account: requiredAccountArgument }

  async run(): Promise<{
    folder: string
    account: { id: string; user: string; provider: string; name: string }
  }> {
    const { args, flags } = await this.parse(AccountsFolder)
    const account = await this.toolkit.accounts.find(args.account, buildFilter(flags))
    const folder = await this.toolkit.accounts.prepareFolder(account)
    this.print(folder)
    const { id, user, provider, name } = account
    return { folder, account: { id, user, provider, name } }
  }
}
