import type { Account } from '../account/account.ts'
import { resolveReference } from '../account/reference.ts'
import { isQwenctlError, readMessage, QwenctlError } from '../base/errors.ts'
import { isRecord } from '../base/is-record.ts'
import { formatLimit, parseLimit } from '../quota/limit.ts'

/** The most that the pool serves, whatever the limits of its accounts allow. */
export interface Caps {
  /** Requests in flight over all accounts; null: any number. */
  concurrency: number | null
  /** The same for each account. */
  perAccountConcurrency: number | null
  /** Caps of single accounts, by reference. Each replaces `perAccountConcurrency`. */
  accounts: ReadonlyMap<string, number>
  /** Limits over all accounts together, as they are written: `60/minute`. */
  rate: readonly string[]
}

export const noCaps: Caps = { concurrency: null, perAccountConcurrency: null, accounts: new Map(), rate: [] }

/** The subject under which the ledger counts what all accounts serve together. */
export const CAPS_SUBJECT = 'caps'

const MOST = 100_000

export function hasCaps({ concurrency, perAccountConcurrency, accounts, rate }: Caps): boolean {
  return concurrency !== null || perAccountConcurrency !== null || accounts.size > 0 || rate.length > 0
}

/** Reads the section `caps` of the configuration. Throws `invalid_value` with the place of the fault. */
export function readCaps(section: unknown, place: string): Caps {
  const { concurrency, perAccountConcurrency, accounts, rate, ...others } = mapping(section, place)
  refuseOthers(others, place, ['concurrency', 'perAccountConcurrency', 'accounts', 'rate'])
  return {
    concurrency: count(concurrency, `${place}.concurrency`),
    perAccountConcurrency: count(perAccountConcurrency, `${place}.perAccountConcurrency`),
    accounts: accountCaps(accounts, `${place}.accounts`),
    rate: rates(rate, `${place}.rate`),
  }
}

function accountCaps(value: unknown, place: string): ReadonlyMap<string, number> {
  const caps = new Map<string, number>()
  for (const [reference, own] of Object.entries(mapping(value, place))) {
    const { concurrency, ...others } = mapping(own, `${place}.${reference}`)
    refuseOthers(others, `${place}.${reference}`, ['concurrency'])
    const most = count(concurrency, `${place}.${reference}.concurrency`)
    if (most !== null) caps.set(reference, most)
  }
  return caps
}

function mapping(value: unknown, place: string): Record<string, unknown> {
  if (value === undefined || value === null) return {}
  if (isRecord(value)) return value
  throw refused(place, 'is not a mapping')
}

function refuseOthers(others: object, place: string, known: readonly string[]): void {
  const [first] = Object.keys(others)
  if (first !== undefined) throw refused(`${place}.${first}`, `is none of ${known.join(', ')}`)
}

function count(value: unknown, place: string): number | null {
  if (value === undefined || value === null) return null
  const number = typeof value === 'string' && /^\d+$/.test(value.trim()) ? Number(value) : value
  if (typeof number === 'number' && Number.isInteger(number) && number >= 1 && number <= MOST) return number
  throw refused(place, `is ${JSON.stringify(value)}, which is not a whole number from 1 to ${MOST}`)
}

function rates(value: unknown, place: string): string[] {
  if (value === undefined || value === null) return []
  const texts: unknown[] = [value].flat()
  return texts.map((text) => {
    if (typeof text !== 'string') throw refused(place, `has ${JSON.stringify(text)}, which is not a limit`)
    try {
      return formatLimit(parseLimit(text))
    } catch (error) {
      if (isQwenctlError(error)) throw refused(place, readMessage(error))
      throw error
    }
  })
}

function refused(place: string, reason: string): QwenctlError {
  return new QwenctlError('invalid_value', `${place} ${reason}`, {
    hint: 'write it as caps: {concurrency: 8, perAccountConcurrency: 2, accounts: {qwen/work: {concurrency: 1}}, rate: 60/minute}',
  })
}

/** The caps of single accounts by id, and the references that resolve to no account. */
export function findAccountCaps(
  caps: Caps,
  accounts: readonly Account[],
): { byId: ReadonlyMap<string, number>; unknown: string[] } {
  const byId = new Map<string, number>()
  const unknown: string[] = []
  for (const [reference, most] of caps.accounts) {
    try {
      byId.set(resolveReference([...accounts], reference).id, most)
    } catch (error) {
      if (!isQwenctlError(error)) throw error
      unknown.push(reference)
    }
  }
  return { byId, unknown }
}
