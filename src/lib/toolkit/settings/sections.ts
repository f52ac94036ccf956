// The sections of config.yaml with keys that users choose: names of models, prices and caps.

import { QwenctlError, isQwenctlError } from '../../base/errors.ts'
import { parsePrice, readPrices } from '../../quota/prices/own-prices.ts'
import type { OwnPrices } from '../../quota/prices/price-book.ts'
import type { Aliases } from '../../rotation/models/aliases.ts'
import { readAliases } from '../../rotation/models/aliases.ts'
import { CAPS, capPath, parseCap } from './caps-settings.ts'
import type { ListedSetting } from './settings.ts'

export const ALIASES = 'aliases'
export const PRICES = 'prices'

/** An edit of config.yaml. */
export interface SettingChange {
  path: string[]
  /** The new value, as it is shown. */
  shown: unknown
  /** Undefined: removed. */
  written: unknown
}

/** Whether a key names an entry of the section. */
export function isIn(section: string, key: string): boolean {
  return key.startsWith(`${section}.`)
}

/** The part of a key after its section. */
export function nameIn(key: string): string {
  return key.slice(key.indexOf('.') + 1)
}

/** The path in the file of an entry of a section; null: the key is in none. */
export function pathInSection(key: string): string[] | null {
  for (const section of [ALIASES, PRICES]) if (isIn(section, key)) return [section, nameIn(key)]
  return isIn(CAPS, key) ? capPath(key) : null
}

/** Reads a section. An error names the section, then the file. */
export function readSection<Read>(
  path: string,
  file: Record<string, unknown>,
  section: string,
  read: (value: unknown, place: string) => Read,
): Read {
  try {
    return read(file[section], section)
  } catch (error) {
    if (!isQwenctlError(error)) throw error
    const { code, message, hint } = error
    throw new QwenctlError(code, `in ${path}: ${message}`, { hint: hint ?? undefined })
  }
}

export function listAliases(aliases: Aliases): ListedSetting[] {
  return listEntries(ALIASES, aliases, 'models that answer under this name, in order')
}

export function listPrices(prices: OwnPrices): ListedSetting[] {
  return listEntries(PRICES, prices, 'US dollars per million tokens, in and out')
}

function listEntries(
  section: string,
  entries: ReadonlyMap<string, ListedSetting['value']>,
  description: string,
): ListedSetting[] {
  return [...entries].map(([name, value]) => ({
    key: `${section}.${name}`,
    value,
    origin: 'file',
    description,
  }))
}

/** The edit for an entry of a section; null: the key is in none. Throws `invalid_value`. */
export async function changeInSection(
  key: string,
  value: string,
  readFile: () => Promise<Record<string, unknown>>,
): Promise<SettingChange | null> {
  if (isIn(ALIASES, key)) return changeAlias(nameIn(key), value, await readFile())
  if (isIn(PRICES, key)) return changePrice(nameIn(key), value)
  if (!isIn(CAPS, key)) return null
  const written = parseCap(key, value)
  return { path: capPath(key), shown: written ?? null, written }
}

/** An empty list of models removes the alias. */
function changeAlias(name: string, value: string, file: Record<string, unknown>): SettingChange {
  const models = value
    .split(',')
    .map((model) => model.trim())
    .filter((model) => model !== '')
  const section = { ...(file[ALIASES] as object | undefined), [name]: models }
  if (models.length > 0) readAliases(section, ALIASES)
  return { path: [ALIASES, name], shown: models, written: models.length === 0 ? undefined : models }
}

/** An empty price removes it. */
function changePrice(name: string, value: string): SettingChange {
  const price = value.trim() === '' ? undefined : parsePrice(value)
  if (price !== undefined) readPrices({ [name]: price }, PRICES)
  return { path: [PRICES, name], shown: price ?? null, written: price }
}
