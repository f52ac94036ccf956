export type ScenarioName = 'chat' | 'stream' | 'large'

/** A subject under one load: medians over the rounds. */
export interface Row {
  scenario: ScenarioName
  subject: string
  connections: number
  perSecond: number
  p50Ms: number
  p99Ms: number
  errors: number
  /** Processor time of the proxy per request; null for the direct way. */
  cpuUs: number | null
  rssMb: number | null
  peakMb: number | null
}
