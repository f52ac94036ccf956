import type { PriceChange, PriceView } from '../../toolkit/prices/prices.ts'
import type { Column } from '../format/table.ts'

export const priceColumns: Column[] = [
  { header: 'MODEL', rank: 9 },
  { header: 'INPUT', align: 'right', rank: 8 },
  { header: 'OUTPUT', align: 'right', rank: 8 },
  { header: 'CACHED', align: 'right', rank: 6 },
  { header: 'WRITE 5M', align: 'right', rank: 5 },
  { header: 'WRITE 1H', align: 'right', rank: 4 },
  { header: 'FROM', rank: 3 },
]

/** A beginning of names ends in a star. */
export function priceRow(view: PriceView): string[] {
  const {
    provider,
    models,
    prefixes = [],
    input,
    output,
    cacheRead,
    cacheWrite,
    cacheWriteHour,
    origin,
  } = view
  const name = [...models, ...prefixes.map((prefix) => `${prefix}*`)][0] ?? ''
  return [
    `${provider}/${name}`,
    ...[input, output, cacheRead, cacheWrite, cacheWriteHour].map(formatAmount),
    origin === 'own' ? 'configuration' : origin === 'update' ? 'prices update' : 'table',
  ]
}

export const changeColumns: Column[] = [
  { header: 'MODEL', rank: 9 },
  { header: 'INPUT', align: 'right', rank: 8 },
  { header: 'OUTPUT', align: 'right', rank: 7 },
]

/** The price before and after. */
export function changeRow({ provider, model, before, after }: PriceChange): string[] {
  return [
    `${provider}/${model}`,
    `${formatAmount(before?.input)} → ${formatAmount(after.input)}`,
    `${formatAmount(before?.output)} → ${formatAmount(after.output)}`,
  ]
}

function formatAmount(amount: number | undefined): string {
  return amount === undefined ? '–' : String(amount)
}
