/** Headers about one connection, not the message (RFC 9110, 7.6.1), with older ones that are still sent. */
export const hopByHop = [
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authentication-info',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]

/**
 * Returns the headers that a `connection` header declares to be about this connection; null if there are
 * none, as usual.
 */
export function namedByConnection(rawHeaders: readonly string[]): Set<string> | null {
  let named: Set<string> | null = null
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index]
    if (name?.length !== 10 || name.toLowerCase() !== 'connection') continue
    const value = rawHeaders[index + 1] ?? ''
    if (value === 'keep-alive') continue
    for (const token of value.split(',')) {
      const lower = token.trim().toLowerCase()
      if (lower !== '' && lower !== 'keep-alive' && lower !== 'close') (named ??= new Set()).add(lower)
    }
  }
  return named
}
