import { formatTime } from '../../base/iso-time.ts'
import type { ClockEvent } from '../../quota/log/events.ts'
import { timeAt } from '../../quota/log/shift-time.ts'
import type { LedgerState } from '../../quota/log/state.ts'
import type { MachineClock, MachineTime } from './machine-clock.ts'
import { systemClock } from './machine-clock.ts'
import { isWriterAlive } from './files/writer.ts'

/** Clocks within this distance agree: two readings in succession may differ by that much on a busy machine. */
const SAME_MS = 250
/** The machine's own clock is known to a second. */
const CONFIRMED_MS = 1500
/** A forward step of the machine's own clock above this is time that its uptime missed. */
const MISSED_MS = 60_000

export interface LedgerClockParts {
  /** The time according to the process's own clock, in epoch milliseconds. */
  clock: () => number
  /** Null: there is no clock to compare with. */
  machine: MachineClock | null
  /** The writer id of this process's events. */
  writer: string
  isAlive?: (writer: string) => boolean
  /**
   * Whether another process of this run of the machine follows another time, or did until it was killed. `began`: the
   * time of day when the run began, by the clock of this process. Missing: unknown, as if one did.
   */
  isContradicted?: (began: number) => boolean
}

/**
 * The ledger's time in one process. Between two events, the machine's uptime measures it, so a wrong or stepping
 * clock moves no window. The `clock` events map it to the time of day. See decision 0021.
 */
export class LedgerClock {
  /** Milliseconds from this process's clock to the ledger's time. */
  correction = 0
  /** The machine's own clock does not confirm this one, so another process may correct the ledger at any time. */
  mayBeWrong = false
  /** The time of day when this run of the machine began, by the time that this process follows; null: unknown. */
  began: number | null = null
  readonly #parts: LedgerClockParts
  #reference: LedgerState['reference'] | undefined
  #base = Number.NaN
  #hasStepped = false
  /** The sequence of the ledger that this process found. */
  #found: number | null = null

  constructor(parts: LedgerClockParts) {
    this.#parts = parts
  }

  /** The ledger's time as of `state`, which never runs backwards between two `clock` events. */
  now(state: LedgerState): number {
    return Math.max(this.reading(), state.now)
  }

  /** The ledger's time according to this process alone. */
  reading(): number {
    return this.#parts.clock() + this.correction
  }

  /** `began` by the process's own clock. */
  readBegan(): number | null {
    const { machine } = this.#parts
    const time = machine?.read() ?? null
    return machine === null || time === null ? null : machine.wall() - time.uptime
  }

  /**
   * The event by which a person corrects a ledger that is ahead. Needed where the clock is the only source of time.
   * A clock of this process that has just stepped is not a ledger that is ahead.
   */
  setByPerson(state: LedgerState): ClockEvent | null {
    const due = this.check(state)
    if (due !== null) return due
    const at = this.reading()
    if (at > state.now - SAME_MS) return null
    return { type: 'clock', at: formatTime(at), boot: '', uptime: 0, writer: this.#parts.writer }
  }

  /** Compares the clock with the ledger's. Returns the event that corrects the ledger, when one is due. */
  check(state: LedgerState): ClockEvent | null {
    const { machine } = this.#parts
    if (machine === null) return null
    const base = machine.wall() - machine.steady()
    const hasStepped = Math.abs(base - this.#base) > SAME_MS
    if (state.reference === this.#reference && !hasStepped) return null
    this.#hasStepped = hasStepped && !Number.isNaN(this.#base)
    this.#base = base
    this.#found ??= state.sequence
    const [time, own] = [machine.read(), machine.wall()]
    const event = time === null ? null : this.#compare(state, time, own)
    if (time !== null) this.began = own + this.correction - time.uptime
    this.#reference = event === null ? state.reference : undefined // the event stays due until the ledger has it
    return event
  }

  #compare(state: LedgerState, machine: MachineTime, own: number): ClockEvent | null {
    const { reference } = state
    const isConfirmed = machine.time !== null && Math.abs(own - machine.time) <= CONFIRMED_MS
    const here = timeAt(reference, machine)
    this.mayBeWrong = !isConfirmed
    this.correction = 0
    if (reference === null || here === null) return this.#begin(reference, machine, { own, isConfirmed })
    const aheadMs = own - here
    if (Math.abs(aheadMs) <= SAME_MS) {
      return isConfirmed && !reference.confirmed ? this.#event(own, machine, true) : null
    }
    if (isConfirmed) return this.#event(own, machine, true, reference.confirmed && aheadMs > MISSED_MS)
    if (aheadMs > 0 && this.#isAlone(state, own - machine.uptime))
      return this.#event(own, machine, false, true)
    if (!reference.confirmed && this.#isBetter(reference.writer, aheadMs))
      return this.#event(own, machine, false)
    this.correction = -aheadMs
    return null
  }

  /** The first event of this run of the machine: the better clock gives the elapsed time. */
  #begin(
    reference: LedgerState['reference'],
    machine: MachineTime,
    { own, isConfirmed }: { own: number; isConfirmed: boolean },
  ): ClockEvent {
    const wasConfirmed = reference?.confirmed === true
    const at = wasConfirmed && !isConfirmed ? (machine.time ?? own) : own
    this.correction = at - own
    return this.#event(at, machine, isConfirmed || wasConfirmed)
  }

  /**
   * Whether this process has just begun, after all others ended in order. Then none measured the time, and its own
   * clock says how much has passed.
   */
  #isAlone(state: LedgerState, began: number): boolean {
    if (this.#hasStepped || state.sequence !== this.#found) return false
    return this.#parts.isContradicted?.(began) === false
  }

  /**
   * Chooses between two unconfirmed clocks: the one that did not step, then the earlier one, while both are in use.
   */
  #isBetter(other: string, aheadMs: number): boolean {
    const { writer, isAlive = isWriterAlive } = this.#parts
    if (other === writer || !isAlive(other)) return true
    return aheadMs < 0 && !this.#hasStepped
  }

  #event(at: number, { boot, uptime }: MachineTime, isConfirmed: boolean, hasPassed = false): ClockEvent {
    const confirmed = isConfirmed ? { confirmed: true as const } : {}
    const passed = hasPassed ? { passed: true as const } : {}
    return {
      type: 'clock',
      at: formatTime(at),
      boot,
      uptime,
      writer: this.#parts.writer,
      ...confirmed,
      ...passed,
    }
  }
}

/** A clock passed in alone is not compared with another. */
export function makeClock(
  { clock = Date.now, machine, isAlive, isContradicted }: Partial<Omit<LedgerClockParts, 'writer'>>,
  writer: string,
): LedgerClock {
  const isOwn = clock === Date.now
  return new LedgerClock({
    clock,
    machine: machine === undefined && isOwn ? systemClock : (machine ?? null),
    writer,
    ...(isAlive === undefined ? {} : { isAlive }),
    ...(isContradicted === undefined ? {} : { isContradicted }),
  })
}
