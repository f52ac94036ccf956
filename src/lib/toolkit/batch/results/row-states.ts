import type { AccountTotalsView } from '../batch-views.ts'

export type RowState = 'open' | 'claimed' | 'done' | 'failed' | 'unknown'
const STATES: readonly RowState[] = ['open', 'claimed', 'done', 'failed', 'unknown']

/** The cost of an answer, and the account that gave it. Null: unknown. */
export interface AnswerFacts {
  account: string | null
  inputTokens: number | null
  outputTokens: number | null
  costUsd: number | null
}

const NO_ACCOUNT = '-'

/** The state of every line of a batch, in a few bytes each, and the totals over them. */
export class RowStates {
  readonly #states: Uint8Array
  readonly #accountOf: Uint16Array
  readonly #accounts = new Map<string, AccountTotalsView & { place: number }>()
  readonly #names: string[] = []
  readonly counts: Record<RowState, number>
  inputTokens = 0
  outputTokens = 0
  /** Answers with an unknown cost are not part of it. */
  costUsd = 0
  /** Answers with a known cost. */
  priced = 0

  constructor(rows: number) {
    this.#states = new Uint8Array(rows)
    this.#accountOf = new Uint16Array(rows)
    this.counts = { open: rows, claimed: 0, done: 0, failed: 0, unknown: 0 }
  }

  get rows(): number {
    return this.#states.length
  }

  get(row: number): RowState {
    return STATES[this.#states[row]!]!
  }

  set(row: number, state: RowState): void {
    const before = this.get(row)
    this.counts[before] -= 1
    this.counts[state] += 1
    this.#states[row] = STATES.indexOf(state)
    if (before === 'failed') this.#accountAt(row).failed -= 1
  }

  answer(row: number, state: 'done' | 'failed', facts: AnswerFacts): void {
    this.set(row, state)
    const account = this.#account(facts.account ?? NO_ACCOUNT)
    this.#accountOf[row] = account.place
    account[state] += 1
    account.inputTokens += facts.inputTokens ?? 0
    account.outputTokens += facts.outputTokens ?? 0
    this.inputTokens += facts.inputTokens ?? 0
    this.outputTokens += facts.outputTokens ?? 0
    if (facts.costUsd === null) return
    this.costUsd += facts.costUsd
    this.priced += 1
    account.costUsd = (account.costUsd ?? 0) + facts.costUsd
  }

  /** Totals by account, the account with the most answers first. */
  accounts(): AccountTotalsView[] {
    return [...this.#accounts.values()]
      .map(({ place: _, ...totals }) => totals)
      .filter(({ done, failed }) => done + failed > 0)
      .sort((one, other) => other.done - one.done || (one.account < other.account ? -1 : 1))
  }

  #accountAt(row: number) {
    return this.#account(this.#names[this.#accountOf[row]!] ?? NO_ACCOUNT)
  }

  #account(name: string) {
    let found = this.#accounts.get(name)
    if (found === undefined) {
      const place = this.#names.push(name) - 1
      found = { account: name, place, done: 0, failed: 0, inputTokens: 0, outputTokens: 0, costUsd: null }
      this.#accounts.set(name, found)
    }
    return found
  }
}
