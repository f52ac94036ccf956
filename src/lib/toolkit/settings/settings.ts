import { QwenctlError, isQwenctlError } from '../../base/errors.ts'
import { durationMs, percent } from '../../quota/amounts.ts'
import type { Aliases } from '../../rotation/models/aliases.ts'
import { readAliases } from '../../rotation/models/aliases.ts'
import { isMetadataHost } from '../../net/metadata-addresses.ts'
import { formatCommand } from '../notices/command-words.ts'
import { parsePrice, readPrices } from '../../quota/prices/own-prices.ts'
import type { OwnPrices } from '../../quota/prices/price-book.ts'
import type { PriceTable } from '../../quota/prices/price-table.ts'
import { priceTable } from '../../quota/prices/price-table.ts'
import type { Caps } from '../../rotation/caps.ts'
import { readCaps } from '../../rotation/caps.ts'
import { CAPS, readCap, capPath, listCaps, parseCap } from './caps-settings.ts'
import { readRedisUrl } from '../../store/redis/link/redis-url.ts'
import type { SettingRow } from './settings-table.ts'
import { settingsTable } from './settings-table.ts'
import type { Settings } from '../toolkit.ts'

/** The special sections of config.yaml. */
const ALIASES = 'aliases'
const PRICES = 'prices'

export type SettingOrigin = Awaited<ReturnType<Settings['list']>>[number]['origin']

export interface SettingsParts {
  /** config.yaml of the home. */
  file: string
  env: NodeJS.ProcessEnv
  /** The prices of `prices update`; left out: none. */
  pricesFile?: string
  /** Facts of the home: shown with the settings, and changed by commands of their own. */
  facts?: readonly HomeFact[]
}

export interface HomeFact {
  key: string
  description: string
  /** Shown only when requested by name, never in a list. */
  isSecret?: boolean
  /** The command that changes it. */
  hint: string
  read: () => Promise<unknown>
}

/** Settings in force: variable, then config.yaml, then the default. Flags belong to the commands and override all. */
export class FileSettings implements Settings {
  readonly path: string
  readonly #env: NodeJS.ProcessEnv
  readonly #facts: readonly HomeFact[]
  readonly #pricesFile: string | null

  constructor(parts: SettingsParts) {
    this.path = parts.file
    this.#env = parts.env
    this.#facts = parts.facts ?? []
    this.#pricesFile = parts.pricesFile ?? null
  }

  async list(): ReturnType<Settings['list']> {
    const file = await this.#file()
    const settings = settingsTable.map((row) => {
      const { value, origin } = this.#resolve(row, file)
      return { key: row.key, value: row.shown?.(value) ?? value, origin, description: row.description }
    })
    const shown = this.#facts.filter(({ isSecret }) => isSecret !== true)
    const facts = shown.map(async ({ key, description, read }) => {
      return { key, value: await read(), origin: 'home' as const, description }
    })
    const aliases = [...(await this.aliases())].map(([name, models]) => ({
      key: `${ALIASES}.${name}`,
      value: models,
      origin: 'file' as const,
      description: 'models that answer under this name, in order',
    }))
    const prices = [...(await this.prices())].map(([name, price]) => ({
      key: `${PRICES}.${name}`,
      value: price,
      origin: 'file' as const,
      description: 'US dollars per million tokens, in and out',
    }))
    const caps = listCaps(await this.caps()).map((row) => ({ ...row, origin: 'file' as const }))
    return [...settings, ...aliases, ...prices, ...caps, ...(await Promise.all(facts))]
  }

