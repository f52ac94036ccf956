import { Args } from '@oclif/core'
import { findUnknownModels } from '../../lib/toolkit/models/models-view.ts'
import { keyArgument, valueText } from '../base/flags/setting-values.ts'
import { ToolkitCommand } from '../base/toolkit-command.ts'

const ALIAS = 'aliases.'

export default class ConfigSet extends ToolkitCommand {
  static override summary = 'change a setting in the configuration file'
  static override examples = ['<%= config.bin %> config set proxy.port 8080']
  static override args = {
    key: keyArgument,
    value: Args.string({ description: 'new value', required: true, ignoreStdin: true }),
  }

  async run(): Promise<{ key: string; value: unknown }> {
    const { args } = await this.parse(ConfigSet)
    const value = await this.toolkit.settings.set(args.key, args.value)
    const isRemoved =
      args.value.trim() === '' && (value === null || (Array.isArray(value) && value.length === 0))
    this.tell(`${describeChange(args.key, value, isRemoved)} ${this.toolkit.settings.path}.`)
    if (!isRemoved && args.key.startsWith(ALIAS) && Array.isArray(value)) await this.#warnOfUnknown(value)
    return { key: args.key, value }
  }

  /** A model of an alias that no account is known to have is often a typo. */
  async #warnOfUnknown(models: unknown[]): Promise<void> {
    for (const name of await findUnknownModels(this.toolkit, models.map(String)))
      this.caution(`no account is known to have the model ${name}; qwenctl models lists the known ones`)
  }
}

/** The change up to the path of the file. */
function describeChange(key: string, value: unknown, isRemoved: boolean): string {
  if (isRemoved) return `Removed ${key} from`
  return value === '' ? `Emptied ${key} in` : `Set ${key} to ${valueText(value)} in`
}
