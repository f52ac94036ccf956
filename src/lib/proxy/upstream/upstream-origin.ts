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
import { readBuffer, readBytes } from '../transport/read-buffer.ts'
import type { Timeouts } from './deadlines.ts'
import type { Tunnels } from '../../net/tunnels.ts'

export interface DialOptions {
  /** Whom to trust; missing: Node's own authorities. */
  secureContext?: SecureContext | undefined
  lookup?: LookupFunction | undefined
  /** Whether a host, without brackets, is never called. */
  refuses?: (host: string) => boolean
}

/** What an origin behind egress proxies needs besides. */
export interface Way {
  /** In order; none: directly. */
  via: readonly EgressProxy[]
  tunnels: Tunnels
  /** For a tunnel, as they are when it is opened. */
  timeouts: Readonly<Pick<Timeouts, 'connectTimeoutMs'>>
}

/** What becomes of a dial. `onSocket` comes at once where no tunnel is needed, else it or `onError` later. */
export interface DialEvents {
  onSocket(socket: Socket): void
  /** The next read writes over them. */
  onBytes(bytes: Buffer): void
  onError(error: Error): void
}

/** TCP probes find the peer that vanished while a model was thinking for minutes. */
const tcpProbeMs = 30_000

/** One `scheme://host:port`, reached in one way, with its TLS session. */
export class UpstreamOrigin {
  /** For messages: scheme, host and port only. */
  readonly name: string
  /** The host header. */
  readonly host: string
  readonly isTls: boolean
  readonly #options: ConnectionOptions & TcpNetConnectOpts & { host: string }
  readonly #way: Way

  /** @throws QwenctlError `invalid_value` for anything but a bare http or https origin, or a host that is never called */
  constructor(text: string, options: DialOptions, way: Way) {
    const url = parseOrigin(text)
    this.isTls = url.protocol === 'https:'
    this.name = url.origin
    this.host = url.host
    // URL keeps the brackets of an IPv6 address, the socket wants none.
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
   * Starts a connection, and answers what gives it up. A socket that is still connecting (TLS: every socket) says with
   * `connect` (TLS: `secureConnect`) when it may be written to.
   */
  dial(events: DialEvents): { destroy(): void } {
    if (this.#way.via.length > 0) return this.#dialThrough(events)
    const onread = {
      buffer: readBuffer,
      callback: (count: number) => {
        events.onBytes(readBytes(count))
        return true
      },
    }
    const socket = this.isTls
      ? this.#secure({ ...this.#options, onread } as ConnectionOptions)
      : connectTcp({ ...this.#options, onread })
    events.onSocket(socket)
    return socket
  }

  /** A session that did not lead to a connection is not offered again. */
  forgetSession(): void {
    delete this.#options.session
  }

  /** There is no shared read buffer here: the socket has been read from before it is ours. */
  #dialThrough(events: DialEvents): { destroy(): void } {
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
      events.onSocket(socket)
      socket.on('data', (bytes) => events.onBytes(bytes))
      socket.resume()
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
    // TLS 1.3 hands out several tickets per connection; the newest saves the next one a full handshake.
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
  // Not quoted: what is wrong with it may be a password inside.
  throw new QwenctlError('invalid_value', 'the origin of an upstream is not a plain http or https address', {
    hint: 'write it as https://HOST or https://HOST:PORT',
  })
}
