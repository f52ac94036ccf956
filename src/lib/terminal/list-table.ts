import { QwenctlError } from '../base/errors.ts'
import { nearest } from '../base/text/nearest.ts'
import type { Column } from './format/table.ts'

/** A column of a list, with the name that `--columns` and `--sort` have for it. */
export interface ListColumn<Item> extends Column {
  key: string
  /** Other names that the flags accept: the fields of `--json`. */
  aliases?: readonly string[]
  /** The value that `--sort` compares; null comes last. Missing: the column cannot be sorted. */
  value?: (item: Item) => string | number | null
}

/** The content and the columns of a list. */
export interface ListShape<Item> {
  columns: ListColumn<Item>[]
  /** The text that `-q` prints. */
  nameOf: (item: Item) => string
  statusOf: (item: Item) => string
  /** Every status that an item can have. */
  statuses: readonly string[]
}

/** The statuses of a list, with a check by the compiler that none is missing. */
export function listStatuses<Status extends string>(table: Record<Status, true>): readonly Status[] {
  return Object.keys(table) as Status[]
}

export interface ListOptions {
  sort?: string | undefined
  columns?: string[] | undefined
  status?: string | undefined
  top?: number | undefined
}

/** The items that are wanted, in the order that is wanted. Throws `invalid_value`, naming what there is. */
export function pickItems<Item>(items: Item[], shape: ListShape<Item>, options: ListOptions): Item[] {
  const { status, sort, top } = options
  if (status !== undefined && !shape.statuses.includes(status)) throw unknownStatus(status, shape.statuses)
  const shown = status === undefined ? items : items.filter((item) => shape.statusOf(item) === status)
  const sorted = sort === undefined ? shown : sortItems(shown, shape, sort)
  return top === undefined ? sorted : sorted.slice(0, top)
}

/** The places of the columns that are wanted, in their order. Throws `invalid_value`. */
export function pickColumns<Item>(shape: ListShape<Item>, wanted: string[] | undefined): number[] {
  if (wanted === undefined) return shape.columns.map((_, index) => index)
  const keys = shape.columns.map(({ key }) => key)
  return wanted.map((key) => {
    const index = shape.columns.findIndex(hasName(key.toLowerCase()))
    if (index < 0) throw unknownField('--columns', key, keys)
    return index
  })
}

/** `--sort left`, and `--sort=-left` from the largest. Equals keep their order. */
function sortItems<Item>(items: Item[], { columns }: ListShape<Item>, sort: string): Item[] {
  const isReversed = sort.startsWith('-')
  const key = sort.replace(/^-/, '').toLowerCase()
  const value = columns.find(hasName(key))?.value
  if (value === undefined) {
    const keys = columns.flatMap((column) => (column.value === undefined ? [] : [column.key]))
    throw unknownField('--sort', key, keys)
  }
  const sign = isReversed ? -1 : 1
  return items
    .map((item) => ({ item, at: value(item) }))
    .sort((a, b) => {
      if (a.at === null || b.at === null) return Number(a.at === null) - Number(b.at === null)
      return sign * compare(a.at, b.at)
    })
    .map(({ item }) => item)
}

function compare(a: string | number, b: string | number): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b
  return String(a).localeCompare(String(b), 'en', { numeric: true })
}

function unknownStatus(status: string, statuses: readonly string[]): QwenctlError {
  const meant = nearest(status, [...statuses])
  return new QwenctlError('invalid_value', `there is no status "${status.slice(0, 40)}"`, {
    hint: meant === null ? `the statuses are ${statuses.join(', ')}` : `did you mean ${meant}?`,
  })
}

function hasName(key: string): (column: { key: string; aliases?: readonly string[] }) => boolean {
  return (column) => column.key === key || column.aliases?.includes(key) === true
}

function unknownField(flag: string, key: string, keys: string[]): QwenctlError {
  const meant = nearest(key, keys)
  return new QwenctlError('invalid_value', `${flag} has no field "${key.slice(0, 40)}"`, {
    hint: meant === null ? `the fields are ${keys.join(', ')}` : `did you mean ${meant}?`,
  })
}
