import { QwenctlError } from '../../../base/errors.ts'
import type { RedisLink } from '../link/redis-link.ts'
import type { StoreKeys } from '../link/scripts.ts'

const REPLICA_TIMEOUT_MS = 1_000

/** Waits until one replica has the writes of this connection. Null: it has. */
export async function waitForReplica(link: RedisLink, keys: StoreKeys): Promise<QwenctlError | null> {
  const replicas = await link.send(keys.log, ['WAIT', '1', String(REPLICA_TIMEOUT_MS)]).catch(() => 0)
  if (typeof replicas === 'number' && replicas > 0) return null
  return new QwenctlError('store_unreachable', `no replica of ${link.shown} has the reservation`, {
    hint: 'bring a replica back, or set store.ack to primary',
  })
}
