import type { BatchInput } from '../input/batch-input.ts'

const END = 0xffffffff
/** A closed lane is tested with one line this often, because an account may become available earlier. */
const TEST_EVERY_MS = 60_000

interface LaneState {
  /** The first row that was not handed out yet, and the last of the list. */
  next: number
  last: number
  /** Returned rows: they were not sent, or must be sent again. */
  returned: number[]
  /** Epoch milliseconds: no account is available until then; 0: the lane is open. */
  closedUntil: number
  /** When one line may test the closed lane. */
  testAt: number
  reason: string | null
}

/** When a closed lane opens, when it may be tested before, and what it waits for. */
export interface Opening {
  at: number
  testAt: number
  reason: string | null
}

/**
 * Hands out the rows of a batch, the earliest first. Rows of one lane need the same accounts. If none of these is
 * available, the lane closes until a stated time, and the other lanes continue.
 */
export class Lanes {
  readonly #lanes: LaneState[]
  /** The next row of the same lane; null: there is one lane, and the next wanted row is its next. */
  readonly #after: Uint32Array | null
  /** A bit for each row that this run sends. */
  readonly #wanted: Uint8Array
  readonly #count: number
  readonly #laneOf: (row: number) => number
  left = 0

  /** `isWanted`: whether this run sends the row. */
  constructor(input: Pick<BatchInput, 'count' | 'lanes' | 'findLane'>, isWanted: (row: number) => boolean) {
    this.#laneOf = (row) => input.findLane(row)
    this.#lanes = input.lanes.map(() => ({
      next: END,
      last: END,
      returned: [],
      closedUntil: 0,
      testAt: Infinity,
      reason: null,
    }))
    this.#count = input.count
    this.#wanted = new Uint8Array(Math.ceil(input.count / 8))
    this.#after = input.lanes.length > 1 ? new Uint32Array(input.count).fill(END) : null
    for (let row = 0; row < input.count; row += 1) {
      if (!isWanted(row)) continue
      const lane = this.#lanes[input.findLane(row)]!
      if (lane.last === END) lane.next = row
      else if (this.#after !== null) this.#after[lane.last] = row
      lane.last = row
      this.#wanted[row >> 3]! |= 1 << (row & 7)
      this.left += 1
    }
  }

  /** Takes the earliest row of the open lanes; null: there is none now. */
  take(now: number): number | null {
    let best: LaneState | null = null
    let row = END
    for (const lane of this.#lanes) {
      if (lane.closedUntil > now && lane.testAt > now) continue
      const first = lane.returned[0] ?? lane.next
      if (first >= row) continue
      best = lane
      row = first
    }
    if (best === null) return null
    if (best.closedUntil > now) best.testAt = Infinity // one line tests it
    if (best.returned.length > 0) best.returned.shift()
    else best.next = this.#findNext(row)
    this.left -= 1
    return row
  }

  #findNext(row: number): number {
    if (this.#after !== null) return this.#after[row]!
    for (let next = row + 1; next < this.#count; next += 1)
      if ((this.#wanted[next >> 3]! & (1 << (next & 7))) !== 0) return next
    return END
  }

  /** Takes a row back: it was not sent. */
  giveBack(row: number): void {
    const { returned } = this.#lanes[this.#laneOf(row)]!
    const at = returned.findIndex((other) => other > row)
    returned.splice(at < 0 ? returned.length : at, 0, row)
    this.left += 1
  }

  /** Closes the lane of a row until then. */
  close(row: number, { until, now, reason }: { until: number; now: number; reason: string }): void {
    const lane = this.#lanes[this.#laneOf(row)]!
    lane.closedUntil = until
    lane.testAt = now + TEST_EVERY_MS
    lane.reason = reason
  }

  /** Opens the lane of a row: an account has answered. */
  open(row: number): void {
    const lane = this.#lanes[this.#laneOf(row)]!
    lane.closedUntil = 0
    lane.reason = null
  }

  /** The closed lane with rows that opens first; null: there is none. */
  opening(now: number): Opening | null {
    let first: LaneState | null = null
    for (const lane of this.#lanes) {
      if (lane.closedUntil <= now || (lane.returned.length === 0 && lane.next === END)) continue
      if (first === null || lane.closedUntil < first.closedUntil) first = lane
    }
    return first === null ? null : { at: first.closedUntil, testAt: first.testAt, reason: first.reason }
  }
}
