import { Flags } from '@oclif/core'
import { rotationFlags } from './rotation-flags.ts'
import { MOST_WORKERS, strategyNames } from '../../lib/toolkit/settings/settings-table.ts'

/** How a proxy is to serve: for `start`, and for `install`, which writes them down. */
export const servingFlags = {
  port: Flags.integer({ description: 'port; 0 picks a free one', min: 0, max: 65_535, helpValue: '3000' }),
  host: Flags.string({ description: 'address to listen on', helpValue: '127.0.0.1' }),
  strategy: Flags.string({ description: 'which account serves next', options: [...strategyNames] }),
  ...rotationFlags,
  workers: Flags.integer({
    description: 'processes that serve together; one is enough for most',
    min: 1,
    max: MOST_WORKERS,
    helpValue: 'N',
  }),
  ca: Flags.string({
    description: 'trust the certificates of this file (PEM) too (repeat for several)',
    helpValue: 'FILE',
    multiple: true,
    multipleNonGreedy: true,
  }),
  verbose: Flags.boolean({ char: 'v', description: 'a line for every request, not only for troubles' }),
}
