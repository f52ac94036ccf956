import type { LookupFunction } from 'node:net'
import type { SecureContext } from 'node:tls'

/** Where a tunnel leads. */
export interface TunnelEnd {
  /** A name or an address, without brackets. */
  host: string
  port: number
}

/** What a tunnel is opened with. */
export interface TunnelMeans {
  /** Ends the attempt: sockets are closed, the promise rejects. */
  signal: AbortSignal
  timeoutMs: number
  /** Whom to trust as an https proxy; Node's own where missing. */
  secureContext?: SecureContext | undefined
  lookup?: LookupFunction | undefined
}

/** `host:port`, as CONNECT and messages write it. */
export function formatEnd({ host, port }: TunnelEnd): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`
}
