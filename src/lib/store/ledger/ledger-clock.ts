import { isoTime } from '../../base/iso-time.ts'
import type { ClockEvent } from '../../quota/log/events.ts'
import { timeAt } from '../../quota/log/shift-time.ts'
import type { LedgerState } from '../../quota/log/state.ts'
import type { MachineClock, MachineTime } from './machine-clock.ts'
import { systemClock } from './machine-clock.ts'
import { isWriterAlive } from './writer.ts'

/** Clocks this near are one: it is what reading two of them one after the other may differ by, on a busy machine. */
const SAME_MS = 250
/** The machine's own clock is known to a second. */
const CONFIRMED_MS = 1500

export interface LedgerClockParts {
  /** What the process takes the time for, epoch milliseconds. */
  clock: () => number
  /** Null: there is nothing to hold the clock against. */
  machine: MachineClock | null
  /** Of this process's events. */
  writer: string
  isAlive?: (writer: string) => boolean
}

/**
 * The ledger's time in one process. Between two events it is what the machine's uptime says, so that a clock that is wrong
 * or steps moves no window; which time of day that is, the `clock` events say. See decision 0021.
 */
export class LedgerClock {
  /** Milliseconds from the clock of this process to the ledger's time. */
  correction = 0
  readonly #parts: LedgerClockParts
  #reference: LedgerState['reference'] | undefined
  #base = Number.NaN
  #hasStepped = false

  constructor(parts: LedgerClockParts) {
    this.#parts = parts
  }

  /** The ledger's time as of `state`, which never runs backwards between two `clock` events. */
  now(state: LedgerState): number {
    return Math.max(this.reading(), state.now)
  }

  /** The ledger's time by this process alone. */
  reading(): number {
    return this.#parts.clock() + this.correction
  }

  /** The event with which a person sets a ledger right that is ahead, where nothing but the clock tells the time. */
  setByPerson(state: LedgerState): ClockEvent | null {
    const at = this.reading()
    if (at > state.now - SAME_MS) return null
    return { type: 'clock', at: isoTime(at), boot: '', uptime: 0, writer: this.#parts.writer }
  }

  /** Holds the clock against the ledger's. Answers the event that sets the ledger right, where that is due. */
  check(state: LedgerState): ClockEvent | null {
    const { machine } = this.#parts
    if (machine === null) return null
    const base = machine.wall() - machine.steady()
    const hasStepped = Math.abs(base - this.#base) > SAME_MS
    if (state.reference === this.#reference && !hasStepped) return null
    this.#hasStepped = hasStepped && !Number.isNaN(this.#base)
    this.#base = base
    const time = machine.read()
    const event = time === null ? null : this.#compare(state, time, machine.wall())
    this.#reference = event === null ? state.reference : undefined // until it is in the ledger, it stays due
    return event
  }

  #compare(state: LedgerState, machine: MachineTime, own: number): ClockEvent | null {
    const { reference } = state
    const isConfirmed = machine.time !== null && Math.abs(own - machine.time) <= CONFIRMED_MS
    const here = timeAt(reference, machine)
    this.correction = 0
    if (reference === null || here === null) {
      // The first of this run of the machine: elapsed time is what the better clock says.
      const at = reference?.confirmed === true && !isConfirmed ? (machine.time ?? own) : own
      this.correction = at - own
      return this.#event(at, machine, isConfirmed || reference?.confirmed === true)
    }
    if (Math.abs(own - here) <= SAME_MS) {
      return isConfirmed && !reference.confirmed ? this.#event(own, machine, true) : null
    }
    if (isConfirmed) return this.#event(own, machine, true)
    if (!reference.confirmed && this.#isBetter(reference.writer, own - here))
      return this.#event(own, machine, false)
    this.correction = here - own
    return null
  }

  /** Of two clocks that nothing confirms: the one that did not step, then the earlier one, as long as both are in use. */
  #isBetter(other: string, aheadMs: number): boolean {
    const { writer, isAlive = isWriterAlive } = this.#parts
    if (other === writer || !isAlive(other)) return true
    return aheadMs < 0 && !this.#hasStepped
  }

  #event(at: number, { boot, uptime }: MachineTime, isConfirmed: boolean): ClockEvent {
    const confirmed = isConfirmed ? { confirmed: true as const } : {}
    return { type: 'clock', at: isoTime(at), boot, uptime, writer: this.#parts.writer, ...confirmed }
  }
}

/** A clock that is passed in alone is held against nothing. */
export function newClock(
  { clock = Date.now, machine }: { clock?: () => number; machine?: MachineClock | null },
  writer: string,
): LedgerClock {
  const isOwn = clock === Date.now
  return new LedgerClock({
    clock,
    machine: machine === undefined && isOwn ? systemClock : (machine ?? null),
    writer,
  })
}
