import { QwenctlError } from '../../base/errors.ts'
import type { OwnPrices } from '../../quota/prices/price-book.ts'
import { readPrices } from '../../quota/prices/own-prices.ts'
import type { PriceTable } from '../../quota/prices/price-table.ts'
import type { Caps } from '../../rotation/caps.ts'
import { readCaps } from '../../rotation/caps.ts'
import type { Aliases } from '../../rotation/models/aliases.ts'
import { readAliases } from '../../rotation/models/aliases.ts'
import { CAPS, listCaps, readCap } from './caps-settings.ts'
import { findRow } from './find-setting.ts'
import { parseSetting } from './parse-setting.ts'
import type { SettingChange } from './sections.ts'
import {
  ALIASES,
  PRICES,
  changeInSection,
  isIn,
  listAliases,
  listPrices,
  nameIn,
  pathInSection,
  readSection,
} from './sections.ts'
import type { SettingRow } from './settings-table.ts'
import { settingsTable } from './settings-table.ts'
import type { ListedSetting, SettingOrigin, Settings } from './settings.ts'

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

  async list(): Promise<ListedSetting[]> {
    const file = await this.#file()
    const settings = settingsTable.map((row) => {
      const { value, origin } = this.#resolve(row, file)
      return { key: row.key, value: row.shown?.(value) ?? value, origin, description: row.description }
    })
    const shown = this.#facts.filter(({ isSecret }) => isSecret !== true)
    const facts = shown.map(async ({ key, description, read }) => {
      return { key, value: await read(), origin: 'home' as const, description }
    })
    const caps = listCaps(await this.caps()).map((row) => ({ ...row, origin: 'file' as const }))
    const aliases = listAliases(await this.aliases())
    const prices = listPrices(await this.prices())
    return [...settings, ...aliases, ...prices, ...caps, ...(await Promise.all(facts))]
  }

  async get(key: string): Promise<unknown> {
    const fact = this.#facts.find((candidate) => candidate.key === key)
    if (fact !== undefined) return fact.read()
    if (key === ALIASES) return Object.fromEntries(await this.aliases())
    if (isIn(ALIASES, key)) return (await this.aliases()).get(nameIn(key)) ?? null
    if (key === PRICES) return Object.fromEntries(await this.prices())
    if (isIn(PRICES, key)) return (await this.prices()).get(nameIn(key)) ?? null
    if (isIn(CAPS, key)) return readCap(await this.caps(), key)
    const row = findRow(key)
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
    this.#refuseFact(key)
    return pathInSection(key) ?? findRow(key).key.split('.')
  }

  /** Facts of the home have commands of their own. */
  #refuseFact(key: string): void {
    const fact = this.#facts.find((candidate) => candidate.key === key)
    if (fact === undefined) return
    throw new QwenctlError('invalid_value', `${key} is not set in the configuration`, { hint: fact.hint })
  }

  async check(key: string, value: string): Promise<void> {
    await this.#change(key, value)
  }

  async caps(): Promise<Caps> {
    return readSection(this.path, await this.#file(), CAPS, readCaps)
  }

  async aliases(): Promise<Aliases> {
    return readSection(this.path, await this.#file(), ALIASES, readAliases)
  }

  async prices(): Promise<OwnPrices> {
    return readSection(this.path, await this.#file(), PRICES, readPrices)
  }

  async priceTable(): Promise<PriceTable> {
    // Most commands need no prices, and the shipped table is long.
    if (this.#pricesFile === null) return (await import('../../quota/prices/shipped-prices.ts')).priceTable
    const { readPriceTable } = await import('../prices/prices.ts')
    return readPriceTable(this.#pricesFile)
  }

  async unknown(): Promise<string[]> {
    const file = await this.#file()
    const { unknownSettings } = await import('./unknown-settings.ts')
    return unknownSettings(file, [ALIASES, PRICES, CAPS])
  }

  /** The edit of the file for a change. Throws `invalid_value`. */
  async #change(key: string, value: string): Promise<SettingChange> {
    this.#refuseFact(key)
    const change = await changeInSection(key, value, () => this.#file())
    if (change !== null) return change
    const row = findRow(key)
    const parsed = parseSetting(row, value, key)
    if (key === 'proxy.ca') {
      const { trustedAuthorities } = await import('../../net/trusted-authorities.ts')
      await trustedAuthorities(parsed as string[])
    }
    return { path: key.split('.'), shown: withoutPassword(row, parsed), written: parsed }
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

/** The URL of a store holds a password; the store reads it from the file itself. */
function withoutPassword({ type, shown }: SettingRow, value: unknown): unknown {
  return type.kind === 'store-address' && shown !== undefined ? shown(value) : value
}

function valueAt(tree: unknown, path: string[]): unknown {
  let value = tree
  for (const step of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return undefined
    value = (value as Record<string, unknown>)[step]
  }
  return value
}
