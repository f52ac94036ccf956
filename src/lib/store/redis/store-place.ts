import { QwenctlError } from '../../base/errors.ts'
import { isRecord } from '../../base/is-record.ts'
import { readStoreFile } from '../documents/files/read-store-file.ts'
import type { Home } from '../home.ts'
import { readStoreVariables } from '../home.ts'

/** The place of a shared store, from the settings `store.url`, `store.prefix` and `store.ack`. */
export interface StorePlace {
  url: string
  prefix: string
  ack: 'primary' | 'replica'
}

export const DEFAULT_PREFIX = 'default'

/**
 * Null: the files of the home are the store. A configuration that cannot be read may name a shared store, so it never
 * counts as none. Throws `store_unwritable` or `invalid_value` for one.
 */
export async function findStorePlace(home: Home): Promise<StorePlace | null> {
  const variables = readStoreVariables(home)
  const section = await readStoreSection(home)
  const readText = (name: string) => readTextIn(section, name, home.configFile)
  const url = variables.QWENCTL_STORE_URL?.trim() || readText('url')
  if (url === '') return null
  const ack = variables.QWENCTL_STORE_ACK?.trim() || readText('ack') || 'primary'
  if (ack !== 'primary' && ack !== 'replica')
    throw new QwenctlError('invalid_value', `store.ack is "${ack}", which is not one of primary, replica`, {
      hint: `correct QWENCTL_STORE_ACK, or store.ack in ${home.configFile}`,
    })
  return {
    url,
    prefix: variables.QWENCTL_STORE_PREFIX?.trim() || readText('prefix') || DEFAULT_PREFIX,
    ack,
  }
}

/** The YAML reader is loaded only for a file that mentions a store. */
async function readStoreSection({ configFile }: Home): Promise<Record<string, unknown>> {
  const text = readStoreFile(configFile)
  if (text === null || !/\bstore\b/.test(text)) return {}
  const { readConfigFile } = await import('../documents/config-file.ts')
  const section = (await readConfigFile(configFile))['store'] ?? {}
  if (isRecord(section)) return section
  throw makeInvalid('store', 'a mapping, such as url: redis://...', configFile)
}

function readTextIn(section: Record<string, unknown>, name: string, file: string): string {
  const value = section[name] ?? ''
  if (typeof value === 'string') return value.trim()
  throw makeInvalid(`store.${name}`, 'a text', file)
}

/** The value is not quoted: it may hold a password. */
function makeInvalid(key: string, wanted: string, file: string): QwenctlError {
  return new QwenctlError('invalid_value', `${key} in ${file} is not ${wanted}`, {
    hint: `correct ${key} in ${file}`,
  })
}
