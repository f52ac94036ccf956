import type { RedisConnection } from '../../src/lib/store/redis/link/redis-connection.ts'
import type { Script } from '../../src/lib/store/redis/link/redis-link.ts'
import { APPEND, KEEP_CHECKPOINT, REPLICATION } from '../../src/lib/store/redis/link/scripts.ts'
import type { Moment } from './model-redis.ts'
import { ErrorReply, Store, runCommand, runScript } from './model-redis.ts'
import type { SimulatedProcess, World } from './world.ts'

const scripts = [APPEND, KEEP_CHECKPOINT, REPLICATION]

/** A Redis server of the simulated network. */
export class SimulatedServer {
  readonly name: string
  store = new Store()
  isUp = true
  /** `appendfsync always` */
  isAlwaysPersistent = false
  role: 'primary' | 'replica' = 'primary'
  history = ''
  /** The changes that a restart finds on the disk. */
  persisted = 0
  /** Changes that the replica of this server has received. */
  replicated = 0
  hasReplica = false
  pausedUntil = 0
  /** The server's clock less the true time. */
  skewMs = 0
  readonly loaded = new Set<string>()
  readonly connections = new Set<SimulatedConnection>()

  constructor(name: string) {
    this.name = name
  }
}

/** How often messages are late or lost. */
export interface NetworkFaults {
  /** A message is never delivered, and the connection hangs. */
  lost: number
  /** The connection breaks; the command may have run. */
  reset: number
  /** A delay of up to some seconds. */
  late: number
}

export const CALM: NetworkFaults = { lost: 0, reset: 0, late: 0 }

/** The servers, the paths to them, and their failures. */
export class SimulatedNetwork {
  readonly world: World
  readonly servers: SimulatedServer[]
  faults: NetworkFaults = CALM
  /** The server that new connections reach. */
  primary: SimulatedServer
  /** Processes that still find an old primary. */
  readonly views = new Map<SimulatedProcess, SimulatedServer>()
  /** Cut paths. */
  readonly cut = new Set<string>()
  replicationLagMs = 3
  isReplicationCut = false
  /** Every grace period, by the servers' clocks. */
  readonly barriers: { from: number; until: number }[] = []
  #runs = 0

  constructor(world: World, servers: number) {
    this.world = world
    this.servers = Array.from({ length: servers }, (_, index) => new SimulatedServer(`redis-${index + 1}`))
    this.primary = this.servers[0]!
    for (const server of this.servers) this.#startRun(server)
    for (const server of this.servers.slice(1)) server.role = 'replica'
    this.primary.hasReplica = servers > 1
  }

  connect(process: SimulatedProcess, timeoutMs: number): Promise<RedisConnection> {
    const server = this.views.get(process) ?? this.primary
    return new Promise((resolve, reject) => {
      const ms = this.#latency()
      if (this.isCut(process, server))
        return void process.loop.later(timeoutMs, () => reject(new Error('no connection')))
      process.loop.later(ms * 2, () => {
        if (!server.isUp) reject(Object.assign(new Error('refused'), { code: 'ECONNREFUSED' }))
        else if (server.role === 'replica' && this.views.get(process) === undefined)
          reject(new Error('no primary'))
        else resolve(new SimulatedConnection(this, process, server))
      })
    })
  }

  isCut(process: SimulatedProcess, server: SimulatedServer): boolean {
    return this.cut.has(`${process.name} ${server.name}`)
  }

