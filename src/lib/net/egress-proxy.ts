import { maskUrl } from '../account/mask.ts'
import { QwenctlError } from '../base/errors.ts'
import { isMetadataHost } from './metadata-addresses.ts'

/** With `socks5`, qwenctl looks up host names; with the other kinds, the proxy does. */
export type EgressKind = 'http' | 'https' | 'socks5' | 'socks5h'

/** A proxy for an account's requests. Holds a secret: print `shown` alone. */
export interface EgressProxy {
  kind: EgressKind
  /** Without the brackets of an IPv6 address. */
  host: string
  port: number
  /** Decoded; empty: none. */
  user: string
  password: string
  /** The URL with its password. */
  url: string
  shown: string
}

const PORTS: Record<EgressKind, number> = { http: 80, https: 443, socks5: 1080, socks5h: 1080 }
/** RFC 1929: lengths are one byte. */
const LONGEST_SOCKS_WORD = 255
const EXAMPLE = '--egress-proxy http://proxy.example.com:8080, or socks5h://proxy.example.com:1080'

/**
 * Parses a list of proxies in order, separated by commas or blanks. A comma inside a password separates nothing,
 * because no scheme follows it. Throws `invalid_value`, without quoting the list.
 */
export function parseEgressList(text: string): EgressProxy[] {
  const urls = text.trim().split(/[\s,]+(?=[a-z][a-z0-9+.-]*:\/\/)/i)
  const proxies = urls.map(parseEgressProxy)
  return proxies.filter(({ url }, index) => proxies.findIndex((other) => other.url === url) === index)
}

/** The stored text of a list, and its text for people. */
export function egressListText(list: readonly EgressProxy[]): { url: string; shown: string } {
  return { url: list.map(({ url }) => url).join(' '), shown: list.map(({ shown }) => shown).join(', ') }
}

function parseEgressProxy(text: string): EgressProxy {
  const url = URL.parse(text.replace(/,$/, ''))
  const kind = url?.protocol.slice(0, -1) ?? ''
  if (url === null || !isKind(kind) || url.hostname === '')
    throw refused('is not a URL that begins with http://, https://, socks5:// or socks5h://')
  if (!/^\/?$/.test(url.pathname) || /[?#]/.test(text)) throw refused('ends with the port')
  // The parser normalises host names and numeric addresses only in http URLs.
  const { hostname } = URL.parse(`http://${url.hostname}`) ?? { hostname: '' }
  if (hostname === '') throw refused('has a host name that cannot be one')
  if (isMetadataHost(hostname)) throw refused('leads to an address of cloud metadata')
  const [user, password] = [decoded(url.username), decoded(url.password)]
  formatCheck(kind, user, password)
  const port = url.port === '' ? PORTS[kind] : Number(url.port)
  const userinfo = url.username === '' ? '' : `${url.username}${url.password && `:${url.password}`}@`
  const canonical = `${kind}://${userinfo}${hostname}:${port}`
  const host = hostname.replace(/^\[|\]$/g, '')
  return { kind, host, port, user, password, url: canonical, shown: maskUrl(canonical) }
}

function isKind(kind: string): kind is EgressKind {
  return Object.hasOwn(PORTS, kind)
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    throw refused('has a "%" in its user name or password that is not written as %25')
  }
}

function formatCheck(kind: EgressKind, user: string, password: string): void {
  if (user === '' && password !== '') throw refused('has a password without a user name')
  const isHttp = kind === 'http' || kind === 'https'
  // RFC 7617: the first colon ends the user name.
  if (isHttp && user.includes(':')) throw refused('has a colon in its user name')
  if (isHttp) return
  if ([user, password].some((word) => Buffer.byteLength(word) > LONGEST_SOCKS_WORD))
    throw refused(`has a user name or password of more than ${LONGEST_SOCKS_WORD} bytes`)
}

/** Does not quote the URL: there may be a password in it. */
function refused(what: string): QwenctlError {
  return new QwenctlError('invalid_value', `the value of --egress-proxy ${what}`, {
    hint: `for example ${EXAMPLE}`,
  })
}
