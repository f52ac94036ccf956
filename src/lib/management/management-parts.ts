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
  /** Processes that serve clients. */
  workers: number
  inFlight: number
}

export interface ManagementOptions {
  toolkit: ManagedToolkit
  /** The proxy that it belongs to, as it is now. */
  proxy: () => ManagedProxy | Promise<ManagedProxy>
  /** The user whose accounts alone that proxy serves; null: all. */
  user: string | null
  /** Problems that people should know of, in words. */
  onTrouble: (message: string) => void
  /** Epoch milliseconds. */
  clock?: () => number
  /** Where the page's files are; missing: where the build puts them. */
  pageFolder?: string
}

/** What routes work with. */
export interface ManagementParts {
  /** Of a proxy of one user: that user's. */
  toolkit: ManagedToolkit
  proxy: () => ManagedProxy | Promise<ManagedProxy>
  user: string | null
  clock: () => number
  logins: PendingLogins
  events: EventHub
}
