/** The middle value, or the mean of the middle two. Throws on an empty list, which has no median. */
export function median(values: readonly number[]): number {
  if (values.length === 0) throw new Error('no values to take a median of')
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  const upper = sorted[middle] ?? 0
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? 0) + upper) / 2
}

/** Enough significant digits to compare, and no more: 12,345 · 123 · 12.3 · 1.23. */
export function show(value: number): string {
  const size = Math.abs(value)
  const digits = size >= 100 ? 0 : size >= 10 ? 1 : 2
  if (Number.isInteger(value)) return value.toLocaleString('en-US')
  return value.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits })
}
