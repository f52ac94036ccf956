import type { TicketLedger } from '../../src/lib/store/ledger/ticket-ledger.ts'
import type { Ruling } from './judge.ts'
import { fullestWindow } from './judge.ts'
import type { Records, SentRequest, SimulatedProxy, Traffic } from './simulated-proxy.ts'

/** The result of one simulated run. */
export interface RunReport {
  home: 'files' | 'redis'
  seed: number
  /** The story of the run, in words. */
  story: string[]
  /** Broken promises; empty: all were kept. */
  violations: string[]
  sent: number
  refused: number
  errors: number
  steps: number
}

/** The requests that a run may lose, by the documents. */
export interface Excuses {
  /** Whether a sent request may be missing in the log. */
  mayBeLost(request: SentRequest): boolean
  /** Requests that count in no window: their reservations were lost while others were granted. */
  uncounted: ReadonlySet<string>
}

/** Every sent request is charged, once; every charge was sent, or its process died. */
export function checkCharges(ruling: Ruling, records: Records, excuses: Excuses): string[] {
  const violations: string[] = []
  for (const request of records.sent.values()) {
    if (ruling.charged.has(request.id) || request.isReturned) continue
    if (excuses.mayBeLost(request)) continue
    violations.push(`${request.id} was sent for ${request.account} and is not charged`)
  }
  for (const { id, writer, isSettled } of records.sent.values()) {
    if (!isSettled || ruling.settled.has(id) || records.deadWriters.has(writer)) continue
    violations.push(`${id} ended, and the log lacks its settlement`)
  }
  for (const [id, { account }] of ruling.charged) {
    if (records.sent.has(id) || records.deadWriters.has(parseWriter(id))) continue
    violations.push(`${id} is charged to ${account} and was never sent`)
  }
  return violations
}

/** No window holds more requests than its limit. */
export function checkWindows(records: Records, { limits }: Traffic, { uncounted }: Excuses): string[] {
  return Object.entries(limits).flatMap(([account, texts]) => {
    const times = [...records.sent.values()]
      .filter((one) => one.account === account && !one.isReturned && !uncounted.has(one.id))
      .map(({ at }) => at)
    return texts.flatMap((text) => {
      const [max = '', window = ''] = text.split('/')
      const most = fullestWindow(times, window)
      return most <= Number(max) ? [] : [`${account}: ${most} requests in one window of ${text}`]
    })
  })
}

/**
 * All that is free is granted, and no more. Needs a calm world. `least` and `most` are free at the begin and at the end
 * of the check.
 */
export async function checkFree(
  proxy: SimulatedProxy,
  ledger: TicketLedger,
  least: ReadonlyMap<string, number>,
  most: ReadonlyMap<string, number>,
): Promise<string[]> {
  const checks = [...least].map(async ([account, from]) => {
    const to = most.get(account)!
    const all = Array.from({ length: to + 1 }, () => proxy.request(ledger, account))
    const results = await Promise.all(all)
    const granted = results.filter((result) => result === true).length
    if (granted >= from && granted <= to && !results.includes(null)) return []
    return [`${account}: ${from} to ${to} requests are free, and ${granted} are granted (${results.join()})`]
  })
  return (await Promise.all(checks)).flat()
}

export function parseWriter(id: string): string {
  return id.slice(0, id.lastIndexOf('-'))
}
