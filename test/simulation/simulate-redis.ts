// A run of several machines over the ledger in Redis, with faults of the network, restarts, failovers, crashes and
// partitions.

import { isDeepStrictEqual } from 'node:util'
import { stateToJson } from '../../src/lib/quota/log/checkpoint/checkpoint.ts'
import { parseEvent } from '../../src/lib/quota/log/parse-event.ts'
import { wait } from '../../src/lib/store/ledger/event-loop.ts'
import { TicketLedger } from '../../src/lib/store/ledger/ticket-ledger.ts'
import { RedisLink } from '../../src/lib/store/redis/link/redis-link.ts'
import { buildKeys } from '../../src/lib/store/redis/link/scripts.ts'
import { loadFold } from '../../src/lib/store/redis/log/log-client.ts'
import { RedisEventLog } from '../../src/lib/store/redis/log/redis-event-log.ts'
import { StreamFold, readTime } from '../../src/lib/store/redis/log/stream-fold.ts'
import type { Placed } from './judge.ts'
import { judgeLog } from './judge.ts'
import type { Entry } from './model-redis.ts'
import type { SimulatedServer } from './network.ts'
import { CALM, SimulatedNetwork } from './network.ts'
import type { SentRequest, Traffic } from './simulated-proxy.ts'
import { Records, SimulatedProxy, limitsNotice } from './simulated-proxy.ts'
import type { Excuses, RunReport } from './verdict.ts'
import { checkCharges, checkFree, checkWindows, parseWriter } from './verdict.ts'
import { SimulatedProcess, World } from './world.ts'

const keys = buildKeys('simulated')
const RUN_MS = 30_000
const CALM_MS = 15_000

interface Plan {
  processes: number
  servers: number
  ack: 'primary' | 'replica'
  isAlwaysPersistent: boolean
  /** Messages are late or lost. */
  hasNoise: boolean
  hasCrashes: boolean
  hasStops: boolean
  hasPauses: boolean
  hasRestarts: boolean
  /** A restart finds nothing on the disk. */
  hasDataLoss: boolean
  hasFailovers: boolean
  /** During a failover, some processes still reach the old primary. */
  hasSplitBrain: boolean
  hasCuts: boolean
  hasSkew: boolean
  traffic: Traffic
}

/** Entries that the primary lost. */
interface Loss {
  ids: Set<string>
  isFailover: boolean
  /** By the server's clock. */
  at: number
  /** The primary has no entry any more. */
  isWhole: boolean
}

export class RedisRun {
  readonly world: World
  readonly network: SimulatedNetwork
  readonly records = new Records()
  readonly story: string[] = []
  readonly plan: Plan
  readonly losses: Loss[] = []
  proxies: SimulatedProxy[] = []
  /** When each writer opened the ledger, by the server's clock. */
  readonly #openedAt = new Map<string, number>()
  #names = 0
  #isOver = false

  constructor(seed: number) {
    this.world = new World(seed)
    this.plan = drawPlan(this.world)
    this.world.now += this.world.between(75_000, 120_000)
    this.network = new SimulatedNetwork(this.world, this.plan.servers)
    for (const server of this.network.servers) {
      server.isAlwaysPersistent = this.plan.isAlwaysPersistent
      if (this.plan.hasSkew) server.skewMs = this.world.between(-3_000, 3_000)
    }
  }

  async run(): Promise<string[]> {
    await this.#begin()
    for (let count = 0; count < this.plan.processes; count += 1) this.startProxy()
    this.#planFaults()
    const end = this.world.now + RUN_MS
    await this.world.runUntil(end)
    const stops = this.proxies.map(({ process }) => process.stalledUntil)
    this.#calm()
    // The actions of a stopped process after its stop are already planned.
    await this.world.runUntil(Math.max(end, ...stops) + CALM_MS)
    return this.#check()
  }

  async #begin(): Promise<void> {
    const setup = new SimulatedProcess(this.world, 'setup')
    const ledger = await this.world.settled(this.#open(setup), 1_000, 'the first opening')
    const notices = Object.entries(this.plan.traffic.limits).map(([name, texts]) => limitsNotice(name, texts))
    await this.world.settled(ledger.record(notices), 1_000, 'the first record')
    await this.world.settled(ledger.close(), 1_000, 'the first close')
    await this.world.runUntil(this.world.now + 1_100) // it is on the disk and at the replica
    setup.kill()
  }

