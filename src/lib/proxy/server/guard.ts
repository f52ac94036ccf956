import { isLoopback } from '../../base/loopback.ts'
import type { IncomingHttpHeaders } from 'node:http'
import { QwenctlError } from '../../base/errors.ts'

/** Far more names than a proxy is called by. Further names are checked each time. */
const MOST_KNOWN = 64

/**
 * Refuses requests that a foreign web page sends through the user's browser. The `Origin` header reveals
 * them. After DNS rebinding to this address, the `Host` header that the browser still sends does.
 */
export class Guard {
  readonly #names: ReadonlySet<string>
  readonly #known = new Set<string>()

  /** `names`: host names that this proxy accepts besides those of loopback. */
  constructor(names: readonly string[]) {
    this.#names = new Set(['localhost', '127.0.0.1', '[::1]', ...names].map((name) => name.toLowerCase()))
  }

  /** Throws `forbidden_host`. */
  check({ host, origin }: IncomingHttpHeaders): void {
    if (host !== undefined && !this.#isOurs(host)) throw refused('the host', host)
    if (origin !== undefined && !this.#isOurs(origin.replace(/^https?:\/\//, '')))
      throw refused('the origin', origin)
  }

  #isOurs(authority: string): boolean {
    if (this.#known.has(authority)) return true
    const name = authority.replace(/:\d+$/, '').toLowerCase()
    const isOurs = this.#names.has(name) || isLoopback(name)
    if (isOurs && this.#known.size < MOST_KNOWN) this.#known.add(authority)
    return isOurs
  }
}

function refused(what: string, name: string): QwenctlError {
  return new QwenctlError(
    'forbidden_host',
    `${what} ${JSON.stringify(name.slice(0, 100))} is not one this proxy answers to`,
    {
      hint: 'use the address that proxy start printed, or allow the name: qwenctl config set proxy.allowHosts NAME',
    },
  )
}
