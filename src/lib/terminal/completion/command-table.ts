import type { Command } from '@oclif/core'
import type { CommandEntry, CommandTable, FlagEntry } from './candidates.ts'

/** oclif's view of some commands. */
interface KnownCommands {
  commands: readonly Command.Loadable[]
  topics: readonly { name: string; description?: string | undefined }[]
}

/** The table for completion: hidden commands are left out. */
export function makeTable({ commands, topics }: KnownCommands): CommandTable {
  const visible = commands.filter((command) => !command.hidden)
  const described = topics.map(({ name, description }) => [spaced(name), description ?? ''])
  return {
    commands: visible.flatMap(listEntries).sort((a, b) => (a.words < b.words ? -1 : 1)),
    topics: Object.fromEntries(described) as Record<string, string>,
  }
}

/** oclif's help command prints text alone; `run-cli.ts` prints its document. */
const helpAsDocument: FlagEntry = {
  name: 'json',
  char: null,
  summary: 'Format output as json.',
  takesValue: false,
  multiple: false,
  delimiter: null,
  options: [],
}

function listEntries(command: Command.Loadable): CommandEntry[] {
  const args = Object.entries(command.args).map(([name, arg]) => ({
    name,
    options: [...(arg.options ?? [])],
    multiple: (arg as { multiple?: boolean }).multiple === true,
  }))
  const flags = Object.values(command.flags)
    .filter((flag) => flag.hidden !== true)
    .flatMap(listFlags)
  if (command.id === 'help') flags.push(helpAsDocument)
  const summary = command.summary ?? (command.description ?? '').split('\n', 1)[0] ?? ''
  return [command.id, ...command.aliases, ...(command.hiddenAliases ?? [])].map((id) => ({
    words: spaced(id),
    summary,
    args,
    flags,
  }))
}

function listFlags(flag: Command.Flag.Cached): FlagEntry[] {
  const entry: FlagEntry = {
    name: flag.name,
    char: flag.char ?? null,
    summary: flag.summary ?? flag.description ?? '',
    takesValue: flag.type === 'option',
    multiple: flag.type === 'option' && flag.multiple === true,
    delimiter: flag.type === 'option' ? (flag.delimiter ?? null) : null,
    options: flag.type === 'option' ? [...(flag.options ?? [])] : [],
  }
  const isNegatable = flag.type === 'boolean' && flag.allowNo === true
  return isNegatable
    ? [entry, { ...entry, name: `no-${flag.name}`, char: null, summary: `do not: ${entry.summary}` }]
    : [entry]
}

function spaced(id: string): string {
  return id.replaceAll(':', ' ')
}
