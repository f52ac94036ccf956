import { Help } from '@oclif/core'
import type { Command, Interfaces } from '@oclif/core'

/** The help of oclif, with every name in one list, and summaries of plugins in our style. */
export default class QwenctlHelp extends Help {
  /** A command that has others below it is in the list of commands: `qwenctl demo` runs as it stands. */
  protected override formatTopics(topics: Interfaces.Topic[]): string {
    return super.formatTopics(topics.filter(({ name }) => this.config.findCommand(name) === undefined))
  }

  /** The text for a command with others below it is that of its topic: `plugins` also installs them. */
  protected override formatCommands(commands: Command.Loadable[]): string {
    return super.formatCommands(commands.map((command) => this.#describeTopic(command)))
  }

  #describeTopic(command: Command.Loadable): Command.Loadable {
    if (!this.config.commandIDs.some((id) => id.startsWith(`${command.id}:`))) return command
    const topic = this.config.topics.find(({ name }) => name === command.id)
    return topic?.description === undefined ? command : { ...command, summary: topic.description }
  }

  protected override summary(command: Command.Loadable): string | undefined {
    const summary = super.summary(command)
    const isOurs = this.config.plugins.get(command.pluginName ?? '')?.isRoot === true
    return summary === undefined || isOurs ? summary : plainSummary(summary)
  }
}

/** `List installed plugins.` becomes `list installed plugins`; `OAuth login` keeps its letters. */
export function plainSummary(summary: string): string {
  return summary.replace(/^\p{Lu}(?=\p{Ll})/u, (letter) => letter.toLowerCase()).replace(/(?<!\.)\.$/, '')
}
