// The independent judge of a simulated run. It knows the rules of windows in their plainest form, and none of the
// ledger's code for them.

import type { LedgerEvent } from '../../src/lib/quota/log/events.ts'
import type { Clock } from '../../src/lib/quota/limit.ts'
import { parseLimit } from '../../src/lib/quota/limit.ts'

const HOUR = 3_600_000
const DAY = 24 * HOUR

interface PlainLimit {
  max: number
  clock: Clock
}

interface Charge {
  id: string
  at: number
  /** Returned to windows of an hour and longer only. */
  isShortOnly: boolean
}

/** An event of the log at its place, and its time. */
export interface Placed {
  event: LedgerEvent
  at: number
}

export interface Ruling {
  /** Whether each reservation is granted, by id. */
  verdicts: Map<string, boolean>
  /** Granted while the log had no limits of the account. */
  unlimited: Set<string>
  /** Granted and never refunded, with the time of the charge. */
  charged: Map<string, { account: string; at: number }>
  /** Reservations with a settlement in the log. */
  settled: Set<string>
  /** How many requests each account may make at the end. */
  free: Map<string, number>
}

/** Decides every reservation of a log by counting the charges in each window. */
export function judgeLog(events: readonly Placed[], end: number): Ruling {
  const limits = new Map<string, PlainLimit[]>()
  const charges = new Map<string, Charge[]>()
  const open = new Map<string, { account: string; at: number }>()
  const ruling: Ruling = {
    verdicts: new Map(),
    unlimited: new Set(),
    charged: new Map(),
    settled: new Set(),
    free: new Map(),
  }
  let now = 0
  for (const { event, at } of events) {
    now = Math.max(now, at)
    if (event.type === 'limits')
      limits.set(
        event.account,
        event.limits.map(({ max, window }) => ({ max, clock: parseLimit(`1/${window}`).clock })),
      )
    else if (event.type === 'reset') charges.delete(event.account)
    else if (event.type === 'reserve') reserve(event.id, event.account, event.granted === true)
    else if (event.type === 'settle') settle(event.id, event.refunded)
  }
  for (const [account, list] of limits) {
    const last = Math.max(now, end)
    const left = list.map((limit) => limit.max - used(charges.get(account) ?? [], limit, last))
    ruling.free.set(account, Math.max(0, Math.min(...left)))
  }
  return ruling

  function reserve(id: string, account: string, isSure: boolean): void {
    if (open.has(id)) return
    const list = charges.get(account) ?? []
    const isGranted =
      isSure || (limits.get(account) ?? []).every((limit) => used(list, limit, now) < limit.max)
    ruling.verdicts.set(id, isGranted || ruling.verdicts.get(id) === true)
    if (!isGranted) return
    if (!isSure && !limits.has(account)) ruling.unlimited.add(id)
    charges.set(account, [...list, { id, at: now, isShortOnly: false }])
    open.set(id, { account, at: now })
    ruling.charged.set(id, { account, at: now })
  }

  function settle(id: string, refunded: boolean | 'long-windows' | undefined): void {
    const found = open.get(id)
    if (found === undefined) return
    open.delete(id)
    ruling.settled.add(id)
    if (refunded === undefined) return
    const list = charges.get(found.account) ?? []
    if (refunded === 'long-windows') for (const charge of list) charge.isShortOnly ||= charge.id === id
    else {
      charges.set(
        found.account,
        list.filter((charge) => charge.id !== id),
      )
      ruling.charged.delete(id)
    }
  }
}

function used(charges: readonly Charge[], { clock }: PlainLimit, now: number): number {
  const isLong = clock.kind === 'calendar' || clock.lengthMs >= HOUR
  const counting = charges.filter(({ isShortOnly }) => !(isLong && isShortOnly))
  if (clock.kind === 'calendar')
    return counting.filter(({ at }) => Math.floor(at / DAY) === Math.floor(now / DAY)).length
  return counting.filter(({ at }) => at > now - clock.lengthMs).length
}

/** The most requests in one window, over all windows that end with one of them. */
export function fullestWindow(times: readonly number[], window: string): number {
  const { clock } = parseLimit(`1/${window}`)
  const counts = times.map((end) => {
    if (clock.kind === 'calendar')
      return times.filter((at) => at <= end && Math.floor(at / DAY) === Math.floor(end / DAY)).length
    return times.filter((at) => at <= end && at > end - clock.lengthMs).length
  })
  return Math.max(0, ...counts)
}
