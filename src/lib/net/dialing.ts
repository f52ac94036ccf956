import type { LookupFunction } from 'node:net'
import type { SecureContext } from 'node:tls'
import type { Tunnels } from './tunnels.ts'

/** The settings of every connection. */
export interface Dialing {
  /** Certificates to trust; undefined: Node's own. */
  readonly secureContext: SecureContext | undefined
  readonly lookup: LookupFunction | undefined
  readonly tunnels: Tunnels
  /** Whether calls to this host, without brackets, are forbidden. */
  readonly refuses: (host: string) => boolean
}
