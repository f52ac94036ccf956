import { Args } from '@oclif/core'
import { priceColumns, priceRow } from '../../lib/terminal/prices/price-messages.ts'
import type { PriceView } from '../../lib/toolkit/prices/prices.ts'
import { ToolkitCommand } from '../base/toolkit-command.ts'

export default class PricesShow extends ToolkitCommand {
  static override summary = 'show the prices of models'
  static override description =
    'Prices in US dollars per million tokens, with their day and source. Own prices of the configuration come first, then those of prices update, then the table of this version. A model without a price adds nothing to limits in dollars, unless its service names the cost.'
  static override examples = [
    '<%= config.bin %> prices show',
    '<%= config.bin %> prices show claude-sonnet-4-5',
    '<%= config.bin %> prices show --json > prices.json',
  ]
  static override args = {
    model: Args.string({ description: 'name of a model, or provider/model', ignoreStdin: true }),
  }

  async run(): Promise<{ asOf: string; source: string; prices: PriceView[] }> {
    const { args } = await this.parse(PricesShow)
    const { listPrices } = await import('../../lib/toolkit/prices/prices.ts')
    const [own, table] = await Promise.all([
      this.toolkit.settings.prices(),
      this.toolkit.settings.priceTable(),
    ])
    const prices = listPrices(own, table, args.model)
    if (prices.length === 0)
      this.tell(
        `No price is known for ${args.model}. Set one: qwenctl config set prices.PROVIDER/${args.model} 0.25,2`,
      )
    else this.printTable(priceColumns, prices.map(priceRow))
    this.tell(`List prices of ${table.asOf}, from ${table.source}.`)
    return { asOf: table.asOf, source: table.source, prices }
  }
}
