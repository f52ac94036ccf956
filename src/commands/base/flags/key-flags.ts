import { Flags } from '@oclif/core'

/** Flags that say what a client key may use, shared by `keys create` and `keys set`. */
export const keyFlags = {
  accounts: Flags.string({
    description: 'only these accounts serve it, comma-separated',
    multiple: true,
    delimiter: ',',
    helpValue: 'ACCOUNT',
  }),
  groups: Flags.string({
    description: 'only accounts of these groups serve it, comma-separated',
    multiple: true,
    delimiter: ',',
    helpValue: 'GROUP',
  }),
  models: Flags.string({
    description: 'only these models, comma-separated; * matches any characters',
    multiple: true,
    delimiter: ',',
    helpValue: 'MODEL',
  }),
  limit: Flags.string({
    char: 'l',
    description: 'limit such as 200/day or 1000000tokens/month (repeat for several)',
    multiple: true,
    multipleNonGreedy: true,
    helpValue: 'LIMIT',
  }),
  expires: Flags.string({ description: 'expiry: 30d, 12h, a date or a time', helpValue: 'WHEN' }),
}

/** The values of a repeatable flag; a single empty value clears the list. */
export function parseList(values: string[]): string[] {
  return values.filter((value) => value !== '')
}
