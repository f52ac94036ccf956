import { existsSync } from 'node:fs'
import { join, sep } from 'node:path'
import { pathToFileURL } from 'node:url'
import { Plugin } from '@oclif/core'
import type { Command, Config, Interfaces } from '@oclif/core'
import { loadConfig } from './oclif-config.ts'
import type { ConfigOptions } from './oclif-config.ts'

export interface BuiltProgram {
  root: string
  pjson: Interfaces.PJSON
}

/**
 * Loads oclif's configuration with the one command that these words name. To load all commands and oclif's own plugins
 * takes longer than most commands work. Null where the whole configuration is needed: for help, with installed plugins,
 * and for words that name no command of qwenctl or that it does not take.
 */
export async function loadOneCommand(
  argv: readonly string[],
  { root, pjson }: BuiltProgram,
  options: ConfigOptions,
): Promise<Config | null> {
  // oclif takes these words for a request for help, in any place.
  const help = ['--help', ...(pjson.oclif.additionalHelpFlags ?? [])]
  const words = argv.some((word) => help.includes(word))
    ? null
    : findCommandFile(argv, commandsFolder(root, pjson))
  if (words === null) return null
  const plugin = new Plugin({ root, pjson, isRoot: true, type: 'core' })
  // The file with all commands stays closed.
  const empty = { _manifest: () => Promise.resolve({ commands: {}, version: pjson.version }) }
  Object.assign(plugin as object, empty)
  await plugin.load()
  const command = await loadCommand(words, plugin)
  if (command === null || !takesWord(command, argv[words.length])) return null
  plugin.commands = [describeCommand(command)]
  plugin.commandIDs = [command.id]
  const config = await loadConfig({ root, pjson, plugins: new Map([[plugin.name, plugin]]) }, options)
  return hasPlugins(config) ? null : config
}

const DEEPEST = 3

function commandsFolder(root: string, { oclif }: Interfaces.PJSON): string {
  const { commands } = oclif
  return join(root, typeof commands === 'object' && 'target' in commands ? commands.target : '')
}

/** The most leading words that name a file of a command. */
function findCommandFile(argv: readonly string[], folder: string): string[] | null {
  const end = argv.findIndex((word) => !/^[a-z][a-z-]*$/.test(word))
  const words = argv.slice(0, Math.min(end < 0 ? argv.length : end, DEEPEST))
  for (; words.length > 0; words.pop()) if (existsSync(`${join(folder, ...words)}.js`)) return words
  return null
}

/** The class, with what oclif puts on one that it loads itself. Null where it does not load: oclif says why. */
async function loadCommand(words: string[], plugin: Plugin): Promise<Command.Class | null> {
  const file = `${join(commandsFolder(plugin.root, plugin.pjson), ...words)}.js`
  const relativePath = file.slice(plugin.root.length).split(sep).filter(Boolean)
  try {
    const { default: command } = (await import(pathToFileURL(file).href)) as { default: Command.Class }
    return Object.assign(command, { id: words.join(':'), plugin, isESM: true, relativePath })
  } catch {
    return null
  }
}

/** For a command without arguments, oclif takes a word for a part of the name. It then finds no such command. */
function takesWord({ strict, args }: Command.Class, word: string | undefined): boolean {
  if (word === undefined || word.startsWith('-') || word.includes('=')) return true
  return !strict || Object.keys(args).length > 0
}

function describeCommand(command: Command.Class): Command.Loadable {
  // oclif leaves `flags` undefined on a class that declares none. The parser reads inherited flags from the class.
  const { id, args, flags = {}, strict, plugin } = command
  return {
    ...{ id, args, flags, strict, hidden: false, aliases: [], hiddenAliases: [] },
    ...{ pluginName: plugin!.name, pluginAlias: plugin!.alias, pluginType: plugin!.type },
    load: () => Promise.resolve(command),
  }
}

/** oclif keeps the list of installed plugins in this file. */
function hasPlugins({ dataDir }: Config): boolean {
  return existsSync(join(dataDir, 'package.json'))
}