  startProxy(): void {
    const name = `proxy-${(this.#names += 1)}`
    const proxy = new SimulatedProxy(this.world, name, this.plan.traffic, this.records)
    this.proxies.push(proxy)
    if (this.#isOver) proxy.calm()
    proxy.start((process) => this.#openForTraffic(process))
  }

  /** A proxy records the limits that the log lacks before its first request. */
  async #openForTraffic(process: SimulatedProcess): Promise<TicketLedger> {
    const ledger = await this.#open(process)
    for (;;) {
      const missing = Object.entries(this.plan.traffic.limits)
        .filter(([name]) => (ledger.state.subjects.get(name)?.limits.length ?? 0) === 0)
        .map(([name, texts]) => limitsNotice(name, texts))
      if (missing.length === 0) return ledger
      await ledger.record(missing).catch(() => wait(process.loop, 200))
    }
  }

  async #open(process: SimulatedProcess): Promise<TicketLedger> {
    const { loop } = process
    const log = await RedisEventLog.open({
      link: this.#link(process),
      keys,
      ack: this.plan.ack,
      loop,
      writer: `${process.name}.${(this.#names += 1)}`,
      onProblem: (problem) => this.records.problems.push(`${process.name}: ${problem}`),
    })
    this.#openedAt.set(log.writer, this.network.moment(this.network.primary).now)
    return new TicketLedger(log, loop)
  }

