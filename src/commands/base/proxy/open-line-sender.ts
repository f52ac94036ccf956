import type { LineSender } from '../../../lib/toolkit/batch/line-sender.ts'
import type { Toolkit } from '../../../lib/toolkit/toolkit.ts'

/**
 * Opens the pool for the duration of `act`, without a running proxy. Accounts and ledger are the usual ones. Lines
 * have no conversation, so the strategy spreads them.
 */
export async function withLineSender<Result>(
  toolkit: Toolkit,
  { user, onTrouble }: { user: string; onTrouble: (message: string) => void },
  act: (send: LineSender) => Promise<Result>,
): Promise<Result> {
  const { readProxySettings } = await import('../../../lib/proxy/proxy-settings.ts')
  const { startProxy } = await import('../../../lib/proxy/start-proxy.ts')
  const chosen = { host: '127.0.0.1', port: 0, user }
  const settings = await readProxySettings(toolkit.settings, chosen, process.env)
  const proxy = await startProxy(toolkit, { ...settings, affinity: false }, { onTrouble })
  try {
    return await act(proxy.send)
  } finally {
    await proxy.stop(0)
  }
}
