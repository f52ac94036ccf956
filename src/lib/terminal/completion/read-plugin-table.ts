import { readFileSync } from 'node:fs'
import type { CommandTable } from './candidates.ts'

/** The commands of installed plugins, below the cache folder of the home. */
export const PLUGIN_TABLE = 'plugin-commands.json'

const NOTHING: CommandTable = { commands: [], topics: {} }

/** The commands of installed plugins; a damaged file has none. */
export function readPluginTable(file: string): CommandTable {
  const text = readTableText(file)
  if (text === null) return NOTHING
  try {
    const { commands, topics } = JSON.parse(text) as Partial<CommandTable>
    return Array.isArray(commands) ? { commands, topics: topics ?? {} } : NOTHING
  } catch {
    return NOTHING
  }
}

/** Null: there is no such file. */
export function readTableText(file: string): string | null {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return null
  }
}
