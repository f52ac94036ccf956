import { Args } from '@oclif/core'

export const keyArgument = Args.string({
  description: 'name of the setting, as config list shows it',
  required: true,
  ignoreStdin: true,
})

/** A setting as one line of text: lists as `config set` reads them, with commas. */
export function valueText(value: unknown): string {
  if (Array.isArray(value)) return value.join(',')
  return typeof value === 'string' ? value : JSON.stringify(value)
}
