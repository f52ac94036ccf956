import {
  connect as connectTcp,
  isIP,
  type LookupFunction,
  type Socket,
  type TcpNetConnectOpts,
} from 'node:net'
import { connect as connectTls, type ConnectionOptions, type TLSSocket } from 'node:tls'
import { QwenctlError } from '../../errors.ts'

export interface DialOptions {
  /** Trusted instead of the system's authorities. */
  ca?: string | Buffer | (string | Buffer)[]
  lookup?: LookupFunction
}

/** TCP probes find the peer that vanished while a model was thinking for minutes. */
const tcpProbeMs = 30_000

/**
 * Every socket reads into this one buffer and its bytes are copied out before anything else happens: a read costs
 * a small copy where it would cost a fresh 64 KB allocation, and the readable stream's machinery is passed by.
 */
const readBuffer = Buffer.allocUnsafeSlow(64 * 1024)

/** One `scheme://host:port` with its TLS session. */
export class UpstreamOrigin {
  /** For messages: scheme, host and port only. */
  readonly name: string
  /** The host header. */
  readonly host: string
  readonly isTls: boolean
  readonly #options: ConnectionOptions & TcpNetConnectOpts

  /** @throws QwenctlError `invalid_value` for anything but a bare http or https origin */
  constructor(text: string, options: DialOptions) {
    const url = parseOrigin(text)
    this.isTls = url.protocol === 'https:'
    this.name = url.origin
    this.host = url.host
    // URL keeps the brackets of an IPv6 address, the socket wants none.
    const host = url.hostname.replace(/^\[|\]$/g, '')
    this.#options = {
      host,
      port: url.port === '' ? (this.isTls ? 443 : 80) : Number(url.port),
      noDelay: true,
      keepAlive: true,
      keepAliveInitialDelay: tcpProbeMs,
      ...(options.lookup && { lookup: options.lookup }),
      ...(this.isTls && { ALPNProtocols: ['http/1.1'] }),
      ...(this.isTls && isIP(host) === 0 && { servername: host }),
      ...(this.isTls && options.ca && { ca: options.ca }),
    }
  }

  /** Starts a connection; `secureConnect` or `connect` tells when it may be written to. */
  dial(onBytes: (bytes: Buffer) => void): Socket {
    const onread = { buffer: readBuffer, callback: (count: number) => copyOut(count, onBytes) }
    if (!this.isTls) return connectTcp({ ...this.#options, onread })
    const socket: TLSSocket = connectTls({ ...this.#options, onread } as ConnectionOptions)
    socket.setNoDelay(true)
    // TLS 1.3 hands out several tickets per connection; the newest saves the next one a full handshake.
    socket.on('session', (session) => (this.#options.session = session))
    return socket
  }

  /** A session that did not lead to a connection is not offered again. */
  forgetSession(): void {
    delete this.#options.session
  }
}

function copyOut(count: number, onBytes: (bytes: Buffer) => void): boolean {
  const bytes = Buffer.allocUnsafe(count)
  readBuffer.copy(bytes, 0, 0, count)
  onBytes(bytes)
  return true
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
