import { Flags } from '@oclif/core'

/** Flags that every list accepts. */
export const listFlags = {
  sort: Flags.string({
    description: 'sort by this column; a leading - sorts from the largest (--sort=-left)',
    helpValue: 'FIELD',
    helpGroup: 'LIST',
  }),
  columns: Flags.string({
    description: 'show only these columns, comma-separated',
    helpValue: 'A,B',
    multiple: true,
    delimiter: ',',
    helpGroup: 'LIST',
  }),
  status: Flags.string({ description: 'show only this status', helpValue: 'STATUS', helpGroup: 'LIST' }),
  top: Flags.integer({ description: 'show only the first N', helpValue: 'N', min: 1, helpGroup: 'LIST' }),
  'no-header': Flags.boolean({ description: 'omit the header', helpGroup: 'LIST' }),
  quiet: Flags.boolean({ char: 'q', description: 'print names only, one per line', helpGroup: 'LIST' }),
}
