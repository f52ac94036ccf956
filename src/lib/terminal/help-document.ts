import type { Command, Config, Interfaces } from '@oclif/core'
import { unknownCommand } from './unknown-command.ts'

/** The document of `qwenctl help --json`: a command, and the commands and topics below it. */
export interface HelpDocument {
  /** Null: no command was named, or the name is that of a topic alone. */
  command: CommandHelp | null
  topics: { name: string; summary: string | null }[]
  commands: { name: string; summary: string | null }[]
}

interface CommandHelp {
  /** As it is typed: `quota show`. */
  name: string
  summary: string | null
  description: string | null
  aliases: string[]
  args: {
    name: string
    description: string | null
    required: boolean
    options: readonly string[] | null
  }[]
  flags: FlagHelp[]
  examples: string[]
}

interface FlagHelp {
  name: string
  char: string | null
  /** `boolean`: it takes no value. */
  type: 'boolean' | 'option'
  /** The placeholder of the value. */
  value: string | null
  description: string | null
  required: boolean
  multiple: boolean
  /** The values that it takes; null: any. */
  options: string[] | null
}

/** The words after `help` in a command line that asks for its document; null: the line asks for something else. */
export function readHelpWords(argv: readonly string[]): string[] | null {
  if (argv[0] !== 'help' || argv.includes('--help') || argv.includes('-h')) return null
  return argv.slice(1).filter((word) => !word.startsWith('-'))
}

/** Describes a command or topic; without words, all commands. Throws `invalid_usage` for words that name none. */
export function buildHelpDocument(words: readonly string[], config: Config): HelpDocument {
  const id = words.join(':')
  const command = id === '' ? undefined : config.findCommand(id)
  if (id !== '' && command === undefined && config.findTopic(id) === undefined)
    throw unknownCommand([...words], config.commandIDs)
  const isBelow = (name: string) => id === '' || name.startsWith(`${id}:`)
  return {
    command: command === undefined ? null : describeCommand(command, config),
    topics: config.topics
      .filter(({ name, hidden }) => hidden !== true && isBelow(name))
      .map(({ name, description }) => ({ name: formatName(name), summary: description ?? null })),
    commands: config.commands
      .filter((other) => !other.hidden && isBelow(other.id))
      .map((other) => ({ name: formatName(other.id), summary: findSummary(other, config) }))
      .sort((a, b) => (a.name < b.name ? -1 : 1)),
  }
}

function describeCommand(command: Command.Loadable, config: Config): CommandHelp {
  const fill = (text: string) => fillIn(text, command, config)
  return {
    name: formatName(command.id),
    summary: findSummary(command, config),
    description: command.description === undefined ? null : fill(command.description),
    aliases: command.aliases.map(formatName),
    args: Object.values(command.args)
      .filter(({ hidden }) => hidden !== true)
      .map(({ name, description, required, options }) => ({
        name,
        description: description === undefined ? null : fill(description),
        required: required === true,
        options: options ?? null,
      })),
    flags: Object.values(command.flags)
      .filter(({ hidden }) => hidden !== true)
      .map((flag) => describeFlag(flag, fill)),
    examples: (command.examples ?? []).map((example) =>
      fill(typeof example === 'string' ? example : example.command),
    ),
  }
}

function describeFlag(flag: Command.Flag.Cached, fill: (text: string) => string): FlagHelp {
  const { name, char, type, description, summary, required } = flag
  const text = summary ?? description
  const takesValue = type === 'option'
  const value = takesValue ? (flag.helpValue ?? name.toUpperCase()) : null
  return {
    name,
    char: char ?? null,
    type,
    value: Array.isArray(value) ? value.join(' ') : value,
    description: text === undefined ? null : fill(text),
    required: required === true,
    multiple: takesValue && flag.multiple === true,
    options: takesValue && flag.options !== undefined ? [...flag.options] : null,
  }
}

/** The first line of the description of a command without a summary: plugins have such. */
function findSummary(command: Command.Loadable, config: Config): string | null {
  const text = command.summary ?? command.description?.split('\n')[0]
  return text === undefined ? null : fillIn(text, command, config)
}

/** Fills in the names that texts of commands leave open. */
function fillIn(text: string, { id }: { id: string }, { bin }: Pick<Interfaces.Config, 'bin'>): string {
  return text.replace(/<%=\s*(config\.bin|command\.id)\s*%>/g, (_open, name: string) =>
    name === 'config.bin' ? bin : formatName(id),
  )
}

function formatName(id: string): string {
  return id.replaceAll(':', ' ')
}
