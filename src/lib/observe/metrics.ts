import type * as PromClient from 'prom-client'
import type { MetricSources } from './gauges.ts'
import { accountGauges, batchLines, cooldownGauges, limitGauges } from './gauges.ts'
import type { Durations, RequestTotals, Totals } from './request-totals.ts'
import { durationEnds } from './request-totals.ts'

/** The response of `GET /metrics`. */
export interface MetricsText {
  contentType: string
  body: string
}

/** A process's metrics as plain data, for processes that share one address. */
export type MetricsPart = object[]

export interface MetricsParts {
  totals: Totals
  /** Null: not there yet. */
  sources: () => MetricSources | null
  version: string
  /** Log lines that could not be written. */
  droppedLines: () => number
}

type Labels = Record<string, string | number>
interface Value {
  labels: Labels
  value: number
  metricName?: string
}

interface Row {
  name: string
  help: string
  type: 'counter' | 'gauge' | 'histogram'
  /** How processes that share an address add up; values that all read from the ledger count once. */
  together: 'sum' | 'first'
  values: (parts: MetricsParts) => Value[]
}

/** Counts by C++ class, or with a name like a counter's: of no use here, and not clean Prometheus. */
const unwanted = ['handles', 'requests', 'resources'].flatMap((what) => [
  `nodejs_active_${what}`,
  `nodejs_active_${what}_total`,
])

/** Loaded at the first scrape: until then, only the counts are kept. */
export class Metrics {
  readonly #client: typeof PromClient
  readonly #registry: PromClient.Registry

  static async load(parts: MetricsParts): Promise<Metrics> {
    return new Metrics(parts, await import('prom-client'))
  }

