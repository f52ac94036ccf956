import { randomBytes } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { QwenctlError } from '../../base/errors.ts'
import type { StoreLink } from './link/redis-link.ts'
import { HOLD_LOCK } from './link/scripts.ts'

/** A lock of a process that died ends after this time; a running holder extends it. */
const LOCK_MS = 15_000
const EXTEND_MS = 4_000
const TIMEOUT_MS = 20_000
const LOOK_MS = 50

/**
 * Runs the action while no other process of the store runs one under the same key. A holder that stops for long may
 * lose the lock, so every write under it must also check a revision. Throws `store_locked` and `store_unreachable`.
 */
export async function withSharedLock<R>(
  link: StoreLink,
  key: string,
  action: () => Promise<R> | R,
  { timeoutMs = TIMEOUT_MS } = {},
): Promise<R> {
  const token = randomBytes(12).toString('hex')
  await acquire(link, key, token, timeoutMs)
  const hold = (ms: number) => link.run(HOLD_LOCK, [key], [token, String(ms)]).catch(() => undefined)
  const timer = setInterval(() => void hold(LOCK_MS), EXTEND_MS).unref()
  try {
    return await action()
  } finally {
    clearInterval(timer)
    await hold(0)
  }
}

async function acquire(link: StoreLink, key: string, token: string, timeoutMs: number): Promise<void> {
  const end = performance.now() + timeoutMs
  for (;;) {
    const reply = await link.send(key, ['SET', key, token, 'NX', 'PX', String(LOCK_MS)])
    if (reply !== null) return
    if (performance.now() > end)
      throw new QwenctlError('store_locked', 'another process of the store holds the same lock', {
        hint: 'try again in a few seconds',
      })
    await delay(LOOK_MS)
  }
}
