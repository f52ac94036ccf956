import type { ErrorCode } from '../../base/errors.ts'
import type { MetricsPart } from '../../observe/metrics.ts'
import type { Chosen } from '../proxy-settings.ts'
import type { ManagementAddress } from './management-host.ts'

/**
 * The facts that a worker needs to serve. It reads the rest as every proxy does, and reads it again after
 * changes.
 */
export interface WorkerOrder {
  chosen: Chosen
  /** The supervisor's version. A worker of another version does not serve. */
  version: string
  /** The port of all workers, even if any port was requested. */
  port: number
  proof: string
  isVerbose: boolean
  /** The address that answers `/api`. */
  management: ManagementAddress
}

export interface ErrorWords {
  code: ErrorCode
  message: string
  hint: string | null
}

/** The messages from the supervisor to its workers. */
export interface SupervisorWords {
  tells: {
    order: WorkerOrder
  }
  asks: {
    /** Requests in progress. */
    inFlight: number
    metrics: MetricsPart
    /** Accepts no new requests from now on, and ends after those in progress. The answer is their number. */
    drain: number
  }
}

/** The messages from a worker. */
export interface WorkerWords {
  tells: {
    /** The worker is ready for its order. */
    ready: { version: string }
    listening: { url: string; port: number; accounts: number }
    failed: ErrorWords
    /** The worker has applied a change of the configuration. */
    changed: { strategy: string }
    /** Messages to users. `news` already has its time. A warning is shown once for all workers. */
    said: { as: 'news' | 'trouble' | 'warning'; text: string }
  }
  asks: {
    /** The metrics of all reachable workers, first the one that asks, and of those that have ended. */
    metricsOfAll: MetricsPart[]
  }
}
