import { hostname } from 'node:os'
import type { Home } from '../store/home.ts'
import { PROXY_ALIVE_MS, exchangeProxies } from '../store/redis/shared-proxies.ts'
import { openStore } from '../store/redis/open-store.ts'
import { readRunFiles } from '../store/run-files.ts'
import type { ProxyStanding, ProxyView } from './proxies.ts'

/** Three calls may fail before the other machines miss a proxy. */
const ANNOUNCE_MS = PROXY_ALIVE_MS / 4

/** A proxy of this process that the other machines of the store see. */
export interface Announcement {
  /** Says that the proxy accepts no new requests. */
  drain(): void
  /** Resolves when the other machines no longer see it, or the store does not answer. */
  stop(): Promise<void>
}

/**
 * Announces a proxy in the shared store until `stop`. Does nothing when the files of the home are the store. While
 * the store does not answer, the proxy itself reports it.
 */
export function announceProxy(home: Home, view: () => ProxyView): Announcement {
  let state: ProxyStanding['state'] = 'serving'
  const machine = hostname()
  const say = async (isGone = false) => {
    const store = await openStore(home)
    if (store === null) return clearInterval(timer)
    const proxy = view()
    const text = isGone ? '' : JSON.stringify({ ...proxy, args: undefined, machine, state })
    await exchangeProxies(store, { id: identify({ ...proxy, machine }), text })
  }
  const sayQuietly = () => void say().catch(() => undefined)
  const timer = setInterval(sayQuietly, ANNOUNCE_MS).unref()
  sayQuietly()
  return {
    drain() {
      state = 'draining'
      sayQuietly()
    },
    async stop() {
      clearInterval(timer)
      await say(true).catch(() => undefined)
    },
  }
}

/**
 * The proxies of other homes that share the store, on all machines, as they last said; empty: the files of the home are
 * the store. Throws `store_unreachable`.
 */
export async function listElsewhere(home: Home): Promise<ProxyStanding[]> {
  const store = await openStore(home)
  if (store === null) return []
  await store.ready()
  const own = new Set(readRunFiles(home).map((proxy) => identify({ ...proxy, machine: hostname() })))
  const texts = await exchangeProxies(store, null)
  return texts
    .map((text) => JSON.parse(text) as ProxyStanding)
    .filter((proxy) => !own.has(identify(proxy)))
    .sort((one, other) => one.startedAt.localeCompare(other.startedAt))
}

/** Distinguishes the proxies of a store. */
function identify({ machine, pid, startedAt }: Pick<ProxyStanding, 'machine' | 'pid' | 'startedAt'>): string {
  return `${machine} ${pid} ${startedAt}`
}
