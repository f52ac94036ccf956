// Addresses in answers of a service. An address below the base URL of the account would lead the client around the
// proxy, without the account's key. It becomes a path of the proxy. A path outside of the base would lead the client to
// the proxy's own paths, with the client's key. It becomes an address at the service.

/** The base URL of the account, the path of its service at the proxy, and the request. */
export interface ServicePlace {
  /** `https://host`. */
  origin: string
  /** The path of the request at the origin. */
  requestPath: string
  /** Without a trailing slash; empty for the root. */
  basePath: string
  /** `/services/NAME`. */
  ownPath: string
}

const NAMES: ReadonlySet<string> = new Set(['location', 'content-location'])

/** A flat list of headers. Addresses below the base are paths of the proxy; none names another path there. */
export function ownLocations(headers: readonly string[], place: ServicePlace): string[] {
  return headers.map((text, index) => {
    const name = headers[index - 1]
    return index % 2 === 1 && name !== undefined && NAMES.has(name.toLowerCase())
      ? (ownAddress(text, place) ?? text)
      : text
  })
}

/**
 * A path from the root or upwards, or a host without a scheme. `http:/path` is a path, too, for a client of `http:`.
 * URLs read a backslash and `%2e` as `/` and `.`.
 */
const LEAVES_FOLDER = /^[/\\]|^https?:(?![/\\]{2})|(?:^|[/\\])(?:\.|%2e){2}(?:[/\\?#]|$)/i

/** Null: the address names another host, or is relative to the folder of the request. */
function ownAddress(written: string, place: ServicePlace): string | null {
  const address = written.replaceAll('\t', '') // as URLs are read
  const isWhole = /^https?:[/\\]{2}/i.test(address)
  if (!isWhole && !LEAVES_FOLDER.test(address)) return null
  const { origin, requestPath, basePath, ownPath } = place
  const url = URL.parse(address, `${origin}${requestPath}`)
  if (url === null) return null
  const { pathname, search, hash } = url
  const isBelow = pathname === basePath || pathname.startsWith(`${basePath}/`)
  if (isBelow && isSameHost(url, new URL(origin)))
    return `${ownPath}${pathname.slice(basePath.length) || '/'}${search}${hash}`
  return isWhole ? null : url.href
}

/** A service behind a load balancer with TLS often writes its own address with `http:`. */
function isSameHost(url: URL, base: URL): boolean {
  if (url.username !== '' || url.password !== '') return false
  return url.host === base.host && /^https?:$/.test(url.protocol)
}
