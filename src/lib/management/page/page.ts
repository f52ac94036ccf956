import { QwenctlError } from '../../base/errors.ts'

/** A part of a list. */
export interface Page<Item> {
  items: Item[]
  /** `after` of the next page; null: this is the last one. */
  next: string | null
}

/** The items after the one with the id `after`, at most `limit`; missing: from the first, all. */
export function cutPage<Item>(
  all: readonly Item[],
  { after, limit }: { after?: string | undefined; limit?: number | undefined },
  readId: (item: Item) => string,
): Page<Item> {
  const start = after === undefined || after === '' ? 0 : all.findIndex((item) => readId(item) === after) + 1
  if (start === 0 && after !== undefined && after !== '') throw isGone()
  const items = all.slice(start, limit === undefined ? undefined : start + limit)
  const last = items.at(-1)
  const isLast = last === undefined || start + items.length >= all.length
  return { items, next: isLast ? null : readId(last) }
}

function isGone(): QwenctlError {
  return new QwenctlError('invalid_value', 'the list has nothing with the id in "after"', {
    hint: 'leave "after" out to begin again',
    details: { field: 'after' },
  })
}
