// Requests without a running proxy, over the usual accounts and ledger: a pool listens on a loopback address for the
// duration of a request.

import type { Pool } from '../../../lib/toolkit/ask/pool-client.ts'
import type { Toolkit } from '../../../lib/toolkit/toolkit.ts'

/** Opens the pool for the duration of `act`. `onTrouble` receives faults of the pool's reads and writes. */
export async function withPool<Result>(
  toolkit: Toolkit,
  { secret, onTrouble }: { secret: string; onTrouble: (message: string) => void },
  act: (pool: Pool) => Promise<Result>,
): Promise<Result> {
  const { readProxySettings } = await import('../../../lib/proxy/proxy-settings.ts')
  const { startProxy } = await import('../../../lib/proxy/start-proxy.ts')
  const chosen = { host: '127.0.0.1', port: 0 }
  const settings = await readProxySettings(toolkit.settings, chosen, process.env)
  const proxy = await startProxy(toolkit, settings, { onTrouble })
  try {
    return await act({ url: proxy.url, secret })
  } finally {
    await proxy.stop(0)
  }
}