  async get(key: string): Promise<unknown> {
    const fact = this.#facts.find((candidate) => candidate.key === key)
    if (fact !== undefined) return fact.read()
    if (key === ALIASES) return Object.fromEntries(await this.aliases())
    if (key.startsWith(`${ALIASES}.`)) return (await this.aliases()).get(nameIn(key)) ?? null
    if (key === PRICES) return Object.fromEntries(await this.prices())
    if (key.startsWith(`${PRICES}.`)) return (await this.prices()).get(nameIn(key)) ?? null
    if (isCap(key)) return readCap(await this.caps(), key)
    const row = await findRow(key)
    return withoutPassword(row, this.#resolve(row, await this.#file()).value)
  }

  async set(key: string, value: string): Promise<unknown> {
    const { path, shown, written } = await this.#change(key, value)
    const { writeConfigValue } = await import('../../store/documents/config-file.ts')
    await writeConfigValue(this.path, path, written)
    return shown
  }

  async unset(key: string): Promise<boolean> {
    const path = await this.#findPath(key)
    if (valueAt(await this.#file(), path) === undefined) return false
    const { writeConfigValue } = await import('../../store/documents/config-file.ts')
    await writeConfigValue(this.path, path, undefined)
    return true
  }

  /** The path of a setting in the configuration file. Throws `invalid_value` for an unknown setting. */
  async #findPath(key: string): Promise<string[]> {
    const fact = this.#facts.find((candidate) => candidate.key === key)
    if (fact !== undefined) {
      throw new QwenctlError('invalid_value', `${key} is not set in the configuration`, { hint: fact.hint })
    }
    for (const section of [ALIASES, PRICES]) if (key.startsWith(`${section}.`)) return [section, nameIn(key)]
    return isCap(key) ? capPath(key) : (await findRow(key)).key.split('.')
  }

  async check(key: string, value: string): Promise<void> {
    await this.#change(key, value)
  }

  async caps(): Promise<Caps> {
    return inFile(this.path, await this.#file(), CAPS, readCaps)
  }

  async aliases(): Promise<Aliases> {
    return inFile(this.path, await this.#file(), ALIASES, readAliases)
  }

  async prices(): Promise<OwnPrices> {
    return inFile(this.path, await this.#file(), PRICES, readPrices)
  }

  async priceTable(): Promise<PriceTable> {
    if (this.#pricesFile === null) return priceTable
    const { readPriceTable } = await import('../prices/prices.ts')
    return readPriceTable(this.#pricesFile)
  }

  async unknown(): Promise<string[]> {
    const file = await this.#file()
    const { unknownSettings } = await import('./unknown-settings.ts')
    return unknownSettings(file, [ALIASES, PRICES, CAPS])
  }

  /** The edit of the file for a change. Throws `invalid_value`. */
  async #change(key: string, value: string): Promise<Change> {
    const fact = this.#facts.find((candidate) => candidate.key === key)
    if (fact !== undefined) {
      throw new QwenctlError('invalid_value', `${key} is not set in the configuration`, { hint: fact.hint })
    }
    if (key.startsWith(`${ALIASES}.`)) return this.#aliasChange(nameIn(key), value)
    if (key.startsWith(`${PRICES}.`)) return priceChange(nameIn(key), value)
    if (isCap(key)) {
      const written = parseCap(key, value)
      return { path: capPath(key), shown: written ?? null, written }
    }
    const row = await findRow(key)
    const parsed = parseSetting(row, value, key)
    return { path: key.split('.'), shown: withoutPassword(row, parsed), written: parsed }
  }

  /** An empty list of models removes the alias. */
  async #aliasChange(name: string, value: string): Promise<Change> {
    const models = value
      .split(',')
      .map((model) => model.trim())
      .filter((model) => model !== '')
    const section = { ...((await this.#file())[ALIASES] as object | undefined), [name]: models }
    if (models.length > 0) readAliases(section, ALIASES)
    return { path: [ALIASES, name], shown: models, written: models.length === 0 ? undefined : models }
  }

  #resolve(row: SettingRow, file: Record<string, unknown>): { value: unknown; origin: SettingOrigin } {
    const variable = this.#env[row.variable]
    if (variable !== undefined && variable !== '') {
      return { value: parseSetting(row, variable, row.variable), origin: 'variable' }
    }
    const kept = valueAt(file, row.key.split('.'))
    if (kept !== undefined && kept !== null) {
      return { value: parseSetting(row, kept, `${row.key} in ${this.path}`), origin: 'file' }
    }
    return { value: row.default, origin: 'default' }
  }

  /** The YAML reader is loaded only if there is something to read. */
  async #file(): Promise<Record<string, unknown>> {
    const { readConfigFile } = await import('../../store/documents/config-file.ts')
    return readConfigFile(this.path)
  }
}

/** Reads a section. An error names the section, then the file. */
function inFile<Read>(
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

interface Change {
  path: string[]
  shown: unknown
  /** Undefined: removed. */
  written: unknown
}

/** An empty price removes it. */
function priceChange(name: string, value: string): Change {
  const price = value.trim() === '' ? undefined : parsePrice(value)
  if (price !== undefined || value.trim() !== '') readPrices({ [name]: price }, PRICES)
  return { path: [PRICES, name], shown: price ?? null, written: price }
}

/** Parses a setting from text, or from a parsed YAML value. Throws `invalid_value` naming `place`. */
export function parseSetting(row: SettingRow, raw: unknown, place: string): unknown {
  const value = parsers[row.type.kind](raw, row.type as never)
  if (value !== undefined) return value
  const shown = row.type.kind === 'store-address' ? 'a value' : JSON.stringify(raw) // it may hold a password
  throw new QwenctlError('invalid_value', `${place} is ${shown}, which is not ${wanted(row)}`, {
    hint: `${place.includes(' in ') ? `correct ${place}; ` : ''}the default is ${JSON.stringify(row.default)}`,
  })
}

/** Parses the value of a setting from a flag. Throws `invalid_value` naming the flag. */
export function checkedSetting(key: string, text: string, flag: string): unknown {
  return parseSetting(knownRow(key), text, flag)
}

/** The URL of a store holds a password; the store reads it from the file itself. */
function withoutPassword({ type, shown }: SettingRow, value: unknown): unknown {
  return type.kind === 'store-address' && shown !== undefined ? shown(value) : value
}

/** The environment variable of a setting. */
export function buildVariableName(key: string): string {
  return knownRow(key).variable
}

function knownRow(key: string): SettingRow {
  const row = settingsTable.find((candidate) => candidate.key === key)
  if (row === undefined) throw new TypeError(`no setting ${key}`)
  return row
}

type Kind<K> = Extract<SettingRow['type'], { kind: K }>

/** Undefined: not a value of this type. */
const parsers: { [K in SettingRow['type']['kind']]: (raw: unknown, type: Kind<K>) => unknown } = {
  text: (raw) => (typeof raw === 'string' && raw.trim() !== '' ? raw.trim() : undefined),
  whole: (raw, { min, max }) => {
    const number = typeof raw === 'string' && /^\d+$/.test(raw.trim()) ? Number(raw) : raw
    return Number.isSafeInteger(number) && (number as number) >= min && (number as number) <= max
      ? number
      : undefined
  },
  boolean: (raw) => {
    if (raw === true || raw === false) return raw
    const word = typeof raw === 'string' ? raw.trim().toLowerCase() : ''
    if (['true', 'yes', 'on', '1'].includes(word)) return true
    return ['false', 'no', 'off', '0'].includes(word) ? false : undefined
  },
  choice: (raw, { of }) => {
    // YAML 1.1 files write `off` for a boolean.
    const word = raw === false ? 'off' : raw
    return of.find((choice) => choice === word)
  },
  list: (raw) => {
    const items: unknown[] =
      typeof raw === 'string' ? raw.split(',').map((item) => item.trim()) : [raw].flat()
    if (items.some((item) => typeof item !== 'string')) return undefined
    return items.filter((item) => item !== '')
  },
  percents: (raw) => {
    const items: unknown[] = typeof raw === 'string' ? raw.split(',') : [raw].flat()
    const numbers = items.map((item) => /^\s*(\d{1,3})\s*%?\s*$/.exec(String(item))?.[1])
    const percents = numbers.filter((number) => number !== undefined).map(Number)
    if (typeof raw === 'string' && raw.trim() === '') return []
    if (percents.length < items.length || percents.some((percent) => percent < 1 || percent > 100))
      return undefined
    return [...new Set(percents)].sort((one, other) => one - other).map((percent) => `${percent}%`)
  },
  'web-address': (raw) => {
    const text = typeof raw === 'string' ? raw.trim() : undefined
    if (text === '') return ''
    const url = URL.parse(text ?? '')
    return url !== null && /^https?:$/.test(url.protocol) && !isMetadataHost(url.hostname) ? text : undefined
  },
  'store-address': (raw) => {
    const text = typeof raw === 'string' ? raw.trim() : undefined
    return text === '' || (text !== undefined && readRedisUrl(text) !== null) ? text : undefined
  },
  command: (raw) => {
    const text = typeof raw === 'string' ? raw.trim() : undefined
    return text === '' || (text !== undefined && (formatCommand(text)?.[0] ?? '') !== '') ? text : undefined
  },
  percent: (raw) => {
    const whole = percent(String(raw))
    return whole === null ? undefined : `${whole}%`
  },
  duration: (raw, { maxMs }) => {
    const text = String(raw).trim()
    const ms = durationMs(text)
    return ms === null || ms > maxMs ? undefined : text
  },
}

function wanted({ type }: SettingRow): string {
  switch (type.kind) {
    case 'text':
      return 'a text'
    case 'whole':
      return `a whole number from ${type.min} to ${type.max}`
    case 'boolean':
      return 'true or false'
    case 'choice':
      return `one of ${type.of.join(', ')}`
    case 'list':
      return 'a list of names, separated by commas'
    case 'percents':
      return 'shares from 1% to 100%, separated by commas'
    case 'web-address':
      return 'an http or https URL (cloud metadata addresses are refused)'
    case 'store-address':
      return 'redis://HOST, rediss://HOST, redis+sentinel://HOST,HOST/NAME or redis+cluster://HOST,HOST'
    case 'command':
      return 'a program with its arguments, each quote closed'
    case 'percent':
      return 'a whole percentage below 100, like 20%'
    case 'duration':
      return `a time up to ${type.maxMs / 60_000} minutes, like 30s, 500ms or 2m`
  }
}

function isCap(key: string): boolean {
  return key.startsWith(`${CAPS}.`)
}

function nameIn(key: string): string {
  return key.slice(key.indexOf('.') + 1)
}

async function findRow(key: string): Promise<SettingRow> {
  const row = settingsTable.find((candidate) => candidate.key === key)
  if (row !== undefined) return row
  const { nearest } = await import('../../provider/registry.ts')
  const close = nearest(key, settingsTable.flatMap(listForms))
  const meant = settingsTable.find((candidate) => close !== null && listForms(candidate).includes(close))
  throw new QwenctlError('invalid_value', `there is no setting "${key}"`, {
    hint: meant === undefined ? 'qwenctl config list shows all of them' : `did you mean ${meant.key}?`,
  })
}

/** The full key, and its last part, because people leave out the rest. */
function listForms({ key }: SettingRow): string[] {
  return [key, key.slice(key.lastIndexOf('.') + 1)]
}

function valueAt(tree: unknown, path: string[]): unknown {
  let value = tree
  for (const step of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return undefined
    value = (value as Record<string, unknown>)[step]
  }
  return value
}
