import type { IncomingMessage, ServerResponse } from 'node:http'

/** Facts about a management request that are not in it. With several processes its socket tells nothing. */
export interface ManagementFacts {
  /** Already sent as `x-request-id`. */
  requestId: string
  /** Address of the client. */
  remoteAddress: string
}

/**
 * Answers the paths of `isManagementPath`. Only one process of a proxy does, so that its state (logins in
 * progress, failed attempts) is in one place. `Host` and `Origin` are already checked. The handler does its
 * own authorization and error answers. Answers still in progress when the proxy ends are cut off.
 */
export type ManagementHandler = (req: IncomingMessage, res: ServerResponse, facts: ManagementFacts) => void

/** The page's files are beside it. No provider endpoint has such a name. */
const PAGE_FILE = /^\/[\w-]{1,80}\.(?:css|ico|js|png|svg|txt|woff2)$/

/** Ollama's API, which has the same beginning. No endpoint of the management API has any of these names. */
const OLLAMA = /^\/api\/(?:chat|generate|tags|show|embed|embeddings|version|ps)$/

export function isOllamaPath(path: string): boolean {
  return OLLAMA.test(path)
}

/** Claude Code looks here whether its service can be reached (2.1, 2026-11). */
export const HELLO_PATH = '/api/hello'

/** The page, its files, the API below it, and the endpoint of MCP. No provider endpoint has any of these paths. */
export function isManagementPath(url: string): boolean {
  const mark = url.indexOf('?')
  const path = mark < 0 ? url : url.slice(0, mark)
  return (
    path === '/' ||
    path === '/api' ||
    path === '/mcp' ||
    (path.startsWith('/api/') && !isOllamaPath(path) && path !== HELLO_PATH) ||
    path.startsWith('/assets/') ||
    PAGE_FILE.test(path)
  )
}
