// A run of several processes of one machine over the ledger in files. The disk has faults; processes crash; power and
// clocks fail.

import { isDeepStrictEqual } from 'node:util'
import { constants } from 'node:fs'
import { formatDay } from '../../src/lib/base/iso-time.ts'
import { closes } from '../../src/lib/quota/log/events.ts'
import { stateToJson } from '../../src/lib/quota/log/checkpoint/checkpoint.ts'
import { parseEvent } from '../../src/lib/quota/log/parse-event.ts'
import { resolveHome } from '../../src/lib/store/home.ts'
import { FileEventLog } from '../../src/lib/store/ledger/files/file-event-log.ts'
import { LedgerReader, dayPath, listLedgerDays } from '../../src/lib/store/ledger/files/ledger-reader.ts'
import type { CheckpointPace } from '../../src/lib/store/ledger/files/ledger-checkpoints.ts'
import type { MachineClock } from '../../src/lib/store/ledger/machine-clock.ts'
import { TicketLedger } from '../../src/lib/store/ledger/ticket-ledger.ts'
import type { Placed } from './judge.ts'
import { judgeLog } from './judge.ts'
import { MemoryDisk, NO_FAULTS } from './memory-disk.ts'
import type { Traffic } from './simulated-proxy.ts'
import { Records, SimulatedProxy, limitsNotice } from './simulated-proxy.ts'
import type { Excuses, RunReport } from './verdict.ts'
import { checkCharges, checkFree, checkWindows } from './verdict.ts'
import { SimulatedProcess, World } from './world.ts'

/** A place where no real file can be. */
const home = resolveHome({ QWENCTL_HOME: '/dev/null/simulated' })
const RUN_MS = 25_000
/** Within this time without faults, all requests end and all processes append what they owe. */
const CALM_MS = 8_000
/** A setting of `interval` may lose the appends of a second, and of the sync under way. */
const MOST_UNSYNCED_MS = 1_100

/** The dimensions of a run. Each is drawn from the seed. */
interface Plan {
  processes: number
  sync: 'interval' | 'always' | 'off'
  hasDiskFaults: boolean
  hasCrashes: boolean
  hasPowerCut: boolean
  /** Clocks are wrong and step; else processes may be stopped for a while. */
  hasWrongClocks: boolean
  traffic: Traffic
  checkpoints: CheckpointPace
}

export class FileRun {
  readonly world: World
  readonly disk: MemoryDisk
  readonly records = new Records()
  readonly story: string[] = []
  readonly plan: Plan
  proxies: SimulatedProxy[] = []
  #boot = 1
  #bootedAt: number
  #cutAt: number | null = null
  #names = 0
  #isOver = false

  constructor(seed: number) {
    this.world = new World(seed)
    this.disk = new MemoryDisk(this.world)
    this.plan = drawPlan(this.world)
    this.world.now += this.world.between(90_000, 125_000)
    this.#bootedAt = this.world.now - 60_000
  }

