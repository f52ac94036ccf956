import { Flags } from '@oclif/core'
import { rotationFlags } from './rotation-flags.ts'
import { MOST_WORKERS, strategyNames } from '../../../lib/toolkit/settings/settings-table.ts'

/** Flags for serving, shared by `proxy start` and `proxy install`; `install` stores them. */
export const servingFlags = {
  port: Flags.integer({ description: 'port; 0 selects a free one', min: 0, max: 65_535, helpValue: '3000' }),
  host: Flags.string({ description: 'address to listen on', helpValue: '127.0.0.1' }),
  strategy: Flags.string({
    description: 'strategy that selects the next account',
    options: [...strategyNames],
  }),
  ...rotationFlags,
  workers: Flags.integer({
    description: 'number of serving processes; one is usually enough',
    min: 1,
    max: MOST_WORKERS,
    helpValue: 'N',
  }),
  ca: Flags.string({
    description: 'also trust the certificates in this PEM file (repeat for several)',
    helpValue: 'FILE',
    multiple: true,
    multipleNonGreedy: true,
  }),
  verbose: Flags.boolean({ char: 'v', description: 'log every request, not only problems' }),
}
