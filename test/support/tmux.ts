// A real terminal with a model of its screen: what a program drew can be looked at as a person sees it.

import { execFileSync, spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { onTestFinished } from 'vitest'
import { until } from './servers/proxy-harness.ts'

export const hasTmux = spawnSync('tmux', ['-V']).status === 0

export interface TmuxOptions {
  env: NodeJS.ProcessEnv
  cwd: string
  columns?: number
  rows?: number
}

/** A shell in a terminal of its own; it ends with the test. */
export class TmuxScreen {
  readonly #server = `qwenctl-test-${randomBytes(6).toString('hex')}`
  readonly #env: NodeJS.ProcessEnv

  constructor({ env, cwd, columns = 80, rows = 24 }: TmuxOptions) {
    this.#env = { ...env, TMUX_TMPDIR: cwd }
    const size = ['-x', String(columns), '-y', String(rows)]
    // Nothing of the owner of this machine: neither settings of tmux nor those of a shell.
    const start = ['-f', '/dev/null', 'new-session', '-d', ...size, '-c', cwd]
    this.#tmux(...start, "PS1='$ ' exec bash --norc --noprofile")
    onTestFinished(() => {
      spawnSync('tmux', ['-L', this.#server, 'kill-server'], { env: this.#env })
    })
  }

  /** The lines as they stand on the screen. */
  lines(): string[] {
    return this.#tmux('capture-pane', '-p').split('\n').slice(0, -1)
  }

  text(): string {
    return this.lines().join('\n')
  }

  /** Resolves once the screen shows it; fails with the screen when it never does. */
  async shows(words: string | RegExp): Promise<void> {
    const isThere = () => (typeof words === 'string' ? this.text().includes(words) : words.test(this.text()))
    await until(isThere).catch(() => {
      throw new Error(`"${String(words)}" was never shown:\n${this.text()}`)
    })
  }

  /** Keys by the names that tmux has for them: `Enter`, `C-c`, `Down`, `x`. */
  press(...keys: string[]): void {
    this.#tmux('send-keys', ...keys)
  }

  type(text: string): void {
    this.#tmux('send-keys', '-l', text)
  }

  resize(columns: number, rows: number): void {
    this.#tmux('resize-window', '-x', String(columns), '-y', String(rows))
  }

  /** Whether the cursor is to be seen, and whether the alternate screen is on. */
  modes(): { isCursorShown: boolean; isAlternate: boolean } {
    const [cursor, alternate] = this.#tmux('display', '-p', '#{cursor_flag} #{alternate_on}')
      .trim()
      .split(' ')
    return { isCursorShown: cursor === '1', isAlternate: alternate === '1' }
  }

  #tmux(...args: string[]): string {
    const options = { encoding: 'utf8', env: this.#env } as const
    return execFileSync('tmux', ['-L', this.#server, ...args], options)
  }
}
