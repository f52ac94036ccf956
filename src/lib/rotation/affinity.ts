import { hashText, mix } from '../base/text/hash-text.ts'
import type { Member } from './pool/member.ts'
import type { Session } from './rotation-request.ts'

/** Up to this many members, a session weighs each one; more members use a ring. */
const MOST_WEIGHED = 64
/** Weights from the inverse of this value up to it never make two draws equal. */
const MOST_EXACT = 1e9
/** Places on the ring per weight, and at most. */
const PLACES = 16
const MOST_PLACES = 128
/** A walk along the ring gives up after this many members, and the strategy chooses. */
const MOST_WALKED = 64

/** The member takes 21 bits and its place 32. Together they fit the 53 bits of a number, which sorts fastest. */
const PLACE_UNIT = 2 ** 21

/**
 * Finds the home of every session among the members of one tier. A session has the same account in every process and
 * after every restart, and nothing is stored. A new or removed member moves only its own share of the sessions. The
 * search skips an unavailable home and returns to it later.
 */
export class Homes {
  readonly #members: readonly Member[]
  /** The hash of each member's id. */
  readonly #hashes: Uint32Array
  /** All weights are equal, and in the range in which draws stay distinct. */
  readonly #isEven: boolean
  readonly #ring: Float64Array | null

  constructor(members: readonly Member[]) {
    this.#members = members
    this.#hashes = Uint32Array.from(members, ({ account }) => hashText(account.id))
    const { weight = 0 } = members[0]?.account ?? {}
    this.#isEven =
      weight > 1 / MOST_EXACT &&
      weight < MOST_EXACT &&
      members.every(({ account }) => account.weight === weight)
    this.#ring = members.length <= MOST_WEIGHED ? null : this.#placeAll()
  }

  /** The first accepted member in the session's own order. Null: none, or none near enough on a ring. */
  find(session: Session, accepts: (member: Member) => boolean): Member | null {
    const hash = typeof session === 'string' ? hashText(session) : session
    return this.#ring === null ? this.#weigh(hash, accepts) : this.#walk(this.#ring, hash, accepts)
  }

  /** Rendezvous hashing: every member draws a number for the session, by its weight, and the smallest is the home. */
  #weigh(hash: number, accepts: (member: Member) => boolean): Member | null {
    let best: Member | null = null
    let smallest = Infinity
    for (let index = 0; index < this.#members.length; index++) {
      const member = this.#members[index] as Member
      const draw = mix(hash ^ mix(this.#hashes[index] as number))
      // With equal weights, only the order of the draws matters.
      const drawn = this.#isEven ? -draw : weighed(draw, member.account.weight)
      if (drawn >= smallest || !accepts(member)) continue
      best = member
      smallest = drawn
    }
    return best
  }

  #placeAll(): Float64Array {
    const places: number[] = []
    for (const [index, { account }] of this.#members.entries()) {
      const count = Math.min(MOST_PLACES, Math.max(1, Math.round(PLACES * account.weight)))
      const hash = this.#hashes[index] as number
      for (let n = 0; n < count; n++) places.push(mix(hash ^ mix(n + 1)) * PLACE_UNIT + index)
    }
    return Float64Array.from(places).sort()
  }

  #walk(ring: Float64Array, hash: number, accepts: (member: Member) => boolean): Member | null {
    const start = firstAtLeast(ring, mix(hash) * PLACE_UNIT)
    const passed = new Set<number>()
    for (let step = 0; step < ring.length && passed.size < MOST_WALKED; step++) {
      const index = (ring[(start + step) % ring.length] as number) % PLACE_UNIT
      if (passed.has(index)) continue
      passed.add(index)
      const member = this.#members[index] as Member
      if (accepts(member)) return member
    }
    return null
  }
}

function weighed(draw: number, weight: number): number {
  return -Math.log((draw + 0.5) / 2 ** 32) / Math.max(weight, Number.MIN_VALUE)
}

function firstAtLeast(sorted: Float64Array, value: number): number {
  let low = 0
  let high = sorted.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((sorted[middle] as number) < value) low = middle + 1
    else high = middle
  }
  return low
}