  #link(process: SimulatedProcess): RedisLink {
    const connect = (timeoutMs: number) => this.network.connect(process, timeoutMs)
    return new RedisLink('redis://simulated', { loop: process.loop, connect })
  }

  #planFaults(): void {
    const { world, plan } = this
    const times = (count: number, action: () => void) => {
      for (let number = 0; number < count; number += 1) world.after(world.between(500, RUN_MS), action)
    }
    if (plan.hasNoise)
      this.network.faults = {
        lost: world.pick([0, 0.01, 0.05]),
        reset: world.pick([0, 0.02]),
        late: world.pick([0, 0.02]),
      }
    if (plan.hasCrashes) times(2, () => this.#crash())
    if (plan.hasStops) times(2, () => this.#stop())
    if (plan.hasPauses) times(2, () => this.#pause())
    if (plan.hasRestarts) times(world.between(1, 2), () => this.#restart())
    if (plan.hasFailovers) times(world.between(1, 2), () => this.#failOver())
    if (plan.hasCuts) times(2, () => this.#cut())
    if (plan.servers > 1) this.network.replicationLagMs = world.pick([3, 3, 400, 2_000])
  }

  /** All faults end. */
  #calm(): void {
    this.#isOver = true
    const { network } = this
    network.faults = CALM
    network.cut.clear()
    network.views.clear()
    network.isReplicationCut = false
    network.replicationLagMs = 3
    for (const server of network.servers) server.pausedUntil = 0
    for (const proxy of this.proxies) {
      proxy.process.stalledUntil = 0
      proxy.calm()
    }
    if (!this.proxies.some(({ process }) => process.isAlive)) this.startProxy()
    if (this.plan.servers > 1) this.network.demote(this.#oldPrimary())
    if (!network.primary.isUp) this.#startAgain(network.primary)
  }

  #oldPrimary(): SimulatedServer {
    return this.network.servers.find((server) => server !== this.network.primary)!
  }

  #living(): SimulatedProxy[] {
    return this.proxies.filter(({ process }) => process.isAlive)
  }

  #crash(): void {
    const living = this.#living()
    if (living.length === 0) return
    const victim = this.world.pick(living)
    this.tell(`${victim.process.name} is killed`)
    victim.kill()
    this.world.after(this.world.between(0, 1_000), () => this.startProxy())
  }

  #stop(): void {
    const living = this.#living()
    if (living.length === 0) return
    const { process } = this.world.pick(living)
    const ms = this.world.between(100, 15_000)
    process.stalledUntil = Math.max(process.stalledUntil, this.world.now + ms)
    this.tell(`${process.name} is stopped for ${ms} ms`)
  }

  #pause(): void {
    const { primary } = this.network
    primary.pausedUntil = this.world.now + this.world.between(100, 8_000)
    this.tell(`${primary.name} is paused for ${primary.pausedUntil - this.world.now} ms`)
  }

  #cut(): void {
    const living = this.#living()
    if (living.length === 0) return
    const { name } = this.world.pick(living).process
    const path = `${name} ${this.network.primary.name}`
    const ms = this.world.between(200, 15_000)
    this.network.cut.add(path)
    this.tell(`${path} is cut for ${ms} ms`)
    this.world.after(ms, () => this.network.cut.delete(path))
  }

  #restart(): void {
    const { primary } = this.network
    if (!primary.isUp || this.#isOver) return
    this.network.kill(primary)
    if (this.plan.hasDataLoss) primary.persisted = 0
    this.tell(
      `${primary.name} is killed; its disk has ${primary.persisted} of ${primary.store.effects.length} changes`,
    )
    this.world.after(this.world.between(50, 4_000), () => {
      if (!primary.isUp && primary === this.network.primary) this.#startAgain(primary)
    })
  }

  #startAgain(server: SimulatedServer): void {
    const before = server.store.data.journal
    this.network.restart(server)
    this.#noteLoss(before, server.store.data.journal, false)
    this.tell(`${server.name} starts again`)
  }

  #failOver(): void {
    const { network, world } = this
    if (!network.primary.hasReplica || this.#isOver) return
    const before = network.primary.store.data.journal
    const { from, to, lost } = network.failOver()
    this.#noteLoss(before, to.store.data.journal, true)
    if (this.plan.hasSplitBrain) {
      for (const { process } of this.#living()) if (world.isLikely(0.5)) network.views.set(process, from)
    } else network.kill(from)
    this.tell(
      `${from.name} fails over to ${to.name}, which lacks ${lost} changes; views: ${network.views.size}`,
    )
    world.after(world.between(500, 9_000), () => {
      if (network.primary !== to) return
      this.#noteLoss(from.store.data.journal, to.store.data.journal, true)
      network.views.clear()
      network.demote(from)
      this.tell(`${from.name} is a replica now`)
    })
  }

  #noteLoss(before: readonly Entry[], after: readonly Entry[], isFailover: boolean): void {
    const there = new Set(after)
    const ids = before.filter((entry) => !there.has(entry)).flatMap((entry) => reservationsIn(entry))
    const at = this.network.moment(this.network.primary).now
    this.losses.push({ ids: new Set(ids), isFailover, at, isWhole: after.length === 0 })
  }

  tell(line: string): void {
    this.story.push(`${((this.world.now % 3_600_000) / 1000).toFixed(3)} ${line}`)
  }

  async #check(): Promise<string[]> {
    const { world, records, network, plan } = this
    const living = this.proxies.filter((proxy) => proxy.isServing)
    const violations = [...records.strangeErrors]
    if (living.length === 0) return [...violations, 'no process could open the ledger']
    for (let round = 0; round < 2; round += 1)
      for (const { ledger } of living) await world.settled(ledger!.catchUp(), 3_000, 'catching up')
    const { journal } = network.primary.store.data
    const placed = toPlaced(journal)
    const ruling = judgeLog(placed, world.now)
    const excuses = this.#excuses(journal)
    violations.push(...checkCharges(ruling, records, excuses), ...this.#checkLate(excuses))
    violations.push(...(await this.#checkStates(living, journal)))
    if (!plan.traffic.hasChanges && !plan.hasSkew)
      violations.push(...checkWindows(records, plan.traffic, this.#excuseFirst(excuses)))
    for (const id of ruling.unlimited) violations.push(`${id} was granted while the log had no limits`)
    const [one] = living
    const { skewMs } = network.primary
    const [least, most] = [0, 1_000].map((ms) => judgeLog(placed, world.now + skewMs + ms).free)
    const checking = checkFree(one!, one!.ledger!, least!, most!)
    violations.push(...(await world.settled(checking, 5_000, 'the last requests')))
    return violations
  }

  /** Lost with a process that died; or appended again when the others were granted already. */
  #excuses(journal: readonly Entry[]): Excuses {
    const { losses, records, plan } = this
    const lost = new Map<string, boolean>()
    for (const { ids, isFailover } of losses)
      for (const id of ids) lost.set(id, isFailover && (lost.get(id) ?? true))
    const isSafe = (id: string) => plan.ack === 'replica' && lost.get(id) === true
    const mayBeLost = ({ id, writer }: { id: string; writer: string }) =>
      lost.has(id) && records.deadWriters.has(writer) && !isSafe(id)
    const late = findLate(journal, this.network.barriers)
    const uncounted = [...lost.keys()].filter(
      (id) => !isSafe(id) && (records.deadWriters.has(parseWriter(id)) || late.has(id)),
    )
    return { mayBeLost, uncounted: new Set(uncounted) }
  }

  /**
   * A process that opens an emptied store cannot know what others were granted. It counts alone until one of them calls,
   * which begins a grace.
   */
  #excuseFirst(excuses: Excuses): Excuses {
    const isFirst = ({ at, writer }: SentRequest) =>
      this.losses.some((loss) => {
        if (!loss.isWhole || at < loss.at || this.#openedAt.get(writer)! < loss.at) return false
        return !this.network.barriers.some(({ from }) => from >= loss.at && from <= at)
      })
    const first = [...this.records.sent.values()].filter(isFirst).map(({ id }) => id)
    return { ...excuses, uncounted: new Set([...excuses.uncounted, ...first]) }
  }

  /** A process that could reach the server appended its lost events in time. */
  #checkLate({ uncounted }: Excuses): string[] {
    const { hasNoise, hasStops, hasCuts, hasPauses, hasSplitBrain } = this.plan
    if (hasNoise || hasStops || hasCuts || hasPauses || hasSplitBrain) return []
    return [...uncounted]
      .filter((id) => !this.records.deadWriters.has(parseWriter(id)) && this.records.sent.has(id))
      .map((id) => `${id} was lost, and appended again after the grace`)
  }

  async #checkStates(living: SimulatedProxy[], journal: readonly Entry[]): Promise<string[]> {
    const whole = new StreamFold()
    for (const entry of journal) whole.foldLines(entry)
    const wanted = stateToJson(whole.state)
    const reader = new SimulatedProcess(this.world, 'reader')
    const loading = loadFold(this.#link(reader), keys, '')
    const { fold } = await this.world.settled(loading, 2_000, 'loading')
    const readings = living.map(({ ledger, process }) => [process.name, ledger!.state] as const)
    readings.push(['a reader from the checkpoint', fold.state])
    return readings.flatMap(([name, state]) =>
      isDeepStrictEqual(stateToJson(state), wanted) ? [] : [`${name} has another state than its log`],
    )
  }
}

function reservationsIn(entry: Entry): string[] {
  return entry[1][5].split('\n').flatMap((line) => {
    const event = parseEvent(line)
    return event?.type === 'reserve' ? [event.id] : []
  })
}

function toPlaced(journal: readonly Entry[]): Placed[] {
  return journal.flatMap(([id, fields]) =>
    fields[5].split('\n').flatMap((line) => {
      const event = parseEvent(line)
      return event === null ? [] : [{ event, at: readTime(id) }]
    }),
  )
}

/** Reservations that were appended again when the grace was over. */
function findLate(
  journal: readonly Entry[],
  barriers: readonly { from: number; until: number }[],
): Set<string> {
  const late = new Set<string>()
  for (const [id, fields] of journal) {
    const at = readTime(id)
    const barrier = barriers.findLast(({ from }) => from <= at)
    for (const line of fields[5].split('\n')) {
      const event = parseEvent(line)
      if (event?.type === 'reserve' && event.granted === true && at >= (barrier?.until ?? 0))
        late.add(event.id)
    }
  }
  return late
}

function drawPlan(world: World): Plan {
  const servers = world.pick([1, 2])
  const hasFailovers = servers > 1 && world.isLikely(0.7)
  return {
    processes: world.between(2, 4),
    servers,
    hasFailovers,
    ack: servers > 1 && world.isLikely(0.5) ? 'replica' : 'primary',
    isAlwaysPersistent: world.isLikely(0.3),
    hasNoise: world.isLikely(0.4),
    hasCrashes: world.isLikely(0.4),
    hasStops: world.isLikely(0.3),
    hasPauses: world.isLikely(0.3),
    hasRestarts: world.isLikely(0.4),
    hasDataLoss: world.isLikely(0.1),
    hasSplitBrain: hasFailovers && world.isLikely(0.4),
    hasCuts: world.isLikely(0.3),
    hasSkew: world.isLikely(0.2),
    traffic: {
      limits: { a: ['5/10s', '40/day'], b: ['9/20s', '3/2s'] },
      pauseMs: world.pick([150, 400, 1_000]),
      burst: world.pick([1, 3, 6]),
      hasChanges: world.isLikely(0.3),
    },
  }
}

/** Runs one seed over the ledger in Redis. */
export async function simulateRedis(seed: number): Promise<RunReport> {
  const run = new RedisRun(seed)
  const violations = await run.run().catch((error: Error) => [`the run failed: ${error.stack}`])
  const { records, world, story, plan } = run
  return {
    home: 'redis' as const,
    seed,
    story: [JSON.stringify(plan), ...story],
    violations,
    sent: records.sent.size,
    refused: records.refusals,
    errors: records.errors,
    steps: world.steps,
  }
}
