import type { Action } from './action.ts'
import { reduce } from './reduce.ts'
import { initialState } from './state.ts'
import type { State } from './state.ts'

/** Holds the state, and notifies its subscribers. */
export class Store {
  #state: State
  readonly #watchers = new Set<() => void>()

  constructor(state: State = initialState) {
    this.#state = state
  }

  get state(): State {
    return this.#state
  }

  readonly dispatch = (action: Action): void => {
    const before = this.#state
    this.#state = reduce(before, action)
    if (this.#state === before) return
    for (const watcher of [...this.#watchers]) watcher()
  }

  readonly watch = (watcher: () => void): (() => void) => {
    this.#watchers.add(watcher)
    return () => void this.#watchers.delete(watcher)
  }
}
