import type { QwenctlError } from '../../../lib/base/errors.ts'
import type { RunningProxy } from '../../../lib/proxy/start-proxy.ts'
import type { ManagementHost } from '../../../lib/proxy/workers/management-host.ts'
import type { Supervisor } from '../../../lib/proxy/workers/supervisor.ts'

/** A serving proxy, in this process or in its workers. */
export interface Serving {
  url: string
  port: number
  accounts: number
  /** The current serving processes. */
  pids: () => number[]
  inFlight: () => Promise<number>
  /** Accepts no new requests; resolves to the number of requests under way. */
  drain: () => Promise<number>
  /** After `drain`: resolves when every request has ended. */
  ended: () => Promise<void>
  /** Resolves when the proxy cannot continue. */
  failed: Promise<QwenctlError>
}

export function servingAlone(proxy: RunningProxy): Serving {
  const { url, port, accounts } = proxy
  let ended = Promise.resolve()
  return {
    url,
    port,
    accounts,
    pids: () => [process.pid],
    inFlight: () => Promise.resolve(proxy.inFlight),
    drain: () => {
      const left = proxy.inFlight
      ended = proxy.stop()
      return Promise.resolve(left)
    },
    ended: () => ended,
    failed: new Promise(() => undefined),
  }
}

/** `host`: the process that answers the management requests of the workers. */
export function servingTogether(supervisor: Supervisor, host: ManagementHost): Serving {
  process.on('exit', () => supervisor.kill())
  return {
    ...supervisor.listening,
    pids: () => supervisor.pids,
    inFlight: () => supervisor.inFlight(),
    drain: () => supervisor.drain(),
    ended: async () => {
      await supervisor.ended()
      host.close()
    },
    failed: supervisor.givenUp,
  }
}
