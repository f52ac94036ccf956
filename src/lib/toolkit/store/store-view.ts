import { isQwenctlError, readMessage } from '../../base/errors.ts'
import type { Check } from '../doctor/check.ts'
import { check } from '../doctor/check.ts'
import type { Home } from '../../store/home.ts'
import { readServerFacts, serverProblem } from '../../store/redis/link/server-facts.ts'
import type { ServerFacts } from '../../store/redis/link/server-facts.ts'
import type { SharedStore } from '../../store/redis/shared-store.ts'
import { openStore } from '../../store/redis/open-store.ts'

const DAY_MS = 86_400_000

export interface StoreView {
  kind: 'files' | 'redis'
  /** The data folder, or the URL without its password. */
  place: string
  prefix: string | null
  ack: 'primary' | 'replica' | null
  /** Processes of all machines with a heartbeat in the last 15 seconds; null: not known. */
  processes: number | null
  server: { version: string; replicas: number; aof: boolean; usedMemoryBytes: number } | null
}

/** Throws `store_unreachable`. */
export async function showStore(home: Home): Promise<StoreView> {
  const store = await openStore(home)
  if (store === null)
    return { kind: 'files', place: home.dataFolder, prefix: null, ack: null, processes: null, server: null }
  const facts = await readServerFacts(store.link, store.keys)
  const { version, replicas, aof, usedMemory } = facts
  return {
    kind: 'redis',
    place: store.link.shown,
    prefix: store.place.prefix,
    ack: store.place.ack,
    processes: (await store.livingWriters()).size,
    server: { version, replicas, aof, usedMemoryBytes: usedMemory },
  }
}

/** Checks the store. Returns faults as results, and never throws for a store that cannot be used. */
export async function checkStore(home: Home): Promise<Check[]> {
  try {
    const store = await openStore(home)
    if (store === null)
      return [check('store', 'store', { status: 'ok', detail: `the files in ${home.dataFolder}` })]
    const facts = await readServerFacts(store.link, store.keys)
    return [usable(store, facts), persistence(facts), replication(store, facts), await contents(store)]
  } catch (error) {
    const fix = isQwenctlError(error) ? error.hint : null
    return [check('store', 'store', { status: 'fail', detail: readMessage(error), fix })]
  }
}

function usable({ link }: SharedStore, facts: ServerFacts): Check {
  const found = serverProblem(facts)
  if (found === null)
    return check('store', 'store', { status: 'ok', detail: `${link.shown} answers (Redis ${facts.version})` })
  const detail = `${link.shown} cannot be used: ${found.problem}`
  return check('store', 'store', { status: 'fail', detail, fix: found.hint })
}

function persistence({ aof, lastSaveFailed }: ServerFacts): Check {
  const [id, title] = ['store-persistence', 'store on disk']
  if (lastSaveFailed)
    return check(id, title, {
      status: 'fail',
      detail: 'the last write of Redis to its disk failed',
      fix: 'make room on the disk of Redis',
    })
  if (aof) return check(id, title, { status: 'ok', detail: 'the append-only file is on' })
  return check(id, title, {
    status: 'warn',
    detail: 'the append-only file is off: a restart of Redis loses accounts and counts',
    fix: 'set appendonly yes in the configuration of Redis',
  })
}

function replication({ place }: SharedStore, { replicas }: ServerFacts): Check {
  const [id, title] = ['store-replication', 'store replicas']
  if (replicas > 0) return check(id, title, { status: 'ok', detail: `replicas: ${replicas}` })
  if (place.ack === 'replica')
    return check(id, title, {
      status: 'fail',
      detail: 'there is no replica, and store.ack is replica: nothing is granted',
      fix: 'connect a replica, or qwenctl config set store.ack primary',
    })
  return check(id, title, {
    status: 'warn',
    detail: 'there is no replica: while this Redis is away, nothing is granted',
    fix: 'connect a replica, with Sentinel for the failover',
  })
}

async function contents(store: SharedStore): Promise<Check> {
  const { state, problems } = await store.readLedger()
  const [id, title] = ['store-log', 'store log']
  const [problem] = problems
  if (problem !== undefined) return check(id, title, { status: 'warn', detail: problem })
  const { lost } = state
  if (lost === null || state.now - lost.at > DAY_MS)
    return check(id, title, { status: 'ok', detail: `events folded: ${state.sequence}` })
  return check(id, title, { status: 'warn', detail: `${lost.what}; counts from before may be missing` })
}
