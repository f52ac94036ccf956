import { mkdir, readFile } from 'node:fs/promises'
import { basename, dirname } from 'node:path'
import { readErrno } from '../../base/errno.ts'
import { unreadableInput } from '../../base/input-file.ts'
import type { OwnPrices } from '../../quota/prices/price-book.ts'
import { PriceBook } from '../../quota/prices/price-book.ts'
import type { Price } from '../../quota/prices/price-row.ts'
import type { PriceTable } from '../../quota/prices/price-table.ts'
import { priceTable } from '../../quota/prices/shipped-prices.ts'
import { writeAtomically } from '../../store/documents/files/atomic-write.ts'
import { parsePriceFile } from './price-files.ts'

/** A row of `prices show`. US dollars per million tokens. */
export interface PriceView extends Price {
  provider: string
  models: readonly string[]
  prefixes?: readonly string[]
  /** `own`: of the configuration. `update`: of `prices update`. `table`: of this version of qwenctl. */
  origin: 'own' | 'update' | 'table'
}

export interface PriceChange {
  provider: string
  model: string
  before: Price | null
  after: Price
}

/** The prices in force: those of `prices update` where they are newer than the shipped table. */
export async function readPriceTable(file: string): Promise<PriceTable> {
  let text: string
  try {
    text = await readFile(file, 'utf8')
  } catch (error) {
    if (readErrno(error) === 'ENOENT') return priceTable
    throw error
  }
  const update = parsePriceFile(text, { day: '', name: file })
  return update.asOf < priceTable.asOf
    ? priceTable
    : { ...update, rows: [...update.rows, ...priceTable.rows] }
}

/** All prices, own ones first; with `model`, those of this model alone. */
export function listPrices(own: OwnPrices, table: PriceTable, model?: string): PriceView[] {
  const views: PriceView[] = [...own].map(([name, price]) => {
    const slash = name.indexOf('/')
    return { provider: name.slice(0, slash), models: [name.slice(slash + 1)], origin: 'own', ...price }
  })
  const shipped = new Set(priceTable.rows)
  for (const row of table.rows) views.push({ origin: shipped.has(row) ? 'table' : 'update', ...row })
  return model === undefined ? views : views.filter((view) => covers(view, model))
}

function covers({ provider, models, prefixes = [] }: PriceView, wanted: string): boolean {
  const name = wanted.startsWith(`${provider}/`) ? wanted.slice(provider.length + 1) : wanted
  return models.includes(name) || models.includes('*') || prefixes.some((prefix) => name.startsWith(prefix))
}

/** Reads the file of `prices update --from`. Throws `invalid_value`. */
export async function openPriceFile(path: string, day: string): Promise<PriceTable> {
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (error) {
    throw unreadableInput(path, error, 'give the path of a file with prices to --from')
  }
  return parsePriceFile(text, { day, name: basename(path) })
}

/** The models with another price than now, in the order of the file. */
export function comparePrices(table: PriceTable, next: PriceTable): PriceChange[] {
  const book = new PriceBook(new Map(), table)
  return next.rows.flatMap(({ provider, models, prefixes: _prefixes, ...after }) =>
    models.flatMap((model) => {
      const before = book.findPrice({ provider, baseUrl: null }, model)
      const isSame =
        before !== null &&
        before.input === after.input &&
        before.output === after.output &&
        before.cacheRead === after.cacheRead &&
        before.cacheWrite === after.cacheWrite
      return isSame ? [] : [{ provider, model, before, after }]
    }),
  )
}

/** Keeps the prices in the home. A running proxy reads them at its next start or change of settings. */
export async function storePrices(file: string, { asOf, source, rows }: PriceTable): Promise<void> {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 })
  await writeAtomically(file, `${JSON.stringify({ asOf, source, prices: rows }, null, 1)}\n`)
}
