/** `1234`, `45.2k`, `1.5M`: at most five characters, and never rounded up. */
export function shortNumber(value: number): string {
  if (value < 10_000) return String(Math.floor(value * 100) / 100)
  const [unit, size] = value < 1_000_000 ? ['k', 1000] : value < 1_000_000_000 ? ['M', 1e6] : ['G', 1e9]
  return `${Math.floor((value / Number(size)) * 10) / 10}${unit}`
}
