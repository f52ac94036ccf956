import type { LookupFunction } from 'node:net'
import type { SecureContext } from 'node:tls'

/** The destination of a tunnel. */
export interface TunnelEnd {
  /** A name or an address, without brackets. */
  host: string
  port: number
}

/** The inputs for opening a tunnel. */
export interface TunnelMeans {
  /** Aborts the attempt: sockets are closed, the promise rejects. */
  signal: AbortSignal
  timeoutMs: number
  /** Certificates to trust for an https proxy; missing: Node's own. */
  secureContext?: SecureContext | undefined
  lookup?: LookupFunction | undefined
}

/** `host:port`, as CONNECT and messages write it. */
export function formatEnd({ host, port }: TunnelEnd): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`
}
