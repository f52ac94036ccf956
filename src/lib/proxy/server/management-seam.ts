import type { IncomingMessage, ServerResponse } from 'node:http'

/** What is known of a management request besides what it says itself: behind several processes its socket tells nothing. */
export interface ManagementFacts {
  /** Goes out as `x-request-id` already. */
  requestId: string
  /** Of the client. */
  remoteAddress: string
}

/**
 * Answers the paths of `isManagementPath`. One process of a proxy does, however many serve it: what it remembers (logins
 * under way, failed attempts) is in one place. `Host` and `Origin` have been checked; who may do what is its own business,
 * and so are its errors. What it still answers when the proxy ends is cut off.
 */
export type ManagementHandler = (req: IncomingMessage, res: ServerResponse, facts: ManagementFacts) => void

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

/** Files of the page lie beside it; no endpoint of a provider has such a name. */
const PAGE_FILE = /^\/[\w-]{1,80}\.(?:css|ico|js|png|svg|txt|woff2)$/

/** The page, its files, and the interface below it. Nothing of these is ever an endpoint of a provider. */
export function isManagementPath(url: string): boolean {
  const mark = url.indexOf('?')
  const path = mark < 0 ? url : url.slice(0, mark)
  return (
    path === '/' ||
    path === '/api' ||
    path.startsWith('/api/') ||
    path.startsWith('/assets/') ||
    PAGE_FILE.test(path)
  )
}
