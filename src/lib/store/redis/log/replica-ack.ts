import { QwenctlError } from '../../../base/errors.ts'
import type { EventLoop } from '../../ledger/event-loop.ts'
import { wait } from '../../ledger/event-loop.ts'
import type { StoreLink } from '../link/redis-link.ts'
import type { StoreKeys } from '../link/scripts.ts'
import { REPLICATION } from '../link/scripts.ts'

const REPLICA_TIMEOUT_MS = 1_000
const LOOK_AGAIN_MS = 20

/**
 * Waits until one replica has a write that the server has acknowledged with this replication id. Null: it has.
 * `WAIT` alone proves nothing on a new connection: it counts the writes of its own connection. So the positions of
 * server and replica decide, whichever connection they come over. Source: redis.io/commands/wait, read 2026-11-30.
 */
export async function waitForReplica(
  { link, keys }: { link: StoreLink; keys: StoreKeys },
  run: string,
  loop: EventLoop,
): Promise<QwenctlError | null> {
  const end = loop.steady() + REPLICA_TIMEOUT_MS
  const look = async () => (await link.run(REPLICATION, [keys.log], [])) as [string, number, number]
  const rest = () => String(Math.max(1, Math.floor(end - loop.steady())))
  let wanted = Number.NaN
  try {
    do {
      const [[runThen, position], , [runNow, , replica]] = await Promise.all([
        look(),
        link.send(keys.log, ['WAIT', '1', rest()]),
        look(),
      ])
      if (runThen !== run || runNow !== run) break
      if (Number.isNaN(wanted)) wanted = position
      if (replica >= wanted) return null
      await wait(loop, LOOK_AGAIN_MS)
    } while (loop.steady() < end)
  } catch {
    // The connection failed: the reservation may be lost with its server.
  }
  return new QwenctlError('store_unreachable', `no replica of ${link.shown} has the reservation`, {
    hint: 'bring a replica back, or set store.ack to primary',
  })
}
