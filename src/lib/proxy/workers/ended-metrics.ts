import type { MetricsPart } from '../../observe/metrics.ts'

type Labels = Record<string, string | number>

interface Value {
  labels: Labels
  value: number
  metricName?: string
}

/** A metric of a part, as the metrics library writes it. */
interface Metric {
  name: string
  type: string
  values: Value[]
}

/**
 * The last known counts of workers that have ended. The counters of one address must not decrease when a
 * worker is replaced. Readers would take that for a restart of all.
 */
export class EndedMetrics {
  readonly #last = new Map<number, Metric[]>()
  #ended: Metric[] = []

  /** `part`: the current counts of a live worker. */
  saw(worker: number, part: MetricsPart): void {
    const metrics = part as Metric[]
    this.#last.set(
      worker,
      metrics.filter(({ type }) => type === 'counter' || type === 'histogram'),
    )
  }

  /** The last known counts of a live worker; null: none yet. */
  readLast(worker: number): MetricsPart | null {
    return this.#last.get(worker) ?? null
  }

  ended(worker: number): void {
    const last = this.#last.get(worker)
    this.#last.delete(worker)
    if (last !== undefined) this.#ended = added(this.#ended, last)
  }

  /** The counts of all ended workers, as one part; empty: none has ended. */
  parts(): MetricsPart[] {
    return this.#ended.length === 0 ? [] : [this.#ended]
  }
}

function added(sum: Metric[], more: Metric[]): Metric[] {
  const byName = new Map(sum.map((metric) => [metric.name, metric]))
  for (const metric of more) {
    const before = byName.get(metric.name)
    byName.set(
      metric.name,
      before === undefined ? metric : { ...metric, values: addedValues(before.values, metric.values) },
    )
  }
  return [...byName.values()]
}

function addedValues(sum: Value[], more: Value[]): Value[] {
  const byLabels = new Map(sum.map((value) => [buildKey(value), value]))
  for (const value of more) {
    const key = buildKey(value)
    byLabels.set(key, { ...value, value: value.value + (byLabels.get(key)?.value ?? 0) })
  }
  return [...byLabels.values()]
}

function buildKey({ labels, metricName = '' }: Value): string {
  return JSON.stringify([metricName, ...Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1))])
}