  private constructor(parts: MetricsParts, client: typeof PromClient) {
    this.#client = client
    this.#registry = new client.Registry()
    client.collectDefaultMetrics({ register: this.#registry })
    this.#addTimeBefore()
    for (const name of unwanted) this.#registry.removeSingleMetric(name)
    for (const row of rows) this.#registry.registerMetric(makeMetric(row, parts))
  }

  /** The library counts processor time only from its load; the process used some before. */
  #addTimeBefore(): void {
    const { user, system } = process.cpuUsage()
    const add = (name: string, microseconds: number) => {
      const counter = this.#registry.getSingleMetric(name)
      if (counter instanceof this.#client.Counter) counter.inc(microseconds / 1e6)
    }
    add('process_cpu_user_seconds_total', user)
    add('process_cpu_system_seconds_total', system)
    add('process_cpu_seconds_total', user + system)
  }

  async text(): Promise<MetricsText> {
    return { contentType: this.#registry.contentType, body: await this.#registry.metrics() }
  }

  /** Same as data, for `mergeTexts`. */
  part(): Promise<MetricsPart> {
    return this.#registry.getMetricsAsJSON()
  }

  /** Several processes as one. */
  async mergeTexts(parts: MetricsPart[]): Promise<MetricsText> {
    const registry = this.#client.AggregatorRegistry.aggregate(parts)
    return { contentType: registry.contentType, body: await registry.metrics() }
  }
}

/** Read at the time of a scrape, from existing counts: the library's own counters would cost each request more. */
function makeMetric(row: Row, parts: MetricsParts): PromClient.Metric {
  const { name, help, type, together } = row
  const get = async () => ({ name, help, type, aggregator: together, values: row.values(parts) })
  return {
    name,
    help,
    type,
    aggregator: together,
    get,
    reset: () => undefined,
  } as unknown as PromClient.Metric
}

const rows: Row[] = [
  counter('qwenctl_requests_total', 'Requests of clients that are over, by how they ended.', ({ totals }) =>
    ofEach(totals.requests, ({ requests, ...total }) => ({ labels: requestLabels(total), value: requests })),
  ),
  counter('qwenctl_attempts_total', 'Tries with accounts, by how they ended.', ({ totals }) =>
    ofEach(totals.attempts, ({ attempts, failovers: _, ...labels }) => ({ labels, value: attempts })),
  ),
  counter('qwenctl_failovers_total', 'Tries after which another account was asked.', ({ totals }) =>
    ofEach(totals.attempts, ({ attempts: _, failovers, ...labels }) => ({ labels, value: failovers })).filter(
      ({ value }) => value > 0,
    ),
  ),
  counter('qwenctl_tokens_total', 'Tokens that answers said they used.', ({ totals }) =>
    byModel(totals, [
      ['input', ({ inputTokens }) => inputTokens],
      ['output', ({ outputTokens }) => outputTokens],
    ]),
  ),
  counter(
    'qwenctl_cost_usd_total',
    'Cost of answers in US dollars, where the provider says it.',
    ({ totals }) => byModel(totals, [[null, ({ costUsd }) => costUsd]]).filter(({ value }) => value > 0),
  ),
  counter('qwenctl_received_bytes_total', 'Bytes of request bodies.', ({ totals }) =>
    byModel(totals, [[null, ({ bytesIn }) => bytesIn]]),
  ),
  counter('qwenctl_sent_bytes_total', 'Bytes of answers.', ({ totals }) =>
    byModel(totals, [[null, ({ bytesOut }) => bytesOut]]),
  ),
  histogram('qwenctl_request_duration_seconds', 'From the request to the end of its answer.', ({ totals }) =>
    totals.latencies.values(),
  ),
  histogram('qwenctl_first_byte_seconds', 'From the request to the first byte of its answer.', ({ totals }) =>
    totals.firstBytes.values(),
  ),
  gauge('qwenctl_requests_in_flight', 'Requests that are being answered.', 'sum', (sources) => [
    { labels: {}, value: sources.inFlight() },
  ]),
  gauge('qwenctl_upstream_connections', 'Connections to upstreams, in use or kept.', 'sum', (sources) => [
    { labels: {}, value: sources.upstreamConnections() },
  ]),
  gauge(
    'qwenctl_cooldowns_active',
    'Cooldowns that are active now, by scope and reason.',
    'first',
    (sources) =>
      cooldownGauges(sources).map(({ count, scope, reason }) => ({
        labels: { scope, reason },
        value: count,
      })),
  ),
  gauge('qwenctl_account_available', 'Whether an account can serve: 1 or 0.', 'first', (sources) =>
    accountGauges(sources).map(({ isAvailable, ...labels }) => ({ labels, value: isAvailable ? 1 : 0 })),
  ),
  gauge('qwenctl_limit_max', 'What an account may use in the window of a limit.', 'first', (sources) =>
    limitGauges(sources).map(({ remaining: _, resetsAt: __, max, ...labels }) => ({ labels, value: max })),
  ),
  gauge('qwenctl_limit_remaining', 'What is left of a limit in its present window.', 'first', (sources) =>
    limitGauges(sources).map(({ max: _, resetsAt: __, remaining, ...labels }) => ({
      labels,
      value: remaining,
    })),
  ),
  gauge('qwenctl_limit_reset_timestamp_seconds', 'When the window of a limit ends.', 'first', (sources) =>
    limitGauges(sources).flatMap(({ max: _, remaining: __, resetsAt, ...labels }) =>
      resetsAt === null ? [] : [{ labels, value: resetsAt }],
    ),
  ),
  {
    ...gauge('qwenctl_job_runs_total', 'Runs of jobs that ended, by how they ended.', 'first', (sources) =>
      sources.jobRuns().map(({ runs, ...labels }) => ({ labels, value: runs })),
    ),
    type: 'counter',
  },
  gauge('qwenctl_job_runs_active', 'Runs of jobs that have not ended.', 'first', ({ ledger }) => [
    { labels: {}, value: ledger.state.jobs.runs.size },
  ]),
  gauge('qwenctl_batch_lines', 'Lines of running batches, by their state.', 'first', (sources) =>
    batchLines(sources).map(({ lines, ...labels }) => ({ labels, value: lines })),
  ),
  counter(
    'qwenctl_ledger_write_errors_total',
    'Requests refused because they could not be counted.',
    ({ totals }) => [{ labels: {}, value: totals.ledgerErrors }],
  ),
  counter('qwenctl_log_lines_lost_total', 'Log lines that could not be written.', ({ droppedLines }) => [
    { labels: {}, value: droppedLines() },
  ]),
  {
    name: 'qwenctl_build_info',
    help: 'The version that runs.',
    type: 'gauge',
    together: 'first',
    values: ({ version }) => [{ labels: { version, node: process.version }, value: 1 }],
  },
]

function counter(name: string, help: string, values: Row['values']): Row {
  return { name, help, type: 'counter', together: 'sum', values }
}

function gauge(
  name: string,
  help: string,
  together: Row['together'],
  values: (sources: MetricSources) => Value[],
): Row {
  return {
    name,
    help,
    type: 'gauge',
    together,
    values: ({ sources }) => {
      const read = sources()
      return read === null ? [] : values(read)
    },
  }
}

function histogram(name: string, help: string, read: (parts: MetricsParts) => Iterable<Durations>): Row {
  const values = (parts: MetricsParts) =>
    [...read(parts)].flatMap((durations) => listBuckets(name, durations))
  return { name, help, type: 'histogram', together: 'sum', values }
}

/** In Prometheus, each bucket includes the counts of the smaller ones. */
function listBuckets(name: string, { provider, model, counts, sum, count }: Durations): Value[] {
  const labels = { provider, model }
  let below = 0
  const buckets = counts.map((inside, index) => {
    below += inside
    const le = durationEnds[index] ?? '+Inf'
    return { metricName: `${name}_bucket`, labels: { le, ...labels }, value: below }
  })
  return [
    ...buckets,
    { metricName: `${name}_sum`, labels, value: sum },
    { metricName: `${name}_count`, labels, value: count },
  ]
}

/** Without the outcome: these counts include every end of a request. `type`: null when there is one kind. */
function byModel(
  totals: Totals,
  reads: [type: string | null, read: (total: RequestTotals) => number][],
): Value[] {
  const sums = new Map<string, Value>()
  for (const total of totals.requests.values()) {
    for (const [type, read] of reads) {
      const { user, provider, account, model } = total
      const labels = { user, provider, account, model, ...(type === null ? {} : { type }) }
      const key = JSON.stringify(labels)
      const sum = sums.get(key) ?? { labels, value: 0 }
      sum.value += read(total)
      sums.set(key, sum)
    }
  }
  return [...sums.values()]
}

function requestLabels({ user, provider, account, model, outcome }: Omit<RequestTotals, 'requests'>): Labels {
  return { user, provider, account, model, outcome }
}

function ofEach<Item>(items: Map<string, Item>, read: (item: Item) => Value): Value[] {
  return [...items.values()].map(read)
}
