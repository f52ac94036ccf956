// How requests leave this machine, for all of qwenctl: trusted certificates, forbidden addresses, and the egress
// proxies of accounts. This room has tunnels and the rules for every connection. HTTP to a provider belongs
// elsewhere.

import { createSecureContext } from 'node:tls'
import type { Dialing } from './dialing.ts'
import type { EgressAgents } from './egress-agents.ts'
import { egressAgents } from './egress-agents.ts'
import type { EgressProxy } from './egress-proxy.ts'
import { guardedLookup, isMetadataHost } from './metadata-addresses.ts'
import { trustedAuthorities } from './trusted-authorities.ts'
import { Tunnels } from './tunnels.ts'

export interface EgressOptions {
  /** Files with certificates to trust besides Node's own. */
  ca: readonly string[]
  /** Whether calls to the addresses of cloud metadata are allowed. */
  allowMetadata: boolean
}

/**
 * How this process reaches other hosts. All requests share it, because a proxy that is down for one is down for the
 * next.
 */
export class Egress {
  readonly dialing: Dialing

  constructor(dialing: Dialing) {
    this.dialing = dialing
  }

  /**
   * Agents for Node's own clients: through these proxies, or directly when the list is empty. `timeoutMs`: for a
   * whole exchange. Half of it bounds the tunnel, so that a proxy's failure is reported in time.
   */
  agents(via: readonly EgressProxy[], timeoutMs: number): EgressAgents {
    return egressAgents(this.dialing, via, timeoutMs / 2)
  }
}

/** Throws `invalid_value` for a file without certificates. */
export async function openEgress({ ca, allowMetadata }: EgressOptions): Promise<Egress> {
  const authorities = await trustedAuthorities(ca)
  const secureContext = authorities === undefined ? undefined : createSecureContext({ ca: authorities })
  const lookup = allowMetadata ? undefined : guardedLookup()
  return new Egress({
    secureContext,
    lookup,
    tunnels: new Tunnels({ secureContext, lookup }),
    refuses: allowMetadata ? () => false : isMetadataHost,
  })
}
