import { Args, Flags } from '@oclif/core'
import { QwenctlError } from '../lib/base/errors.ts'
import { shownName, shownReference } from '../lib/terminal/accounts/account-names.ts'
import type { ModelView } from '../lib/toolkit/models/models-view.ts'
import { knownModels } from '../lib/toolkit/models/models-view.ts'
import type { ExplainedAccount } from '../lib/toolkit/views.ts'
import { AccountCommand, buildFilter, groupFlag, providerFlag } from './base/toolkit-command.ts'

interface ModelsDocument {
  now: string
  models: ModelView[]
  /** With MODEL: the accounts that a request for it would try, in order, then the others. */
  order:
    | Pick<ExplainedAccount, 'id' | 'user' | 'provider' | 'name' | 'label' | 'place' | 'verdict' | 'reason'>[]
    | null
}

export default class Models extends AccountCommand {
  static override summary = 'show which accounts have which models'
  static override description =
    'Combines the lists that the proxy fetched, the --model lists of accounts, and the models that accounts served. With MODEL: which account would serve it, in order, and why the others would not.'
  static override examples = [
    '<%= config.bin %> models',
    '<%= config.bin %> models qwen3-coder-plus',
    '<%= config.bin %> models -q -p openrouter',
  ]
  static override args = {
    model: Args.string({ description: 'model as a client writes it', ignoreStdin: true }),
  }
  static override flags = {
    provider: providerFlag,
    group: groupFlag,
    quiet: Flags.boolean({ char: 'q', description: 'print names only, one per line' }),
    'no-header': Flags.boolean({ description: 'omit the header' }),
  }

  async run(): Promise<ModelsDocument> {
    const { args, flags } = await this.parse(Models)
    const filter = buildFilter(flags)
    const { model } = args
    const all = await knownModels(this.toolkit, filter)
    const now = new Date().toISOString()
    if (model === undefined) {
      this.#printModels(all, flags)
      return { now, models: all, order: null }
    }
    const { accounts: explained } = await this.toolkit.quotas.explain({ ...filter, model })
    const order = [...explained]
      .sort((a, b) => (a.place ?? Infinity) - (b.place ?? Infinity))
      .map(({ id, user, provider, name, label, place, verdict, reason }) => {
        return { id, user, provider, name, label, place, verdict, reason }
      })
    const models = all.filter((view) => view.model === model || view.model === model.replace(/^[^/]*\//, ''))
    if (order.length === 0) throw new QwenctlError('account_not_found', 'there are no accounts')
    this.#printOrder(order, models, flags)
    return { now, models, order }
  }

  #printModels(models: readonly ModelView[], flags: { quiet: boolean; 'no-header': boolean }): void {
    if (flags.quiet) return models.forEach(({ model }) => this.print(model))
    if (models.length === 0)
      return this.tell('No list of models is known yet. Fetch the lists: qwenctl proxy start')
    const rows = models.flatMap(({ model, accounts }) =>
      accounts.map((account) => [
        model,
        `${shownName(account)}${account.enabled ? '' : ' (disabled)'}`,
        account.source,
        account.at ?? '',
      ]),
    )
    this.#print(['MODEL', 'ACCOUNT', 'SOURCE', 'KNOWN SINCE'], rows, flags)
  }

  #printOrder(
    order: NonNullable<ModelsDocument['order']>,
    models: readonly ModelView[],
    flags: { quiet: boolean; 'no-header': boolean },
  ): void {
    const serving = order.filter(({ place }) => place !== null)
    if (flags.quiet) return serving.forEach((account) => this.print(shownReference(account)))
    const holders = models.flatMap(({ accounts }) => accounts)
    const rows = order.map((account) => [
      account.place === null ? '' : String(account.place),
      shownName(account),
      holders.find(({ id }) => id === account.id)?.source ?? 'not known',
      account.reason?.words ?? '',
    ])
    this.#print(['PLACE', 'ACCOUNT', 'SOURCE', 'WHY NOT'], rows, flags)
    if (holders.length === 0) this.tell('No account lists this model.')
  }

  #print(headers: string[], rows: string[][], flags: { 'no-header': boolean }): void {
    if (flags['no-header']) rows.forEach((row) => this.print(row.join('  ').trimEnd()))
    else
      this.printTable(
        headers.map((header) => ({ header })),
        rows,
      )
  }
}
