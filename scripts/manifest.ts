// The manifest that spares oclif importing every command at start, and the table that spares completion loading
// oclif.
import { pathToFileURL } from 'node:url'
import { join } from 'node:path'
import { Config, settings } from '@oclif/core'
import type { Interfaces } from '@oclif/core'
import type { CommandTable } from '../src/lib/terminal/completion/candidates.ts'
import { makeTable } from '../src/lib/terminal/completion/command-table.ts'

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
  return makeTable(await Config.load({ root, userPlugins: false, devPlugins: false }))
}
