/** The form of a noun for a number of things: `request` for 1, else `requests`. */
export function pluralize(count: number, one: string, many = `${one}s`): string {
  return count === 1 ? one : many
}

/** `1 account`, `3 accounts`. */
export function formatCount(count: number, one: string, many = `${one}s`): string {
  return `${count} ${pluralize(count, one, many)}`
}
