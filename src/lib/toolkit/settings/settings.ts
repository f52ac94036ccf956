import type { OwnPrices } from '../../quota/prices/price-book.ts'
import type { PriceTable } from '../../quota/prices/price-table.ts'
import type { Aliases } from '../../rotation/models/aliases.ts'
import type { Caps } from '../../rotation/caps.ts'

/** The origin of a value. `home`: a fact of the home, which commands of their own change. */
export type SettingOrigin = 'variable' | 'file' | 'default' | 'home'

export interface ListedSetting {
  key: string
  value: unknown
  origin: SettingOrigin
  description: string
}

/** The settings in force, as a home or one of its users sees them. */
export interface Settings {
  /** All values with their sources. Flag and variable override the file. */
  list(): Promise<ListedSetting[]>
  /** Throws `invalid_value` for an unknown key, naming the nearest. */
  get(key: string): Promise<unknown>
  /** Removes a setting from the file, so that its default applies; false: it was not there. */
  unset(key: string): Promise<boolean>
  set(key: string, value: string): Promise<unknown>
  /** Throws what `set` would throw; changes nothing. */
  check(key: string, value: string): Promise<void>
  /** The user's own names for models. Throws `invalid_value` for a malformed section. */
  aliases(): Promise<Aliases>
  /** The user's own prices of models. Throws `invalid_value` for a malformed section. */
  prices(): Promise<OwnPrices>
  /** The list prices in force: of `prices update`, or of this version. Throws `invalid_value` for a damaged file. */
  priceTable(): Promise<PriceTable>
  /** The caps of the pool. Throws `invalid_value` for a malformed section. */
  caps(): Promise<Caps>
  /** Descriptions of unknown entries in the file, mostly mistyped keys. */
  unknown(): Promise<string[]>
  readonly path: string
}
