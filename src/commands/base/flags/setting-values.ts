import { Args } from '@oclif/core'

export const keyArgument = Args.string({
  description: 'name of the setting, as config list shows it',
  required: true,
  ignoreStdin: true,
})

/** A setting as one line of text: lists are comma-separated, as `config set` reads them. */
export function valueText(value: unknown): string {
  if (Array.isArray(value)) return value.join(',')
  return typeof value === 'string' ? value : JSON.stringify(value)
}
