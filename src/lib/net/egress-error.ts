/** No egress proxy of an account's list gave a tunnel to its destination. The message names the proxies, masked. */
export class EgressError extends Error {
  readonly code = 'EEGRESS'

  /** `failures`: the failure of each proxy, such as `http://u:…@proxy:3128: connection refused (ECONNREFUSED)`. */
  constructor(failures: readonly string[]) {
    super(`no egress proxy gives a way (${failures.join('; ')})`)
    this.name = 'EgressError'
  }
}

/** Why one proxy gave no tunnel. */
export class TunnelFailure extends Error {
  /** Whether the proxy itself fails, for all its requests, rather than the route behind it. */
  readonly isDown: boolean

  constructor(message: string, isDown: boolean) {
    super(message)
    this.name = 'TunnelFailure'
    this.isDown = isDown
  }
}
