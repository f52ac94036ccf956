import { formatTime } from '../../base/iso-time.ts'
import { RunningIds } from '../../base/running-ids.ts'
import type {
  Ledger,
  Notice,
  Reservation,
  ReservationListener,
  ReservationRequest,
  Settlement,
  SlotClaim,
} from '../../quota/ledger.ts'
import type { LedgerEvent, ReserveEvent } from '../../quota/log/events.ts'
import { settleEvent } from '../../quota/log/settle-event.ts'
import type { LedgerState } from '../../quota/log/state.ts'
import { hasRoom } from '../../quota/standing.ts'
import type { EventLoop } from './event-loop.ts'
import { systemLoop } from './event-loop.ts'
import type { EventLog, PendingEvent, PendingQueue } from './event-log.ts'

/** Settlements that wait for a log that cannot be written; above this number, the oldest stay "outcome unknown". */
const MAX_WAITING_EVENTS = 100_000

/**
 * The ticket rule over any event log: a reservation is appended, and its place in the order decides it. Events of
 * one turn of the event loop share one append. See `docs/internals/ledger.md`.
 */
export class TicketLedger<Log extends EventLog = EventLog> implements Ledger {
  readonly log: Log
  readonly #ids: RunningIds
  readonly #loop: EventLoop
  #waiting: PendingEvent[] = []
  #isAppendPlanned = false

  constructor(log: Log, loop = systemLoop) {
    this.log = log
    this.#loop = loop
    this.#ids = new RunningIds(log.writer)
    log.attach(this.#queue())
    this.#append() // the log's own events come first
  }

  get state(): LedgerState {
    return this.log.state
  }

  get problems(): readonly string[] {
    return this.log.problems
  }

  now(): number {
    return this.log.now()
  }

  /** Never throws: a fault of the log is reported once, and the next append fails with it. */
  refresh(): void {
    this.log.refresh()
    this.log.prepare(this.#waiting)
    if (this.log.isOwing || this.#waiting.length > 0) this.#planAppend()
  }

  reserve(claim: ReservationRequest): Promise<Reservation | null> {
    return new Promise((claimed, failed) => {
      if (!this.tryReserve(claim, { onReserved: claimed, onFailed: failed })) claimed(null)
    })
  }

  tryReserve(claim: ReservationRequest, listener: ReservationListener): boolean {
    const { account, also, keep, hold, model, probe } = claim
    const now = this.now()
    const { subjects } = this.state
    if (
      !hasRoom(subjects.get(account), now, model, claim) ||
      also?.every((subject) => hasRoom(subjects.get(subject), now, null, { hold })) === false
    ) {
      return false // in the present state of the log, the reservation would be refused: skip the event
    }
    const id = this.#ids.next()
    const event: ReserveEvent = { type: 'reserve', id, account, at: formatTime(now) }
    if (also !== undefined && also.length > 0) event.also = also
    if (keep !== undefined && keep > 0) event.keep = keep
    if (hold !== undefined) event.hold = hold
    if (model !== undefined) event.model = model
    if (probe !== undefined) event.probe = probe
    this.#enqueue({ event, reservation: { id, account, at: now }, listener })
    return true
  }

  settle(reservation: Reservation, settlement: Settlement): void {
    const event = settleEvent(reservation.id, formatTime(this.now()), settlement)
    this.#enqueue({ event, reservation: null, listener: null })
  }

  claimSlot(claim: SlotClaim): Promise<string | null> {
    const [id, at] = [this.#ids.next(), this.now()]
    const event: LedgerEvent = { type: 'slot', id, at: formatTime(at), ...claim }
    const reservation = { id, account: claim.account, at }
    return new Promise((resolve, onFailed) => {
      const onReserved = (run: Reservation | null) => resolve(run === null ? null : run.id)
      this.#enqueue({ event, reservation, listener: { onReserved, onFailed } })
    })
  }

  record(notices: Notice[]): Promise<void> {
    const isReset = notices.some(({ type }) => type === 'reset')
    const setting = isReset ? this.log.setTimeByPerson() : null
    if (setting !== null) this.#enqueue({ event: setting, reservation: null, listener: null })
    const at = setting === null ? formatTime(this.now()) : setting.at
    const written = notices.map(
      (notice) =>
        new Promise<Reservation | null>((claimed, failed) =>
          this.#enqueue({
            event: { ...notice, at },
            reservation: null,
            listener: { onReserved: claimed, onFailed: failed },
          }),
        ),
    )
    return Promise.all(written).then(() => undefined)
  }

  async catchUp(): Promise<void> {
    this.refresh()
    await this.log.catchUp()
  }

  async close(): Promise<void> {
    if (this.log.isBusy) await this.log.catchUp()
    this.#append()
    await this.log.close()
  }

  #queue(): PendingQueue {
    return {
      keep: (events) => void (this.#waiting = [...events, ...this.#waiting].slice(-MAX_WAITING_EVENTS)),
      add: (event) => void this.#waiting.push(event),
      planAppend: () => this.#planAppend(),
      append: () => this.#append(),
    }
  }

  #enqueue(pending: PendingEvent): void {
    this.#waiting.push(pending)
    this.#planAppend()
  }

  #planAppend(): void {
    if (this.#isAppendPlanned) return
    this.#isAppendPlanned = true
    // Runs after the sockets of this turn were read: all their reservations share one append.
    this.#loop.soon(() => this.#append())
  }

  #append(): void {
    this.#isAppendPlanned = false
    if (this.log.isBusy) return
    this.log.prepare(this.#waiting)
    if (this.#waiting.length === 0 && !this.log.isOwing) return
    const batch = this.#waiting
    this.#waiting = []
    this.log.append(batch)
  }
}
