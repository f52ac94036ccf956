// The manifest that spares oclif importing every command at start, and the table that spares completion loading
// oclif.
import { pathToFileURL } from 'node:url'
import { join } from 'node:path'
import { Config, settings } from '@oclif/core'
import type { Command, Interfaces } from '@oclif/core'
import type { CommandEntry, CommandTable, FlagEntry } from '../src/lib/terminal/completion/candidates.ts'

interface PluginOptions {
  root: string
  type: string
  ignoreManifest: boolean
  errorOnManifestCreate: boolean
  respectNoCacheDefault: boolean
}

/** The text of `oclif.manifest.json`, from the built commands. */
export async function manifestText(root: string): Promise<string> {
  settings.enableAutoTranspile = false
  const { Plugin } = await pluginModule(root)
  const plugin = new Plugin({
    root,
    type: 'core',
    ignoreManifest: true,
    errorOnManifestCreate: true,
    respectNoCacheDefault: true,
  })
  await plugin.load()
  const { manifest } = plugin
  const commands = Object.fromEntries(Object.entries(manifest.commands).sort(([a], [b]) => (a < b ? -1 : 1)))
  return `${JSON.stringify({ ...manifest, commands }, null, 2)}\n`
}

/** oclif does not export its plugin class; this is the file that its own `manifest` command uses. */
async function pluginModule(root: string): Promise<{
  Plugin: new (options: PluginOptions) => { load(): Promise<void>; manifest: Interfaces.Manifest }
}> {
  const file = join(root, 'node_modules', '@oclif', 'core', 'lib', 'config', 'plugin.js')
  return (await import(pathToFileURL(file).href)) as never
}

/** Every command of a plain installation, including those of bundled plugins. */
export async function commandTable(root: string): Promise<CommandTable> {
  settings.enableAutoTranspile = false
  const config = await Config.load({ root, userPlugins: false, devPlugins: false })
  const visible = config.commands.filter((command) => !command.hidden)
  const topics = config.topics.map(({ name, description }) => [spaced(name), description ?? ''])
  return {
    commands: visible.flatMap(listEntries).sort((a, b) => (a.words < b.words ? -1 : 1)),
    topics: Object.fromEntries(topics) as Record<string, string>,
  }
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
