import { Flags } from '@oclif/core'
import { confirmOrCancel } from '../../lib/terminal/input/prompt.ts'
import { changeColumns, changeRow } from '../../lib/terminal/prices/price-messages.ts'
import type { PriceChange } from '../../lib/toolkit/prices/prices.ts'
import { ToolkitCommand } from '../base/toolkit-command.ts'

interface UpdateDocument {
  asOf: string
  source: string
  changes: PriceChange[]
  /** False: only shown. */
  stored: boolean
}

export default class PricesUpdate extends ToolkitCommand {
  static override summary = 'take the prices of models from a file'
  static override description =
    'Shows every changed price first, and keeps the prices with their day in this home. The file is the output of prices show --json, or the price list of LiteLLM (model_prices_and_context_window.json). Own prices of the configuration stay in force.'
  static override examples = [
    '<%= config.bin %> prices update --from prices.json --dry-run',
    '<%= config.bin %> prices update --from model_prices_and_context_window.json --yes',
  ]
  static override flags = {
    from: Flags.string({ description: 'file with the prices', required: true, helpValue: 'FILE' }),
    'dry-run': Flags.boolean({ description: 'only show the changes' }),
    yes: Flags.boolean({ char: 'y', description: 'skip the confirmation' }),
  }

  async run(): Promise<UpdateDocument> {
    const { flags } = await this.parse(PricesUpdate)
    const { comparePrices, openPriceFile, storePrices } = await import('../../lib/toolkit/prices/prices.ts')
    const next = await openPriceFile(flags.from, new Date().toISOString().slice(0, 10))
    const changes = comparePrices(await this.toolkit.settings.priceTable(), next)
    const document = { asOf: next.asOf, source: next.source, changes }
    if (changes.length > 0) this.printTable(changeColumns, changes.map(changeRow))
    this.tell(`${changes.length} changed prices in ${flags.from}, of ${next.asOf}.`)
    if (flags['dry-run']) return { ...document, stored: false }
    await confirmOrCancel('Use these prices?', flags.yes)
    await storePrices(this.toolkit.home.pricesFile, next)
    this.tell(`The prices of ${next.asOf} are in force. A running proxy reads them after proxy restart.`)
    return { ...document, stored: true }
  }
}
