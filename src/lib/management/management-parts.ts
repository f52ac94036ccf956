import type { ManagedToolkit } from '../toolkit/scope/managed-toolkit.ts'
import type { EventHub } from './events/event-hub.ts'
import type { PendingLogins } from './logins/pending-logins.ts'

/** A proxy as its management shows it. */
export interface ManagedProxy {
  url: string
  pid: number
  /** RFC 3339. */
  startedAt: string
  strategy: string
  /** The number of serving processes. */
  workers: number
  inFlight: number
}

/** Starts a job for references or ids of accounts; none: all of the job. Resolves when the runs have begun. */
export type RunJob = (job: string, accounts: string[]) => Promise<{ id: string; account: string }[]>

export interface ManagementOptions {
  toolkit: ManagedToolkit
  /** The current state of the proxy. */
  proxy: () => ManagedProxy | Promise<ManagedProxy>
  /** The only user that the proxy serves; null: all users. */
  user: string | null
  /** Starts runs of a job now, for these accounts or for all; missing: the proxy runs no jobs. */
  runJob?: RunJob
  /** Warnings for people, as text. */
  onTrouble: (message: string) => void
  /** Epoch milliseconds. */
  clock?: () => number
  /** The folder of the page's files; default: the build output. */
  pageFolder?: string
}

/** The dependencies of routes. */
export interface ManagementParts {
  /** For a proxy of one user: limited to that user. */
  toolkit: ManagedToolkit
  proxy: () => ManagedProxy | Promise<ManagedProxy>
  user: string | null
  clock: () => number
  /** Null: the proxy runs no jobs. */
  runJob: RunJob | null
  logins: PendingLogins
  events: EventHub
}
