import type { QwenctlError } from '../../lib/base/errors.ts'
import type { RunningProxy } from '../../lib/proxy/start-proxy.ts'
import type { ManagementHost } from '../../lib/proxy/workers/management-host.ts'
import type { Supervisor } from '../../lib/proxy/workers/supervisor.ts'

/** A proxy that serves, in this process or in workers of it. */
export interface Serving {
  url: string
  port: number
  accounts: number
  /** The processes that serve, as they are now. */
  pids: () => number[]
  inFlight: () => Promise<number>
  /** Takes no new requests; resolves with how many are under way. */
  drain: () => Promise<number>
  /** After `drain`: resolves when all is over. */
  ended: () => Promise<void>
  /** Resolves when it cannot go on. */
  failed: Promise<QwenctlError>
}

export function servingAlone(proxy: RunningProxy): Serving {
  const { url, port, accounts } = proxy
  let ended = Promise.resolve()
  return {
    ...{ url, port, accounts },
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

/** `host`: where the workers' management is answered. */
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
