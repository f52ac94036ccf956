import type { InboundHost, InboundTransport } from './inbound.ts'
import type { OutboundHost, OutboundTransport } from './outbound.ts'

export const TRANSPORT_NAMES = ['fast', 'portable'] as const
export type TransportName = (typeof TRANSPORT_NAMES)[number]

/** How a proxy moves bytes between sockets and HTTP messages, towards clients and towards upstreams. */
export interface Transport {
  readonly name: TransportName
  openInbound(host: InboundHost): InboundTransport
  openOutbound(host: OutboundHost): OutboundTransport
}
