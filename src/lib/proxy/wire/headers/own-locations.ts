// Addresses in answers of a service. An address below the base URL of the account would lead the client around the
// proxy, without the account's key. It becomes a path of the proxy.

/** The base URL of the account, and the path of its service at the proxy. */
export interface ServicePlace {
  /** `https://host`. */
  origin: string
  /** Without a trailing slash; empty for the root. */
  basePath: string
  /** `/services/NAME`. */
  ownPath: string
}

const NAMES: ReadonlySet<string> = new Set(['location', 'content-location'])

/** A flat list of headers, with addresses below the base as paths of the proxy. Other addresses stay as they came. */
export function ownLocations(headers: readonly string[], place: ServicePlace): string[] {
  return headers.map((text, index) => {
    const name = headers[index - 1]
    return index % 2 === 1 && name !== undefined && NAMES.has(name.toLowerCase())
      ? (ownAddress(text, place) ?? text)
      : text
  })
}

/** Null: the address is elsewhere, or relative to the path of the request. */
function ownAddress(address: string, { origin, basePath, ownPath }: ServicePlace): string | null {
  if (!/^(?:https?:)?\/\/|^\//i.test(address)) return null
  const url = URL.parse(address, origin)
  if (url === null || !isSameHost(url, new URL(origin))) return null
  const { pathname, search, hash } = url
  if (pathname !== basePath && !pathname.startsWith(`${basePath}/`)) return null
  return `${ownPath}${pathname.slice(basePath.length) || '/'}${search}${hash}`
}

/** A service behind a load balancer with TLS often writes its own address with `http:`. */
function isSameHost(url: URL, base: URL): boolean {
  if (url.username !== '' || url.password !== '') return false
  return url.host === base.host && /^https?:$/.test(url.protocol)
}
