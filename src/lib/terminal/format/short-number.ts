const units = [
  ['G', 1e9],
  ['M', 1e6],
  ['k', 1e3],
] as const

/** `4.98`, `1234`, `45.2k`, `988k`, `1.5M`: at most five characters, and never rounded up. */
export function shortNumber(value: number): string {
  if (value < 10_000) return String(floored(value, value < 100 ? 2 : value < 1000 ? 1 : 0))
  for (const [unit, size] of units) {
    if (value >= size) return `${floored(value / size, value < 100 * size ? 1 : 0)}${unit}`
  }
  return String(value)
}

function floored(value: number, decimals: number): number {
  const factor = 10 ** decimals
  return Math.floor(value * factor) / factor
}
