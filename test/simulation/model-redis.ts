// A model of the part of Redis that the ledger uses. `model-redis.test.ts` compares it with a real server.

import type { Script } from '../../src/lib/store/redis/link/redis-link.ts'
import { APPEND, KEEP_CHECKPOINT, REPLICATION } from '../../src/lib/store/redis/link/scripts.ts'

export type Entry = [id: string, fields: ['w', string, 'n', string, 'e', string]]

/** The client makes errors of this class from the server's error replies. */
export class ErrorReply extends Error {}

/** The contents of the keys of one home. */
export class Dataset {
  stream: Entry[] = []
  /** All entries ever, also trimmed ones. */
  journal: Entry[] = []
  lastId: [number, number] = [0, 0]
  readonly strings = new Map<string, { text: string; until: number }>()
  readonly hashes = new Map<string, Map<string, string>>()
  readonly sorted = new Map<string, Map<string, number>>()

  hash(key: string): Map<string, string> {
    let hash = this.hashes.get(key)
    if (hash === undefined) this.hashes.set(key, (hash = new Map<string, string>()))
    return hash
  }

  sortedSet(key: string): Map<string, number> {
    let set = this.sorted.get(key)
    if (set === undefined) this.sorted.set(key, (set = new Map<string, number>()))
    return set
  }
}

/** A change of the data, as the server sends it to replicas and writes it to its file. */
export type Effect = (data: Dataset) => void

/** The data of a server, with the changes that led to it: replicas and restarts have a beginning of them. */
export class Store {
  readonly data = new Dataset()
  readonly effects: Effect[] = []

  change(effect: Effect): void {
    this.effects.push(effect)
    effect(this.data)
  }

  /** A store with the first `count` changes. */
  upTo(count: number): Store {
    const store = new Store()
    for (const effect of this.effects.slice(0, count)) store.change(effect)
    return store
  }
}

export interface Moment {
  /** Epoch milliseconds by the server's clock. */
  now: number
  /** The time of a new entry, where the server's clock has moved on within the call. */
  entryTime?: number
  /** The replication id: a restart and a failover change it. */
  history: string
  /** The positions of the replicas. */
  replicas: readonly number[]
}

/** Runs one command on a primary. Throws an `ErrorReply`. */
export function runCommand(store: Store, args: readonly string[], moment: Moment): unknown {
  const [name = '', key = '', ...rest] = args
  const run = commands[name.toUpperCase()]
  if (run === undefined) throw new ErrorReply(`ERR unknown command '${name}'`)
  return run({ store, key, rest, moment })
}

interface Call {
  store: Store
  key: string
  rest: string[]
  moment: Moment
}

const commands: Record<string, (call: Call) => unknown> = {
  PING: () => 'PONG',
  HGET: ({ store, key, rest }) => store.data.hashes.get(key)?.get(rest[0]!) ?? null,
  DEL: ({ store, key }) => {
    const { stream, strings, hashes, sorted } = store.data
    const isThere = key.endsWith(':log')
      ? stream.length > 0
      : [strings, hashes, sorted].some((map) => map.has(key))
    store.change((data) => {
      if (key.endsWith(':log')) data.stream = []
      for (const map of [data.strings, data.hashes, data.sorted]) map.delete(key)
    })
    return isThere ? 1 : 0
  },
  SET: ({ store, key, rest, moment }) => setString(store, key, rest, moment.now),
  ZINCRBY: ({ store, key, rest: [by, member] }) => {
    const score = (store.data.sorted.get(key)?.get(member!) ?? 0) + Number(by)
    store.change((data) => void data.sortedSet(key).set(member!, score))
    return String(score)
  },
}

/** `SET key text NX PX ms` */
function setString(store: Store, key: string, [text, , , ms]: string[], now: number): string | null {
  const present = store.data.strings.get(key)
  if (present !== undefined && present.until > now) return null
  store.change((data) => void data.strings.set(key, { text: text!, until: now + Number(ms) }))
  return 'OK'
}

/** Runs one of the ledger's scripts. */
export function runScript(
  store: Store,
  script: Script,
  { keys, args, moment }: { keys: string[]; args: string[]; moment: Moment },
): unknown {
  if (script === APPEND) return append(store, keys, args, moment)
  if (script === KEEP_CHECKPOINT) return keepCheckpoint(store, keys, args, moment)
  if (script === REPLICATION) return [runId(moment), store.effects.length, Math.max(-1, ...moment.replicas)]
  throw new ErrorReply('ERR no such script in the model')
}

function runId({ history }: Moment): string {
  return history
}