  /** Milliseconds to the other side. */
  #latency(): number {
    if (this.faults.late > 0 && this.world.isLikely(this.faults.late)) return this.world.between(100, 7_000)
    return this.world.between(0, 3)
  }

  latency(): number {
    return this.#latency()
  }

  moment(server: SimulatedServer): Moment {
    const { history, hasReplica, replicated } = server
    const now = this.world.now + server.skewMs
    return { now, history, replicas: hasReplica ? [replicated] : [] }
  }

  /** Runs a command at a server; then its changes go to the replica and the disk. */
  execute(server: SimulatedServer, args: readonly string[]): unknown {
    if (server.role === 'replica')
      throw new ErrorReply("READONLY You can't write against a read only replica.")
    const before = server.store.effects.length
    const [name, sha, count, ...rest] = args
    if (name !== 'EVALSHA' && name !== 'EVAL') {
      const reply = runCommand(server.store, args, this.moment(server))
      this.#spread(server, before)
      return reply
    }
    const script = scripts.find((one) => (name === 'EVAL' ? one.source === sha : one.sha === sha))
    if (name === 'EVAL') server.loaded.add(script!.sha)
    else if (!server.loaded.has(sha!)) throw new ErrorReply('NOSCRIPT No matching script.')
    const [keys, argv] = [rest.slice(0, Number(count)), rest.slice(Number(count))]
    const reply = runScript(server.store, script as Script, { keys, args: argv, moment: this.moment(server) })
    const until = Number(server.store.data.hashes.get(keys[2] ?? '')?.get('until') ?? '0')
    if (script === APPEND && until > 0 && this.barriers.at(-1)?.until !== until)
      this.barriers.push({ from: this.moment(server).now, until })
    this.#spread(server, before)
    return reply
  }

  #spread(server: SimulatedServer, before: number): void {
    const count = server.store.effects.length
    if (count === before) return
    const { history } = server
    const isSame = () => server.history === history
    if (server.isAlwaysPersistent) server.persisted = count
    else
      this.world.after(this.world.between(0, 1_000), () => {
        if (isSame() && server.isUp) server.persisted = Math.max(server.persisted, count)
      })
    this.#replicate(server, count, isSame)
  }

  #replicate(server: SimulatedServer, count: number, isSame: () => boolean): void {
    if (!server.hasReplica) return
    const lag = this.replicationLagMs
    this.world.after(this.world.between(0, lag), () => {
      if (!isSame() || !server.isUp) return
      if (this.isReplicationCut)
        return void this.world.after(100, () => this.#replicate(server, count, isSame))
      server.replicated = Math.max(server.replicated, count)
    })
  }

  #startRun(server: SimulatedServer): void {
    this.#runs += 1
    server.history = `history${this.#runs}`
    server.loaded.clear()
  }

  breakConnections(server: SimulatedServer): void {
    for (const connection of [...server.connections]) connection.break('the server closed the connection')
  }

  /** As `kill -9`: the machine stays, so connections break at once. */
  kill(server: SimulatedServer): void {
    server.isUp = false
    this.breakConnections(server)
  }

  /** After a kill, with what was on the disk. */
  restart(server: SimulatedServer): void {
    server.store = server.store.upTo(server.persisted)
    this.#startRun(server)
    server.replicated = server.hasReplica ? server.store.effects.length : 0
    server.isUp = true
  }

  /**
   * Makes the replica of the primary the new primary. The old one stays a primary for those that reach it, until
   * `demote`.
   */
  failOver(): { from: SimulatedServer; to: SimulatedServer; lost: number } {
    const from = this.primary
    const to = this.servers.find((server) => server !== from)!
    const lost = from.store.effects.length - from.replicated
    to.store = from.store.upTo(from.replicated)
    to.role = 'primary'
    to.isUp = true
    to.persisted = to.store.effects.length
    this.#runs += 1
    to.history = `history${this.#runs}`
    to.loaded.clear()
    to.hasReplica = false
    from.hasReplica = false
    this.primary = to
    return { from, to, lost }
  }

  /** The old primary becomes a replica: it drops its own data and its clients. */
  demote(server: SimulatedServer): void {
    if (server === this.primary) return
    server.role = 'replica'
    server.isUp = true
    this.breakConnections(server)
    this.primary.hasReplica = true
    this.primary.replicated = this.primary.store.effects.length
  }
}

/** A connection: commands arrive in their order, and so do the replies. */
export class SimulatedConnection implements RedisConnection {
  readonly #network: SimulatedNetwork
  readonly #process: SimulatedProcess
  readonly #server: SimulatedServer
  readonly #waiting = new Set<(error: Error) => void>()
  #arrivesAt = 0
  #repliesAt = 0
  #isBroken = false
  /** The changes of the server after the last write of this connection. */
  #written = 0

  constructor(network: SimulatedNetwork, process: SimulatedProcess, server: SimulatedServer) {
    this.#network = network
    this.#process = process
    this.#server = server
    server.connections.add(this)
  }

  send(_key: string, args: readonly string[]): Promise<unknown> {
    const { world, faults } = this.#network
    return new Promise((resolve, reject) => {
      if (this.#isBroken) return reject(new Error('the connection is closed'))
      if (!this.#process.isAlive) return
      this.#waiting.add(reject)
      const done = (settle: () => void) => {
        this.#waiting.delete(reject)
        settle()
      }
      if (world.isLikely(faults.lost)) return // the way there
      this.#arrivesAt = Math.max(this.#arrivesAt, world.now + this.#network.latency())
      this.#deliver(args, (reply, isError) => {
        if (world.isLikely(faults.lost)) return // the way back
        if (world.isLikely(faults.reset)) return this.break('reset')
        this.#repliesAt = Math.max(this.#repliesAt, world.now + this.#network.latency())
        world.at(
          this.#repliesAt,
          () => {
            if (!this.#isBroken) done(() => (isError ? reject(reply) : resolve(reply)))
          },
          this.#process,
        )
      })
    })
  }

  /** A message on its way arrives even if its sender is gone. */
  #deliver(args: readonly string[], answer: (reply: unknown, isError: boolean) => void): void {
    const { world } = this.#network
    world.at(this.#arrivesAt, () => {
      const server = this.#server
      if (!server.isUp || this.#network.isCut(this.#process, server)) return
      if (server.pausedUntil > world.now) {
        this.#arrivesAt = Math.max(this.#arrivesAt, server.pausedUntil)
        return this.#deliver(args, answer)
      }
      if (args[0] === 'WAIT') return this.#waitForReplicas(Number(args[2]), answer)
      const before = server.store.effects.length
      let reply: unknown
      let isError = false
      try {
        reply = this.#network.execute(server, args)
      } catch (error) {
        reply = error
        isError = true
      }
      if (server.store.effects.length > before) this.#written = server.store.effects.length
      answer(reply, isError)
    })
  }

  #waitForReplicas(timeoutMs: number, answer: (reply: unknown, isError: boolean) => void): void {
    const { world } = this.#network
    const server = this.#server
    const end = world.now + timeoutMs
    const look = () => {
      if (!server.isUp || server.role !== 'primary') return
      const has = server.hasReplica && server.replicated >= this.#written
      if (has || world.now >= end) answer(has ? 1 : 0, false)
      else world.after(2, look)
    }
    look()
  }

  break(reason: string): void {
    if (this.#isBroken) return
    this.#isBroken = true
    this.#server.connections.delete(this)
    for (const reject of this.#waiting) this.#process.loop.later(0, () => reject(new Error(reason)))
    this.#waiting.clear()
  }

  close(): void {
    this.break('closed')
  }
}
