/** No egress proxy of an account's list gave a way to where it sends. The message names them, masked. */
export class EgressError extends Error {
  readonly code = 'EEGRESS'

  /** `failures`: what became of each proxy, as `http://u:…@proxy:3128: connection refused (ECONNREFUSED)`. */
  constructor(failures: readonly string[]) {
    super(`no egress proxy gives a way (${failures.join('; ')})`)
    this.name = 'EgressError'
  }
}

/** Why one proxy gave no way. */
export class TunnelFailure extends Error {
  /** Whether it is the proxy that fails, for everything sent through it, and not the way beyond it. */
  readonly isDown: boolean

  constructor(message: string, isDown: boolean) {
    super(message)
    this.name = 'TunnelFailure'
    this.isDown = isDown
  }
}
