import { headToJson, subjectToJson } from './checkpoint.ts'
import type { DayTotals, LedgerState, StateWatcher, SubjectState } from '../state.ts'

/**
 * The state at one moment, as the JSON text of `stateToJson` in pieces. Events continue between two pieces: the fold
 * keeps each subject and each total here before it changes it.
 */
export class StateCut implements StateWatcher {
  readonly #head: string
  readonly #subjects: MapCut<SubjectState>
  readonly #days: Map<string, MapCut<DayTotals>>
  /** The whole state changed, so the rest of the cut is unknown. */
  isAbandoned = false

  /** Keeps the days after `historyThrough` only (null: all). */
  constructor(state: LedgerState, historyThrough: string | null) {
    this.#head = JSON.stringify(headToJson(state))
    this.#subjects = new MapCut(state.subjects, subjectToJson)
    const days = [...state.days].filter(([day]) => historyThrough === null || day > historyThrough)
    this.#days = new Map(days.map(([day, totals]) => [day, new MapCut(totals, (each) => each)]))
  }

  /** Before the first change of a subject; a subject that is added later is not part of the cut. */
  beforeSubject(id: string): void {
    this.#subjects.keep(id)
  }

  /** Before the first change of an account's totals. */
  beforeTotals(day: string, account: string): void {
    this.#days.get(day)?.keep(account)
  }

  beforeAll(): void {
    this.isAbandoned = true
  }

  /** The text, an entry at a time. */
  *pieces(): Generator<string, void> {
    yield `${this.#head.slice(0, -1)},"subjects":{`
    yield* this.#subjects.entries()
    yield '},"days":{'
    let before = ''
    for (const [day, totals] of this.#days) {
      yield `${before}${JSON.stringify(day)}:{`
      yield* totals.entries()
      yield '}'
      before = ','
    }
    yield '}}'
  }
}

/** The entries of a map at one moment, each as JSON. */
class MapCut<Value> {
  readonly #map: ReadonlyMap<string, Value>
  readonly #toJson: (value: Value) => unknown
  /** Keys of entries that have no text yet; null: all of them, and nothing has changed. */
  #left: Set<string> | null = null
  /** Texts of entries that changed before their turn. */
  #early: string[] = []

  constructor(map: ReadonlyMap<string, Value>, toJson: (value: Value) => unknown) {
    this.#map = map
    this.#toJson = toJson
  }

  keep(key: string): void {
    if (this.#keysLeft().delete(key)) this.#early.push(this.#format(key))
  }

  *entries(): Generator<string, void> {
    const left = this.#keysLeft()
    let before = ''
    for (const key of left) {
      left.delete(key)
      yield before + this.#format(key)
      before = ','
    }
    // All entries have a text now, so nothing is added any more.
    for (const text of this.#early) {
      yield before + text
      before = ','
    }
    this.#early = []
  }

  /** Made at the first need: most days of a long ledger never change again. */
  #keysLeft(): Set<string> {
    return (this.#left ??= new Set(this.#map.keys()))
  }

  #format(key: string): string {
    return `${JSON.stringify(key)}:${JSON.stringify(this.#toJson(this.#map.get(key)!))}`
  }
}
