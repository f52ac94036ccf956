import { readRegularFile } from '../documents/files/regular-file.ts'
import type { Home } from '../home.ts'
import { readStoreVariables } from '../home.ts'

/** The place of a shared store, from the settings `store.url`, `store.prefix` and `store.ack`. */
export interface StorePlace {
  url: string
  prefix: string
  ack: 'primary' | 'replica'
}

export const DEFAULT_PREFIX = 'default'

/** Null: the files of the home are the store. Throws `invalid_value` for a configuration that cannot be read. */
export async function findStorePlace(home: Home): Promise<StorePlace | null> {
  const variables = readStoreVariables(home)
  const file = await readStoreSection(home)
  const url = variables.QWENCTL_STORE_URL?.trim() || textIn(file, 'url')
  if (url === '') return null
  const ack = variables.QWENCTL_STORE_ACK?.trim() || textIn(file, 'ack')
  return {
    url,
    prefix: variables.QWENCTL_STORE_PREFIX?.trim() || textIn(file, 'prefix') || DEFAULT_PREFIX,
    ack: ack === 'replica' ? 'replica' : 'primary',
  }
}

/** The YAML reader is loaded only for a file that mentions a store. */
async function readStoreSection({ configFile }: Home): Promise<unknown> {
  let text: string
  try {
    text = readRegularFile(configFile).text
  } catch {
    return null // missing, or unreadable: the settings report it
  }
  if (!/\bstore\b/.test(text)) return null
  const { readConfigFile } = await import('../documents/config-file.ts')
  return (await readConfigFile(configFile))['store'] ?? null
}

function textIn(section: unknown, name: string): string {
  if (typeof section !== 'object' || section === null) return ''
  const value = (section as Record<string, unknown>)[name]
  return typeof value === 'string' ? value.trim() : ''
}
