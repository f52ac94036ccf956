// Amounts as settings, flags and headers spell them.

const unitMs = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 } as const

/** Milliseconds of `30s`, `500ms`, `2m`, `1h`; `0` needs no unit. Null: not a duration. */
export function durationMs(text: string): number | null {
  const match = /^(\d{1,7})(ms|s|m|h)?$/.exec(text.trim())
  if (match === null) return null
  const [, amount = '', unit] = match
  if (unit === undefined) return Number(amount) === 0 ? 0 : null
  return Number(amount) * unitMs[unit as keyof typeof unitMs]
}

/** The whole percentage of `20%` or `20`, below 100; null: not a percentage. */
export function percent(text: string): number | null {
  const match = /^(\d{1,2}) ?%?$/.exec(text.trim())
  return match === null ? null : Number(match[1])
}
