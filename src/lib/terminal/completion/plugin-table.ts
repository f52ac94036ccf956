import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import type { Config } from '@oclif/core'
import { isForeign } from '../plugins/plugin-hooks.ts'
import { makeTable } from './command-table.ts'
import { readTableText } from './read-plugin-table.ts'

/**
 * Keeps the commands of installed plugins in a file, so that completion loads no plugin. Writes only changes. Without
 * plugins there is no file.
 */
export function keepPluginTable(config: Config, file: string): void {
  const names = new Set([...config.plugins.values()].filter(isForeign).map(({ name }) => name))
  const commands = config.commands.filter(({ pluginName }) => names.has(pluginName ?? ''))
  const topics = new Set(commands.map(({ id }) => id.split(':')[0]))
  const text = JSON.stringify(
    makeTable({ commands, topics: config.topics.filter(({ name }) => topics.has(name)) }),
  )
  try {
    if (commands.length === 0) return rmSync(file, { force: true })
    if (readTableText(file) === text) return
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
    writeFileSync(file, text, { mode: 0o600 })
  } catch {
    // Only a cache: completion then offers the commands of qwenctl alone.
  }
}
