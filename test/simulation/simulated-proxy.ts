import type { Reservation } from '../../src/lib/quota/ledger.ts'
import { parseLimit } from '../../src/lib/quota/limit.ts'
import type { TicketLedger } from '../../src/lib/store/ledger/ticket-ledger.ts'
import type { World } from './world.ts'
import { SimulatedProcess } from './world.ts'

/** A request that an upstream got. */
export interface SentRequest {
  id: string
  account: string
  /** The ledger's time of its reservation. */
  at: number
  writer: string
  /** Its settlement returns it to some window. */
  isReturned: boolean
  isSettled: boolean
}

export interface Traffic {
  limits: Readonly<Record<string, readonly string[]>>
  /** Mean milliseconds between two bursts of one proxy. */
  pauseMs: number
  /** Requests of one burst. */
  burst: number
  /** Whether limits change and counters are reset. */
  hasChanges: boolean
}

/** The requests and results of all proxies of a run, as the upstream and the clients saw it. */
export class Records {
  readonly sent = new Map<string, SentRequest>()
  /** Writers that ended before they heard all results. */
  readonly deadWriters = new Set<string>()
  readonly problems: string[] = []
  refusals = 0
  errors = 0
  /** Errors other than those of the store. */
  readonly strangeErrors: string[] = []
}

/** A proxy without HTTP: it reserves, sends, settles and polls, with the real ledger. */
export class SimulatedProxy {
  readonly process: SimulatedProcess
  ledger: TicketLedger | null = null
  readonly #world: World
  readonly #traffic: Traffic
  readonly #records: Records
  #isQuiet = false

  constructor(world: World, name: string, traffic: Traffic, records: Records) {
    this.#world = world
    this.#traffic = traffic
    this.#records = records
    this.process = new SimulatedProcess(world, name)
  }

  get isServing(): boolean {
    return this.process.isAlive && this.ledger !== null
  }

  /** Opens the ledger, again after a failure. */
  start(open: (process: SimulatedProcess) => Promise<TicketLedger>): void {
    const attempt = () => {
      open(this.process).then(
        (ledger) => this.#serve(ledger),
        () => this.process.plan(200, attempt),
      )
    }
    this.process.plan(0, attempt)
  }

  kill(): void {
    if (this.ledger !== null) this.#records.deadWriters.add(this.ledger.log.writer)
    this.process.kill()
  }

  /** No traffic from now on; it polls and settles. */
  calm(): void {
    this.#isQuiet = true
  }

  #serve(ledger: TicketLedger): void {
    if (!this.process.isAlive) return
    this.ledger = ledger
    const poll = () => {
      ledger.refresh()
      this.process.plan(this.#world.between(200, 400), poll)
    }
    const serve = () => {
      if (this.#isQuiet) return
      this.#act(ledger)
      this.process.plan(this.#world.between(1, 2 * this.#traffic.pauseMs), serve)
    }
    this.process.plan(this.#world.between(0, 200), poll)
    this.process.plan(this.#world.between(0, this.#traffic.pauseMs), serve)
  }

  #act(ledger: TicketLedger): void {
    if (this.#traffic.hasChanges && this.#world.isLikely(0.04)) this.#change(ledger)
    const count = this.#world.between(1, this.#traffic.burst)
    for (let number = 0; number < count; number += 1)
      void this.request(ledger, this.#world.pick(Object.keys(this.#traffic.limits)))
  }

  /** Resolves to whether the request was sent; null: the store refused. */
  async request(ledger: TicketLedger, account: string): Promise<boolean | null> {
    let reservation: Reservation | null
    try {
      reservation = await ledger.reserve({ account })
    } catch (error) {
      this.#records.errors += 1
      const { code } = error as { code?: string }
      if (code !== 'store_unreachable' && code !== 'store_unwritable')
        this.#records.strangeErrors.push(String((error as Error).stack))
      return null
    }
    if (!this.process.isAlive) return null
    if (reservation === null) {
      this.#records.refusals += 1
      return false
    }
    this.#send(ledger, reservation)
    return true
  }

  #send(ledger: TicketLedger, reservation: Reservation): void {
    const { id, account, at } = reservation
    const request = { id, account, at, writer: ledger.log.writer, isReturned: false, isSettled: false }
    if (this.#records.sent.has(id)) this.#records.strangeErrors.push(`${id} was granted twice`)
    this.#records.sent.set(id, request)
    if (this.#world.isLikely(0.1)) return // its answer does not end during the run
    this.process.plan(this.#world.between(1, 2500), () => {
      const chance = this.#world.chance()
      request.isReturned = chance < 0.15
      request.isSettled = true
      const refunded = chance < 0.1 ? true : chance < 0.15 ? ('long-windows' as const) : undefined
      ledger.settle(reservation, {
        outcome: 'ok',
        inputTokens: 3,
        ...(refunded === undefined ? {} : { refunded }),
      })
    })
  }

  #change(ledger: TicketLedger): void {
    const [account, limits] = this.#world.pick(Object.entries(this.#traffic.limits))
    const ignore = () => undefined
    if (this.#world.isLikely(0.3)) ledger.record([{ type: 'reset', account }]).catch(ignore)
    else {
      const extra = this.#world.between(0, 3)
      ledger.record([limitsNotice(account, limits, extra)]).catch(ignore)
    }
  }
}

export function limitsNotice(account: string, texts: readonly string[], extra = 0) {
  const limits = texts.map((text) => {
    const { metric, window, max } = parseLimit(text)
    return { metric, window, max: max + extra, source: 'configured' as const }
  })
  return { type: 'limits' as const, account, limits }
}
