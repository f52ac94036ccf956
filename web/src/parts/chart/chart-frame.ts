export type ChartTone = 'main' | 'second' | 'third' | 'fourth' | 'fifth' | 'sixth' | 'rest' | 'bad'

export interface ChartSeries {
  label: string
  tone: ChartTone
  /** A value for each bucket; null: unknown, which is not 0. */
  values: (number | null)[]
}

/** Bars are stacked, lines overlap. */
export type ChartKind = 'bars' | 'lines'

/** The sums from the first series up to each: stacked bars draw them, the highest first. */
export function stacked(series: ChartSeries[]): (number | null)[][] {
  const sums: (number | null)[][] = []
  for (const { values } of series) {
    const below = sums.at(-1)
    sums.push(values.map((value, index) => (value ?? 0) + (below?.[index] ?? 0)))
  }
  return sums
}

/** Whether there is data to draw. */
export function hasValues(series: ChartSeries[]): boolean {
  return series.some(({ values }) => values.some((value) => value !== null && value !== 0))
}
