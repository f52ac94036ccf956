/** The turns and timers of a process, and its steady clock. A simulation substitutes its own. */
export interface EventLoop {
  /** Milliseconds that only grow. */
  steady(): number
  /** Runs the action after the sockets of this turn were read. */
  soon(action: () => void): void
  /** Runs the action once, after `ms`. The timer keeps the process running only if `keepsProcess` is set. */
  later(ms: number, action: () => void, keepsProcess?: boolean): Timer
}

export interface Timer {
  cancel(): void
}

export const systemLoop: EventLoop = {
  steady: () => performance.now(),
  soon: (action) => void setImmediate(action),
  later(ms, action, keepsProcess = false) {
    const timer = setTimeout(action, ms)
    if (!keepsProcess) timer.unref()
    return { cancel: () => clearTimeout(timer) }
  },
}

/** Resolves after `ms`. */
export function wait(loop: EventLoop, ms: number): Promise<void> {
  return new Promise((resolve) => loop.later(ms, resolve))
}
