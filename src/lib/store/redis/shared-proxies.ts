import type { SharedStore } from './shared-store.ts'
import { EXCHANGE_PROXIES } from './link/scripts.ts'

/** A proxy that was not heard of for this long is gone. */
export const PROXY_ALIVE_MS = 20_000

/**
 * Writes the record of one proxy (empty text: removes it; null: only reads), and returns those of all proxies. The
 * server's clock decides which ones are alive. Throws `store_unreachable`.
 */
export async function exchangeProxies(
  store: Pick<SharedStore, 'link' | 'keys'>,
  own: { id: string; text: string } | null,
): Promise<string[]> {
  const { link, keys } = store
  const args = [own?.id ?? '', own?.text ?? '', String(PROXY_ALIVE_MS)]
  return (await link.run(EXCHANGE_PROXIES, [keys.proxies], args)) as string[]
}