  async run(): Promise<string[]> {
    await this.#begin()
    for (let count = 0; count < this.plan.processes; count += 1) this.startProxy()
    this.#planFaults()
    const end = this.world.now + RUN_MS
    await this.world.runUntil(end)
    if (!this.proxies.some(({ process }) => process.isAlive)) this.startProxy(0)
    this.disk.faults = NO_FAULTS
    this.#isOver = true
    for (const proxy of this.proxies) proxy.calm()
    await this.world.runUntil(Math.max(end, this.#lastStop()) + CALM_MS)
    return this.#check()
  }

  /** The first process has the right clock: the time of the ledger is known from then on. */
  async #begin(): Promise<void> {
    const setup = new SimulatedProcess(this.world, 'setup')
    const disk = this.disk.for(setup)
    const day = formatDay(this.world.now)
    disk.close(disk.open(dayPath(home, day), constants.O_RDWR | constants.O_CREAT))
    disk.syncFolder(home.ledgerFolder)
    const ledger = this.#open(setup, 0)
    const notices = Object.entries(this.plan.traffic.limits).map(([name, texts]) => limitsNotice(name, texts))
    await this.world.settled(ledger.record(notices), 1000, 'the first record')
    await this.world.settled(ledger.close(), 1000, 'the first close')
    // The judge knows the use of a limit from its begin, so the limits outlive every power cut.
    const fd = disk.open(dayPath(home, formatDay(this.world.now)), constants.O_RDWR)
    disk.sync(fd)
    disk.close(fd)
  }

  startProxy(errorMs = this.#drawError()): SimulatedProxy {
    const proxy = new SimulatedProxy(
      this.world,
      `proxy-${(this.#names += 1)}`,
      this.plan.traffic,
      this.records,
    )
    this.proxies.push(proxy)
    if (this.#isOver) proxy.calm()
    proxy.start(async (process) => this.#open(process, errorMs))
    return proxy
  }

  #open(process: SimulatedProcess, errorMs: number): TicketLedger {
    const { world } = this
    const { isLikely, between } = { isLikely: world.isLikely.bind(world), between: world.between.bind(world) }
    let error = errorMs
    let [checkedAt, stepsAt] = [0, world.now + between(0, 2 * RUN_MS)]
    const wall = () => {
      const mayStep = this.plan.hasWrongClocks && !this.#isOver && world.now >= stepsAt
      if (mayStep && checkedAt !== world.now && isLikely(0.5)) {
        error = this.#drawError()
        stepsAt = world.now + between(2_000, 2 * RUN_MS)
      }
      checkedAt = world.now
      return world.now + error
    }
    const boot = this.#boot
    const bootedAt = this.#bootedAt
    const machine: MachineClock = {
      wall,
      steady: () => process.loop.steady(),
      read: () => ({
        boot: `boot-${boot}`,
        uptime: world.now - bootedAt,
        time: Math.floor(world.now / 1000) * 1000,
      }),
    }
    const log = new FileEventLog(home, {
      clock: wall,
      machine,
      sync: this.plan.sync,
      disk: this.disk.for(process),
      loop: process.loop,
      writer: `${process.name}.${(this.#names += 1)}`,
      isAlive: (writer) => this.proxies.some((one) => one.isServing && one.ledger?.log.writer === writer),
      onProblem: (problem) => this.records.problems.push(problem),
      checkpoints: this.plan.checkpoints,
    })
    return new TicketLedger(log, process.loop)
  }

  #drawError(): number {
    if (!this.plan.hasWrongClocks) return 0
    return this.world.pick([0, 0, 3_600_000, -3_600_000, 2 * 365 * 86_400_000, -3 * 86_400_000, 400_000])
  }

  #planFaults(): void {
    const { world, plan } = this
    const some = () => world.between(500, RUN_MS)
    if (plan.hasDiskFaults) world.after(some(), () => this.#breakDisk())
    else this.disk.faults = { ...NO_FAULTS, interleave: 0.2 }
    for (let count = 0; plan.hasCrashes && count < 3; count += 1) world.after(some(), () => this.#crash())
    if (plan.hasPowerCut) world.after(some(), () => this.#cutPower())
    for (let count = 0; !plan.hasWrongClocks && count < 3; count += 1)
      world.after(some(), () => this.#stall())
  }

  #breakDisk(): void {
    const rate = () => this.world.pick([0, 0, 0.05, 0.3])
    const { world } = this
    this.disk.faults = {
      shortWrite: rate(),
      failedWrite: rate(),
      failedSync: rate(),
      failedRead: rate() / 4,
      tornWrite: world.pick([0, 0, 0.02]),
      interleave: 0.2,
    }
    this.story.push(`the disk fails: ${JSON.stringify(this.disk.faults)}`)
    world.after(world.between(200, 8_000), () => {
      if (!this.#isOver) this.disk.faults = { ...NO_FAULTS, interleave: 0.2 }
    })
    this.#replaceDead()
  }

  #replaceDead(): void {
    this.world.after(500, () => {
      if (this.#isOver) return
      const living = this.proxies.filter(({ process }) => process.isAlive).length
      for (let count = living; count < this.plan.processes; count += 1) this.startProxy()
      if (this.world.isLikely(0.7)) this.#replaceDead()
    })
  }

  #crash(): void {
    const living = this.proxies.filter(({ process }) => process.isAlive)
    if (living.length === 0) return
    const victim = this.world.pick(living)
    this.story.push(`${victim.process.name} is killed`)
    victim.kill()
    this.world.after(this.world.between(0, 1_000), () => this.startProxy())
  }

  #stall(): void {
    const living = this.proxies.filter(({ process }) => process.isAlive)
    if (living.length === 0) return
    const victim = this.world.pick(living)
    const ms = this.world.between(50, 12_000)
    victim.process.stalledUntil = Math.max(victim.process.stalledUntil, this.world.now + ms)
    this.story.push(`${victim.process.name} is stopped for ${ms} ms`)
  }

  /** When the last stopped process continues: until then it cannot write what it owes. */
  #lastStop(): number {
    return Math.max(0, ...this.proxies.map(({ process }) => (process.isAlive ? process.stalledUntil : 0)))
  }

  #cutPower(): void {
    this.story.push(`the power fails at ${new Date(this.world.now).toISOString()}`)
    for (const proxy of this.proxies) proxy.kill()
    this.disk.cutPower()
    this.#cutAt = this.world.now
    this.#boot += 1
    this.#bootedAt = this.world.now
    for (let count = 0; count < this.plan.processes; count += 1)
      this.world.after(1_000 + count, () => this.startProxy(count === 0 ? 0 : this.#drawError()))
  }

  async #check(): Promise<string[]> {
    const living = this.proxies.filter((proxy) => proxy.isServing)
    const violations = [...this.records.strangeErrors]
    for (const proxy of this.proxies) if (!proxy.process.isAlive) proxy.kill() // one that died in a write
    if (living.length === 0) return [...violations, 'no process could open the ledger']
    for (const { ledger } of living) {
      await this.world.settled(ledger!.catchUp(), 3_000, 'catching up')
    }
    await this.world.runUntil(this.world.now + 50)
    const placed = this.#journal()
    const ruling = judgeLog(placed, this.world.now)
    const excuses: Excuses = { mayBeLost: (request) => this.#mayBeLost(request.at), uncounted: new Set() }
    violations.push(...checkCharges(ruling, this.records, excuses), ...this.#checkStates(living))
    const { traffic } = this.plan
    const losesCounts = this.#cutAt !== null && this.plan.sync !== 'always'
    if (!traffic.hasChanges && !losesCounts) violations.push(...checkWindows(this.records, traffic, excuses))
    const [one] = living
    // Charges may leave their window during the check.
    const { free: most } = judgeLog(placed, this.world.now + 1_000)
    const checking = checkFree(one!, one!.ledger!, ruling.free, most)
    violations.push(...(await this.world.settled(checking, 5_000, 'the last requests')))
    return violations
  }

  /** Only a power cut loses appends, and none that the setting promises to keep. */
  #mayBeLost(at: number): boolean {
    if (this.#cutAt === null || this.plan.sync === 'always') return false
    if (this.plan.sync === 'off' || this.plan.hasDiskFaults || this.plan.hasWrongClocks)
      return at <= this.#cutAt
    return (
      at <= this.#cutAt &&
      at >
        this.#cutAt - MOST_UNSYNCED_MS - 12_000 * Number(this.story.some((line) => line.includes('stopped')))
    )
  }

  /** All processes, and a reader without a checkpoint, have the same state. */
  #checkStates(living: SimulatedProxy[]): string[] {
    const reader = new SimulatedProcess(this.world, 'reader')
    const host = { disk: this.disk.for(reader), loop: reader.loop }
    const fromCheckpoint = new LedgerReader(home, 'read', { host })
    fromCheckpoint.load()
    this.disk.remove(home.countersFile)
    const whole = new LedgerReader(home, 'read', { host })
    whole.load()
    const wanted = stateToJson(whole.state)
    const readings = [...living.map(({ ledger, process }) => [process.name, ledger!.state] as const)]
    readings.push(['a reader from the checkpoint', fromCheckpoint.state])
    return readings.flatMap(([name, state]) =>
      isDeepStrictEqual(stateToJson(state), wanted) ? [] : [`${name} has another state than its log`],
    )
  }

  /** The events in their order: of each day up to its close, if it has one. */
  #journal(): Placed[] {
    const placed: Placed[] = []
    const hasStops = !this.plan.hasWrongClocks
    for (let day: string | null = this.#firstDay(); day !== null;) {
      const path = dayPath(home, day)
      const text = this.disk.text(path)
      let next: string | null = null
      let offset = 0
      for (const line of text.split('\n').slice(0, -1)) {
        const event = parseEvent(line)
        const start = offset
        offset += Buffer.byteLength(line) + 1
        if (event === null || next !== null) continue
        if (event.type === 'close' && closes(event, day)) next = event.next
        placed.push({ event, at: hasStops ? Date.parse(event.at) : this.#writtenAt(path, start) })
      }
      const days = listLedgerDays(home, this.disk.for(new SimulatedProcess(this.world, 'lister')))
      day = next ?? days.find((later) => later > day!) ?? null // a power cut may remove a close
    }
    return placed
  }

  #firstDay(): string {
    return this.disk.writes[0]!.path.slice(-17, -7)
  }

  #writtenAt(path: string, offset: number): number {
    const write = this.disk.writes.findLast(
      (one) => one.path === path && offset >= one.from && offset < one.from + one.length,
    )
    return write?.at ?? 0
  }
}

function drawPlan(world: World): Plan {
  const hasWrongClocks = world.isLikely(0.35)
  return {
    processes: world.between(1, 4),
    sync: world.pick(['interval', 'interval', 'always', 'off']),
    hasDiskFaults: world.isLikely(0.5),
    hasCrashes: world.isLikely(0.6),
    // A wrong clock that is the first after a start knows the time to a second only: too little for this judge.
    hasPowerCut: !hasWrongClocks && world.isLikely(0.25),
    hasWrongClocks,
    traffic: {
      limits: hasWrongClocks
        ? { a: ['5/10s'], b: ['9/20s', '3/2s'] }
        : { a: ['5/10s', '30/day'], b: ['9/20s', '3/2s'] },
      pauseMs: world.pick([60, 200, 600]),
      burst: world.pick([1, 3, 8]),
      hasChanges: world.isLikely(0.3),
    },
    // Most are written in the middle of the traffic, in several turns.
    checkpoints: {
      events: world.pick([20, 100, 5_000]),
      ageMs: 30_000,
      pieceBytes: world.pick([1, 600, 65_536]),
    },
  }
}

/** Runs one seed over the ledger in files. */
export async function simulateFiles(seed: number): Promise<RunReport> {
  const run = new FileRun(seed)
  const violations = await run.run().catch((error: Error) => [`the run failed: ${error.stack}`])
  const { records, world, story, plan } = run
  return {
    home: 'files' as const,
    seed,
    story: [JSON.stringify(plan), ...story],
    violations,
    sent: records.sent.size,
    refused: records.refusals,
    errors: records.errors,
    steps: world.steps,
  }
}
