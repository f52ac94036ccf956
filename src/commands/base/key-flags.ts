import { Flags } from '@oclif/core'

/** What a client key may use: the same for `keys create` and `keys set`. */
export const keyFlags = {
  accounts: Flags.string({
    description: 'only these accounts serve it, separated by commas',
    multiple: true,
    delimiter: ',',
    helpValue: 'ACCOUNT',
  }),
  groups: Flags.string({
    description: 'only accounts of these groups serve it, separated by commas',
    multiple: true,
    delimiter: ',',
    helpValue: 'GROUP',
  }),
  models: Flags.string({
    description: 'only these models, separated by commas; * stands for any characters',
    multiple: true,
    delimiter: ',',
    helpValue: 'MODEL',
  }),
  limit: Flags.string({
    char: 'l',
    description: 'a limit such as 200/day or 1000000tokens/month, any number of times',
    multiple: true,
    multipleNonGreedy: true,
    helpValue: 'LIMIT',
  }),
  expires: Flags.string({ description: 'when it ends: 30d, 12h, a date or a time', helpValue: 'WHEN' }),
}

/** The values of a flag that may be given several times; an empty one alone clears the list. */
export function listOf(values: string[]): string[] {
  return values.filter((value) => value !== '')
}
