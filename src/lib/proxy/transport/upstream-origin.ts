import {
  connect as connectTcp,
  isIP,
  type LookupFunction,
  type Socket,
  type TcpNetConnectOpts,
} from 'node:net'
import { connect as connectTls, type ConnectionOptions, type SecureContext } from 'node:tls'
import { QwenctlError } from '../../base/errors.ts'
import type { EgressProxy } from '../../net/egress-proxy.ts'
import type { Tunnels } from '../../net/tunnels.ts'

export interface DialOptions {
  /** The trusted authorities; missing: Node's own. */
  secureContext?: SecureContext | undefined
  lookup?: LookupFunction | undefined
  /** Whether calls to a host, given without brackets, are forbidden. */
  refuses?: (host: string) => boolean
}

/** The route of an origin through egress proxies. */
export interface Way {
  /** In order; empty: a direct connection. */
  via: readonly EgressProxy[]
  tunnels: Tunnels
  /** For a tunnel: the values when it is opened. */
  timeouts: Readonly<{ connectTimeoutMs: number }>
}

/** The events of a dial. `onSocket` comes at once without a tunnel. With one, it or `onError` comes later. */
export interface DialListener {
  /** Reads into memory of the caller, where that is possible. */
  onread?: { buffer: Uint8Array; callback: (count: number) => boolean }
  /** `isStream`: the socket is read as a stream, although `onread` was given. */
  onSocket(socket: Socket, isStream: boolean): void
  onError(error: Error): void
}

/** TCP probes detect a peer that vanished while a model was thinking for minutes. */
const tcpProbeMs = 30_000

/** A `scheme://host:port`, reached by one route, with its TLS session. */
export class UpstreamOrigin {
  /** For messages: scheme, host and port only. */
  readonly name: string
  /** The host header. */
  readonly host: string
  readonly isTls: boolean
  readonly #options: ConnectionOptions & TcpNetConnectOpts & { host: string }
  readonly #way: Way

  /**
   * @throws QwenctlError `invalid_value` for anything but a bare http or https origin, and for a forbidden
   * host
   */
  constructor(text: string, options: DialOptions, way: Way) {
    const url = parseOrigin(text)
    this.isTls = url.protocol === 'https:'
    this.name = url.origin
    this.host = url.host
    // URL keeps the brackets of an IPv6 address, but the socket needs the address without them.
    const host = url.hostname.replace(/^\[|\]$/g, '')
    if (options.refuses?.(host) === true) throw refusedHost()
    this.#way = way
    this.#options = {
      host,
      port: url.port === '' ? (this.isTls ? 443 : 80) : Number(url.port),
      noDelay: true,
      keepAlive: true,
      keepAliveInitialDelay: tcpProbeMs,
      ...(options.lookup && { lookup: options.lookup }),
      ...(this.isTls && { ALPNProtocols: ['http/1.1'] }),
      ...(this.isTls && isIP(host) === 0 && { servername: host }),
      ...(this.isTls && options.secureContext && { secureContext: options.secureContext }),
    }
  }

  /**
   * Starts a connection, and returns a handle that aborts it. A socket that is still connecting (TLS: every
   * socket) emits `connect` (TLS: `secureConnect`) when it is writable.
   */
  dial(events: DialListener): { destroy(): void } {
    if (this.#way.via.length > 0) return this.#dialThrough(events)
    const { onread } = events
    const options = onread === undefined ? this.#options : { ...this.#options, onread }
    const socket = this.isTls ? this.#secure(options) : connectTcp(options as TcpNetConnectOpts)
    events.onSocket(socket, onread === undefined)
    return socket
  }

  /** A session that did not lead to a connection is not offered again. */
  forgetSession(): void {
    delete this.#options.session
  }

  /** Memory of the caller is not possible here: the tunnel has already read from the socket. */
  #dialThrough(events: DialListener): { destroy(): void } {
    const { via, tunnels, timeouts } = this.#way
    const timeoutMs = timeouts.connectTimeoutMs
    const { host, port } = this.#options
    const given = new AbortController()
    let socket: Socket | null = null
    const begin = (raw: Socket) => {
      if (given.signal.aborted || raw.destroyed) {
        raw.destroy()
        return events.onError(closed)
      }
      raw.setNoDelay(true)
      raw.setKeepAlive(true, tcpProbeMs)
      socket = this.isTls ? this.#secureOver(raw) : raw
      events.onSocket(socket, true)
    }
    tunnels
      .open(via, { host, port }, { timeoutMs, signal: given.signal })
      .then(begin, (error: Error) => events.onError(error))
    return {
      destroy: () => {
        given.abort()
        socket?.destroy()
      },
    }
  }

  #secureOver(raw: Socket): Socket {
    const { host: _host, port: _port, lookup: _lookup, ...options } = this.#options
    const socket = this.#secure({ ...options, socket: raw })
    raw.on('error', (error) => socket.destroy(error))
    socket.on('close', () => raw.destroy())
    return socket
  }

  #secure(options: ConnectionOptions): Socket {
    const socket = connectTls(options)
    socket.setNoDelay(true)
    // TLS 1.3 issues several tickets per connection. The newest saves the next connection a full handshake.
    socket.on('session', (session) => (this.#options.session = session))
    return socket
  }
}

const closed = Object.assign(new Error('closed'), { code: 'ECONNRESET' })

function refusedHost(): QwenctlError {
  return new QwenctlError('invalid_value', 'the origin of an upstream is an address of cloud metadata', {
    hint: 'correct the base URL, or set proxy.allowMetadata',
  })
}

function parseOrigin(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : null
  const isBare =
    url !== null && url.pathname === '/' && !url.search && !url.hash && !url.username && !url.password
  if (isBare && (url.protocol === 'https:' || url.protocol === 'http:')) return url
  // The text is not quoted: its fault may be a password inside.
  throw new QwenctlError('invalid_value', 'the origin of an upstream is not a plain http or https address', {
    hint: 'write it as https://HOST or https://HOST:PORT',
  })
}
