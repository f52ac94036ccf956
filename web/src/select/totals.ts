import type { AccountView } from '../api/types.ts'

export interface Totals {
  accounts: number
  ready: number
  requests: number
  succeeded: number
  failed: number
  /** Requests left over accounts that can serve now, in windows of an hour or more; null: no such limit. */
  remaining: number | null
  /** The same over shorter windows. */
  remainingMinute: number | null
  inputTokens: number
  outputTokens: number
  estimatedTokens: number
  /** Null: no cost is known. */
  costUsd: number | null
  /** The earliest return of an account that is out; null: none returns automatically. */
  nextReturn: string | null
}

/** The totals of `quota show`, over any accounts. */
export function sumTotals(accounts: AccountView[]): Totals {
  return {
    accounts: accounts.length,
    ready: accounts.filter(({ status }) => status === 'ready').length,
    requests: sum(accounts.map(({ today }) => today.requests)),
    succeeded: sum(accounts.map(({ today }) => today.succeeded)),
    failed: sum(accounts.map(({ today }) => today.failed)),
    remaining: sumOfKnown(accounts.map(({ remaining }) => remaining)),
    remainingMinute: sumOfKnown(accounts.map(({ remainingMinute }) => remainingMinute)),
    inputTokens: sum(accounts.map(({ today }) => today.inputTokens)),
    outputTokens: sum(accounts.map(({ today }) => today.outputTokens)),
    estimatedTokens: sum(accounts.map(({ today }) => today.estimatedTokens)),
    costUsd: sumOfKnown(accounts.map(({ today }) => today.costUsd)),
    nextReturn: earliest(accounts.map(({ availableAt }) => availableAt)),
  }
}

function sum(numbers: number[]): number {
  return numbers.reduce((total, number) => total + number, 0)
}

function sumOfKnown(numbers: (number | null)[]): number | null {
  const known = numbers.filter((number) => number !== null)
  return known.length === 0 ? null : sum(known)
}

function earliest(times: (string | null)[]): string | null {
  const known = times.filter((time) => time !== null)
  return known.length === 0 ? null : known.reduce((first, time) => (time < first ? time : first))
}
