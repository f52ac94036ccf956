import type { ScreenEvent, Wish } from './screen-event.ts'
import type { ScreenState } from './screen-state.ts'
import { step } from './step.ts'

/** Holds the state of the screen and notifies its renderer of every change. */
export class ScreenStore {
  #state: ScreenState
  readonly #onWish: (wish: Wish) => void
  readonly #listeners = new Set<() => void>()

  constructor(state: ScreenState, onWish: (wish: Wish) => void) {
    this.#state = state
    this.#onWish = onWish
  }

  readonly get = (): ScreenState => this.#state

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  readonly dispatch = (event: ScreenEvent): void => {
    const { state, wishes } = step(this.#state, event)
    if (state !== this.#state) {
      this.#state = state
      for (const listener of this.#listeners) listener()
    }
    for (const wish of wishes) this.#onWish(wish)
  }
}
