// The charges of a rolling window, oldest first: a flat list of pairs, the time in epoch milliseconds and the amount.
// An object for each charge takes four times the memory, and the garbage collector copies and visits it.

export type Charges = number[]

export interface Charge {
  at: number
  amount: number
}

/**
 * A rolling window remembers this many charges to the millisecond. Beyond that, neighbours merge at the later time.
 * A merged charge leaves the window late, never early, so merging cannot create capacity.
 */
const EXACT_CHARGES = 4096
const WIDTH = 2

/** The charges as objects, for callers that are not on the path of a request. */
export function listCharges(charges: Charges): Charge[] {
  const list: Charge[] = []
  for (let n = 0; n < charges.length; n += WIDTH) list.push({ at: charges[n]!, amount: charges[n + 1]! })
  return list
}

/** The place of the first charge after this time; -1: there is none. */
export function findAfter(charges: Charges, time: number): number {
  for (let n = 0; n < charges.length; n += WIDTH) if (charges[n]! > time && charges[n + 1]! > 0) return n
  return -1
}

/** The sum of the charges before this time. */
export function sumBefore(charges: Charges, time: number): number {
  let sum = 0
  for (let n = 0; n < charges.length; n += WIDTH) if (charges[n]! < time) sum += charges[n + 1]!
  return sum
}

/** Adds a charge that is not older than any other. */
export function pushCharge(charges: Charges, { at, amount }: Charge): void {
  const last = charges.length - WIDTH
  if (last >= 0 && charges[last] === at) {
    charges[last + 1]! += amount
    return
  }
  charges.push(at, amount)
  if (charges.length > EXACT_CHARGES * WIDTH) mergeNeighbours(charges)
}

/** Takes an amount out of a charge made at this time. Returns whether there is one of that size. */
export function takeCharge(charges: Charges, { at, amount }: Charge): boolean {
  // The charge is in the first entry at its time or later: a merged entry has the latest time of its parts.
  for (let n = 0; n < charges.length; n += WIDTH) {
    if (charges[n]! < at) continue
    if (charges[n + 1]! < amount) return false
    charges[n + 1]! -= amount
    return true
  }
  return false
}

/** Drops the oldest charges. */
export function dropCharges(charges: Charges, count: number): void {
  if (count > 0) charges.splice(0, count * WIDTH)
}

/** Moves all charges by some milliseconds. */
export function shiftCharges(charges: Charges, shift: number): void {
  for (let n = 0; n < charges.length; n += WIDTH) charges[n]! += shift
}

function mergeNeighbours(charges: Charges): void {
  let end = 0
  for (let n = 0; n < charges.length; n += 2 * WIDTH) {
    const isPair = n + WIDTH < charges.length
    const at = isPair ? charges[n + WIDTH]! : charges[n]!
    const amount = isPair ? charges[n + 1]! + charges[n + WIDTH + 1]! : charges[n + 1]!
    charges[end] = at
    charges[end + 1] = amount
    end += WIDTH
  }
  charges.length = end
}
