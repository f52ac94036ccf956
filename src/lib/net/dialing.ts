import type { LookupFunction } from 'node:net'
import type { SecureContext } from 'node:tls'
import type { Tunnels } from './tunnels.ts'

/** What every connection is made with. */
export interface Dialing {
  /** Whom to trust; undefined: Node's own. */
  readonly secureContext: SecureContext | undefined
  readonly lookup: LookupFunction | undefined
  readonly tunnels: Tunnels
  /** Whether this host, without brackets, is never called. */
  readonly refuses: (host: string) => boolean
}
