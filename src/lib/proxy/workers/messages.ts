import type { ErrorCode } from '../../base/errors.ts'
import type { MetricsPart } from '../../observe/metrics.ts'
import type { Chosen } from '../proxy-settings.ts'
import type { ManagementAddress } from './management-host.ts'

/** What a worker needs to know to serve; the rest it reads where every proxy does, and reads again when that changes. */
export interface WorkerOrder {
  chosen: Chosen
  /** Of the supervisor: a worker of another one does not serve. */
  version: string
  /** The one of all workers, also where any was asked for. */
  port: number
  proof: string
  isVerbose: boolean
  /** Where `/api` is answered. */
  management: ManagementAddress
}

export interface ErrorWords {
  code: ErrorCode
  message: string
  hint: string | null
}

/** What the supervisor of a proxy says to its workers. */
export interface SupervisorWords {
  tells: {
    order: WorkerOrder
  }
  asks: {
    /** Requests that are being answered. */
    inFlight: number
    metrics: MetricsPart
    /** Takes no new requests from now on, and ends after those under way: so many. */
    drain: number
  }
}

/** What a worker says. */
export interface WorkerWords {
  tells: {
    /** It can take its order. */
    ready: { version: string }
    listening: { url: string; port: number; accounts: number }
    failed: ErrorWords
    /** It has taken up a change of the configuration. */
    changed: { strategy: string }
    /** What people should read. `news` comes with its time already; a warning is said once for all workers. */
    said: { as: 'news' | 'trouble' | 'warning'; text: string }
  }
  asks: {
    /** Of all workers that can be reached, first the one that asks, and of those that have ended. */
    metricsOfAll: MetricsPart[]
  }
}