function append(store: Store, keys: string[], args: string[], moment: Moment): unknown {
  const [, writers = '', meta = '', alive = '', checkpoint = ''] = keys
  const [writer = '', numberText = '', cursor = '', mark = '', lines = '', kind = '', grace = ''] = args
  const [most, heartbeat, acknowledged] = args.slice(7)
  const { now } = moment
  const run = runId(moment)
  const found = store.data.hashes.get(meta)
  let barrier = Math.min(Number(found?.get('until') ?? '0'), now + Number(grace))
  const known = found?.get('run')
  if (known !== run) {
    if (known !== undefined || cursor !== '0-0') barrier = now + Number(grace)
    const until = String(barrier)
    store.change((data) => void data.hash(meta).set('run', run).set('until', until))
  }
  const beginGrace = () => {
    if (now < barrier + 60_000) return
    barrier = now + Number(grace)
    const until = String(barrier)
    store.change((data) => void data.hash(meta).set('until', until))
  }
  let living: string[] = []
  if (heartbeat === '1') {
    store.change((data) => void data.sortedSet(alive).set(writer, now))
    living = [...store.data.sortedSet(alive)]
      .filter(([, at]) => at >= now - 15_000)
      .sort(([one, at], [other, otherAt]) => at - otherAt || (one < other ? -1 : 1))
      .map(([name]) => name)
  }
  const documents = Number(found?.get('docs') ?? '0')
  const last = Number(store.data.hashes.get(writers)?.get(writer) ?? '0')
  const answer = (status: string, entries: unknown) => [
    ...[status, run, Math.max(0, barrier - now), now, documents, entries, living, last],
  ]
  if (cursor !== '0-0' && mark !== '*') {
    const at = store.data.stream.find(([id]) => id === cursor)
    if (at === undefined || `${at[1][1]} ${at[1][3]}` !== mark) {
      if (isBefore(store.data.hashes.get(checkpoint)?.get('id') ?? '0-0', cursor)) beginGrace()
      return answer('DIVERGED', [])
    }
  } else if (cursor === '0-0' && store.data.stream.length === 0 && store.data.hashes.has(writers))
    beginGrace()
  if (kind !== 'again' && Number(acknowledged) > last) return answer('GAP', [])
  const number = Number(numberText)
  let added = ''
  if (number > last) {
    if (kind === 'reserve' && now < barrier) return answer('BARRIER', [])
    store.change((data) => {
      const time = moment.entryTime ?? now
      data.lastId = time > data.lastId[0] ? [time, 0] : [data.lastId[0], data.lastId[1] + 1]
      const entry: Entry = [data.lastId.join('-'), ['w', writer, 'n', numberText, 'e', lines]]
      data.stream.push(entry)
      data.journal.push(entry)
      added = entry[0]
      data.hash(writers).set(writer, numberText)
    })
  }
  const entries = store.data.stream.filter(([id]) => isBefore(cursor, id)).slice(0, Number(most))
  const withoutOwnLines = ([id, fields]: Entry): Entry =>
    id === added ? [id, ['w', writer, 'n', fields[3], 'e', '']] : [id, fields]
  return answer('OK', entries.map(withoutOwnLines))
}

function keepCheckpoint(store: Store, keys: string[], args: string[], { now }: Moment): number {
  const [checkpoint = '', , writers = '', alive = '', history = ''] = keys
  const [id = '', text = '', keptMs = '', keptWriterMs = '', mark = '', ...days] = args
  const present = store.data.hashes.get(checkpoint)?.get('id')
  if (present !== undefined && !isBefore(present, id)) return 0
  const at = store.data.stream.find(([entry]) => entry === id)
  if (at === undefined || `${at[1][1]} ${at[1][3]}` !== mark) return 0
  const oldest = `${Math.max(0, now - Number(keptMs))}-0`
  const from = isBefore(oldest, id) ? oldest : id
  const old = [...store.data.sortedSet(alive)].filter(([, score]) => score <= now - Number(keptWriterMs))
  store.change((data) => {
    for (let index = 0; index < days.length; index += 2)
      if (data.hashes.get(history)?.has(days[index]!) !== true)
        data.hash(history).set(days[index]!, days[index + 1]!)
    data.hash(checkpoint).set('id', id).set('text', text)
    data.stream = data.stream.filter(([entry]) => !isBefore(entry, from))
    for (const [writer] of old) {
      data.sortedSet(alive).delete(writer)
      data.hash(writers).delete(writer)
    }
  })
  return 1
}

/** Whether an id of a stream comes before another. */
function isBefore(one: string, other: string): boolean {
  const [ms = 0, count = 0] = one.split('-').map(Number)
  const [otherMs = 0, otherCount = 0] = other.split('-').map(Number)
  return ms === otherMs ? count < otherCount : ms < otherMs
}
