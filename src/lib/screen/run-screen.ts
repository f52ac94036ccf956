import { setImmediate as nextTurn } from 'node:timers/promises'
import type { SuspendTerminal } from 'ink'
import type { Palette } from '../terminal/format/color.ts'
import type { AccountFilter, Toolkit } from '../toolkit/toolkit.ts'
import { accountName } from './account-name.ts'
import { HomeFeed } from './state/home-feed.ts'
import { loadInk } from './load-ink.ts'
import { describeFault, perform } from './state/perform.ts'
import type { Wish } from './state/screen-event.ts'
import { listenToSignals, stopUntilContinued } from './screen-signals.ts'
import type { Facts } from './state/screen-state.ts'
import { firstState } from './state/screen-state.ts'
import { ScreenStore } from './state/screen-store.ts'
import type { ScreenLook } from './view/look.ts'

export interface ScreenOptions {
  toolkit: Toolkit
  facts: Facts
  filter: AccountFilter
  intervalMs: number
  stdin: NodeJS.ReadStream
  stdout: NodeJS.WriteStream
  look: ScreenLook
  palette: Palette
  clock: () => number
  /** Runs the questions for a new account on the free terminal; resolves when they end, with any result. */
  addAccount: () => Promise<void>
}

// Fast enough for a held arrow key, slow enough for a distant connection.
const MOST_FRAMES_PER_SECOND = 20

const INTERRUPTED = 130

/** Shows the screen until the user ends it. Resolves to the exit code, with the terminal restored. */
export async function runScreen(options: ScreenOptions): Promise<number> {
  return new Screen(options).run()
}

class Screen {
  readonly #options: ScreenOptions
  readonly #store: ScreenStore
  readonly #feed: HomeFeed
  readonly #end = Promise.withResolvers<number>()
  #suspend: SuspendTerminal | undefined
  /** Another program uses the terminal. */
  #isAway = false

  constructor(options: ScreenOptions) {
    this.#options = options
    const { facts, stdout, clock } = options
    this.#store = new ScreenStore(
      firstState(facts, readSize(stdout), clock()),
      (wish) => void this.#fulfil(wish),
    )
    this.#feed = new HomeFeed({ ...options, onEvent: this.#store.dispatch })
  }

  async run(): Promise<number> {
    const { stdin, stdout, look, palette, clock } = this.#options
    const { render, createElement, ScreenView } = await loadInk()
    const resize = () => this.#store.dispatch({ type: 'resize', ...readSize(stdout) })
    stdout.on('resize', resize)
    const deafen = listenToSignals({
      onEnd: (exit) => this.#endWith(exit),
      onStop: () => void this.#fulfil({ kind: 'stop' }),
      onContinue: () => void this.#fulfil({ kind: 'redraw' }),
      onCrash: (error) => this.#end.reject(error),
    })
    const onReady = (suspend: SuspendTerminal) => {
      this.#suspend = suspend
    }
    const view = createElement(ScreenView, { store: this.#store, look, palette, clock, onReady })
    const instance = render(view, {
      stdin,
      stdout,
      interactive: true,
      alternateScreen: true,
      exitOnCtrlC: false,
      incrementalRendering: true,
      maxFps: MOST_FRAMES_PER_SECOND,
    })
    // A component that fails ends the screen with its error.
    instance.waitUntilExit().catch((error: unknown) => this.#end.reject(error))
    try {
      await Promise.race([this.#feed.start(), this.#end.promise])
      return await this.#end.promise
    } finally {
      this.#feed.stop()
      instance.unmount()
      stdout.off('resize', resize)
      deafen()
    }
  }

  /** Ctrl-C belongs to the program that uses the terminal. */
  #endWith(exit: number): boolean {
    if (this.#isAway && exit === INTERRUPTED) return false
    this.#end.resolve(exit)
    return true
  }

  async #fulfil(wish: Wish): Promise<void> {
    const { toolkit, clock } = this.#options
    switch (wish.kind) {
      case 'quit':
        return this.#end.resolve(wish.exit)
      case 'redraw':
        return this.#away(async () => undefined)
      case 'stop':
        return this.#away(stopUntilContinued)
      case 'add':
        return this.#add()
      case 'enable':
      case 'disable':
      case 'reset':
      case 'clear':
      case 'verify':
        this.#store.dispatch(await perform(wish, toolkit, clock))
        return this.#feed.look()
    }
  }

  /** Lends the terminal, and redraws everything afterwards. */
  async #away(act: () => Promise<void>): Promise<void> {
    if (this.#isAway || this.#suspend === undefined) return
    const { stdin, stdout } = this.#options
    this.#isAway = true
    try {
      await this.#suspend(async () => {
        await letGo(stdin)
        await act()
        await nextTurn() // a paused stream stops reading only now, and would do so after its resumption too
        stdout.write('\r') // the screen begins at the cursor
      })
    } finally {
      this.#isAway = false
      this.#store.dispatch({ type: 'resize', ...readSize(stdout) })
    }
  }

  async #add(): Promise<void> {
    const { toolkit, filter, clock, addAccount } = this.#options
    try {
      const before = new Set((await toolkit.quotas.show([], filter)).accounts.map(({ id }) => id))
      await this.#away(addAccount)
      const { accounts } = await toolkit.quotas.show([], filter)
      const added = accounts.filter(({ id }) => !before.has(id)).map(accountName)
      const text = added.length === 0 ? 'no account was added' : `added ${added.join(', ')}`
      const tone = added.length === 0 ? 'quiet' : 'good'
      this.#store.dispatch({ type: 'told', tone, text, hint: null, ends: null, now: clock() })
      await this.#feed.look()
    } catch (error) {
      this.#store.dispatch({ type: 'told', ...describeFault(error), ends: null, now: clock() })
    }
  }
}

/**
 * Stops reading from stdin. A stream without a listener still has a read under way, which would take keys from the
 * next program. Only a flowing stream can be stopped, and it notices the missing listener only after this tick.
 */
async function letGo(stdin: NodeJS.ReadStream): Promise<void> {
  await nextTurn()
  stdin.resume()
  stdin.pause()
  await nextTurn()
}

function readSize({ columns, rows }: NodeJS.WriteStream): { columns: number; rows: number } {
  return { columns: columns > 0 ? columns : 80, rows: rows > 0 ? rows : 24 }
}
