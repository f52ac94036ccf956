import { Help } from '@oclif/core'
import type { Command, Interfaces } from '@oclif/core'

/** The help of oclif, with every name in one list, and summaries of plugins in our style. */
export default class QwenctlHelp extends Help {
  /** A command that has others below it is in the list of commands: `qwenctl demo` runs as it stands. */
  protected override formatTopics(topics: Interfaces.Topic[]): string {
    return super.formatTopics(topics.filter(({ name }) => this.config.findCommand(name) === undefined))
  }

  protected override summary(command: Command.Loadable): string | undefined {
    const summary = super.summary(command)
    const isOurs = this.config.plugins.get(command.pluginName ?? '')?.isRoot === true
    return summary === undefined || isOurs ? summary : plainSummary(summary)
  }
}

/** `List installed plugins.` becomes `list installed plugins`. */
function plainSummary(summary: string): string {
  return `${summary.slice(0, 1).toLowerCase()}${summary.slice(1)}`.replace(/\.$/, '')
}
