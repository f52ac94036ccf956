import { limitHeapOfPool } from './node-flags.ts'
import { QwenctlError } from '../base/errors.ts'
import { isLoopback } from '../base/loopback.ts'
import type { Observer } from '../observe/observer.ts'
import type { LineSender } from '../toolkit/batch/line-sender.ts'
import type { Toolkit } from '../toolkit/toolkit.ts'
import type { ProxyEvents } from './open-parts.ts'
import { openParts } from './open-parts.ts'
import type { ProxySettings } from './proxy-settings.ts'
import type { SandboxUpstream } from './sandbox/sandbox-upstream.ts'
import { askLocally } from './server/local-request.ts'
import type { TransportName } from './transport/transport.ts'

export type { ProxyEvents, ProxySettings }

/** A running proxy. */
export interface RunningProxy {
  url: string
  port: number
  /** Accounts that may serve now or later: the enabled ones. */
  accounts: number
  readonly inFlight: number
  /** The requests in flight that wait for an account. */
  readonly waiting: number
  /** How it moves bytes. */
  readonly transport: TransportName
  /** The observer of this process alone. */
  readonly observer: Observer
  /** The simulated upstream, started when an account needs it. */
  sandbox(): Promise<SandboxUpstream>
  /** Sends a line of a batch through the pool, without a client key. */
  send: LineSender
  /**
   * Drains: requests in progress may end within `graceMs`. The toolkit stays open, and its opener closes it. The
   * listener is closed when the call returns, so a message that says so is true.
   */
  stop(graceMs?: number): Promise<void>
}

const DRAIN_MS = 30_000

/**
 * Starts a proxy over the accounts of a toolkit. `read` returns the settings that should be in force, and
 * runs again when the configuration changes. Without it the settings stay, and only aliases change. Throws
 * `port_in_use`, `vault_locked`, `store_unwritable`, or `invalid_value` for an address that others could
 * reach.
 */
export async function startProxy(
  toolkit: Toolkit,
  settings: ProxySettings,
  events: ProxyEvents,
  read: () => Promise<ProxySettings> = () => Promise.resolve(settings),
): Promise<RunningProxy> {
  const parts = await openParts(toolkit, settings, events)
  parts.follow(read)
  const { batches, live, server, observer } = parts
  try {
    if (!isLoopback(settings.host)) {
      if (!live.keys.isRequired) refuseOpenAddress(settings.host)
      live.keys.requireAlways()
    }
    limitHeapOfPool(live.accounts.length)
    await live.openSecrets()
    const { url, port } = await server.listen()
    if (settings.proof !== undefined) batches.resume()
    const accounts = live.accounts.filter(({ enabled }) => enabled).length
    observer.note({ kind: 'started', url, accounts, strategy: settings.strategy })
    return {
      url,
      port,
      accounts,
      observer,
      transport: parts.transport,
      get inFlight() {
        return server.inFlight
      },
      get waiting() {
        return live.queue.size
      },
      sandbox: parts.sandbox,
      send: (request, signal) => askLocally(server, request, null, signal),
      stop: async (graceMs = DRAIN_MS) => {
        batches.stop()
        await server.drain(graceMs)
        await batches.close()
        observer.note({ kind: 'stopped' })
        await parts.release()
      },
    }
  } catch (error) {
    await parts.release()
    throw error
  }
}

/** Without client keys, any client that reaches the address could spend the accounts. */
function refuseOpenAddress(host: string): never {
  throw new QwenctlError('invalid_value', `${host} can be reached by others, and there are no client keys`, {
    hint: 'make one first: qwenctl keys create NAME; or listen on 127.0.0.1',
  })
}
