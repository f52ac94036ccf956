// How requests leave this machine, for all of qwenctl: whom to trust, which addresses never to call, and the egress
// proxies of accounts. Belongs here: tunnels and what is in force for every connection. Does not: HTTP to a provider.

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
  /** Whether the addresses at which clouds hand out credentials may be called. */
  allowMetadata: boolean
}

/** How this process reaches others: one for all, since what is down for one is down for the next. */
export class Egress {
  readonly dialing: Dialing

  constructor(dialing: Dialing) {
    this.dialing = dialing
  }

  /**
   * For the clients of Node's own: through these proxies, or directly where there are none. `timeoutMs`: for a whole
   * exchange; a way must be found in half of it, so that what is wrong with the proxies is told before the time is over.
   */
  agents(via: readonly EgressProxy[], timeoutMs: number): EgressAgents {
    return egressAgents(this.dialing, via, timeoutMs / 2)
  }
}

/** Throws `invalid_value` for a file that holds no certificates. */
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
