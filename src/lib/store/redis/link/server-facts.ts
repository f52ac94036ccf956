import { QwenctlError } from '../../../base/errors.ts'
import type { StoreLink } from './redis-link.ts'
import type { StoreKeys } from './scripts.ts'
import { SERVER_FACTS } from './scripts.ts'

export interface ServerFacts {
  version: string
  /** `noeviction`, or how the server removes keys when its memory is full. */
  evictionPolicy: string
  role: string
  replicas: number
  aof: boolean
  /** Snapshots are on, or one was made. */
  lastSaveFailed: boolean
  usedMemory: number
  /** Epoch milliseconds by the server's clock. */
  time: number
}

/** `MINID` and exclusive ranges of streams came with 6.2 (redis.io/commands/xtrim, read 2026-11-29). */
const OLDEST_VERSION = [6, 2] as const

/** Throws `store_unreachable`. */
export async function readServerFacts(link: StoreLink, keys: StoreKeys): Promise<ServerFacts> {
  const reply = (await link.run(SERVER_FACTS, [keys.meta], [])) as [
    string,
    string,
    string,
    string,
    number,
    number,
  ]
  const info = reply.slice(0, 4).join('\n')
  const value = (name: string) => new RegExp(`^${name}:(.*?)\\r?$`, 'm').exec(info)?.[1] ?? ''
  return {
    version: value('redis_version'),
    evictionPolicy: value('maxmemory_policy'),
    role: value('role'),
    replicas: Number(value('connected_slaves')),
    aof: value('aof_enabled') === '1',
    lastSaveFailed: value('rdb_last_bgsave_status') === 'err' || value('aof_last_write_status') === 'err',
    usedMemory: Number(value('used_memory')),
    time: reply[5],
  }
}

/** Why the server must not hold a store, with the fix; null: it may. */
export function serverProblem(facts: ServerFacts): { problem: string; hint: string } | null {
  const [major = 0, minor = 0] = facts.version.split('.').map(Number)
  if (major < OLDEST_VERSION[0] || (major === OLDEST_VERSION[0] && minor < OLDEST_VERSION[1]))
    return { problem: `it is Redis ${facts.version}`, hint: 'use Redis 6.2 or later, or Valkey' }
  if (facts.role !== 'master')
    return { problem: 'it is a replica', hint: 'name the primary, or use redis+sentinel://' }
  if (facts.evictionPolicy !== 'noeviction')
    return {
      problem: `it removes keys when its memory is full (maxmemory-policy ${facts.evictionPolicy})`,
      hint: 'use a Redis of its own with CONFIG SET maxmemory-policy noeviction',
    }
  return null
}

/** Throws `store_unreachable` for a server that must not hold a store. */
export async function checkServer(link: StoreLink, keys: StoreKeys): Promise<ServerFacts> {
  const facts = await readServerFacts(link, keys)
  const found = serverProblem(facts)
  if (found === null) return facts
  throw new QwenctlError('store_unreachable', `the store ${link.shown} cannot be used: ${found.problem}`, {
    hint: found.hint,
  })
}
