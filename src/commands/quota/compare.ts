import { Flags } from '@oclif/core'
import type { ComparisonDocument } from '../../lib/toolkit/history/comparison-views.ts'
import {
  comparisonColumns,
  comparisonCsv,
  comparisonRow,
  formatDifference,
} from '../../lib/terminal/quota/comparison-words.ts'
import { periodFlags } from '../base/flags/period-flags.ts'
import { AccountCommand } from '../base/toolkit-command.ts'

export default class QuotaCompare extends AccountCommand {
  static override summary = 'compare accounts or groups over a range of time'
  static override description =
    "Without names it compares every account. Two subjects also get their differences, and whether these are more than chance: Fisher's exact test for shares, the Mann-Whitney test for durations, both at 5 %. LATENCY is the median and the 95th percentile."
  static override examples = [
    '<%= config.bin %> quota compare',
    '<%= config.bin %> quota compare qwen/one qwen/two --days 7',
    '<%= config.bin %> quota compare -g shop-a -g shop-b --hours 24 --json',
    '<%= config.bin %> quota compare --days 30 --csv > accounts.csv',
  ]
  static override usage = 'quota compare [ACCOUNT...] [-g GROUP]... [--days N | --hours N] [--csv]'
  static override strict = false
  static override flags = {
    group: Flags.string({
      char: 'g',
      description: 'compare the accounts of this group together (repeat for several)',
      multiple: true,
      multipleNonGreedy: true,
      helpValue: 'GROUP',
    }),
    ...periodFlags,
    csv: Flags.boolean({ description: 'print all figures as CSV', exclusive: ['json'] }),
  }

  async run(): Promise<ComparisonDocument> {
    const { argv, flags } = await this.parse(QuotaCompare)
    const { days, hours, group = [], user } = flags
    const document = await this.toolkit.history.compare({
      accounts: argv as string[],
      groups: group,
      ...(days === undefined ? {} : { days }),
      ...(hours === undefined ? {} : { hours }),
      ...(user === undefined ? {} : { user }),
    })
    const { subjects, differences, from } = document
    if (flags.csv) this.print(comparisonCsv(subjects))
    else if (subjects.length === 0) this.tell('There are no accounts. Add one: qwenctl auth add')
    else {
      this.printTable(comparisonColumns, subjects.map(comparisonRow))
      const [a, b] = subjects
      if (differences !== null) this.tell(`\n${a?.label} and ${b?.label}:`)
      for (const difference of differences ?? []) {
        const words = formatDifference(difference)
        if (words !== null) this.tell(`  ${words}`)
      }
      this.tell(`\nSince ${from.slice(0, 16).replace('T', ' ')} UTC.`)
    }
    return document
  }
}
