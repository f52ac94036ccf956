import type { IncomingMessage } from 'node:http'

const ABSOLUTE = /^https?:\/\/(?:[^/?#]*@)?([^/?#@]*)/i

/**
 * Rewrites a request with an absolute target (`POST http://127.0.0.1:3000/v1/messages HTTP/1.1`) to origin
 * form. A server must accept both forms. The host in the target overrides the header (RFC 9112, 3.2.2).
 */
export function useOriginForm(req: Pick<IncomingMessage, 'url' | 'headers' | 'rawHeaders'>): void {
  const { url = '/', headers, rawHeaders } = req
  if (url.startsWith('/')) return
  const found = ABSOLUTE.exec(url)
  if (found === null) return
  const [whole, host = ''] = found
  const rest = url.slice(whole.length)
  req.url = rest.startsWith('/') ? rest : `/${rest}`
  headers.host = host
  let hasHost = false
  for (let index = 0; index < rawHeaders.length; index += 2) {
    if (rawHeaders[index]?.toLowerCase() !== 'host') continue
    rawHeaders[index + 1] = host
    hasHost = true
  }
  if (!hasHost) rawHeaders.push('Host', host)
}
