import { createContext, Script } from 'node:vm'
import { keepCallAside } from './output-aside.ts'

/** A function of a plugin reads one answer. A garbage collection is shorter than this. */
export const CALL_LIMIT_MS = 250
/** On a busy machine, a call may get hardly any CPU time within the limit. It is then repeated at most so often. */
const MOST_STARVED_CALLS = 5

const holder: { call: (() => unknown) | null } = { call: null }
/** Made at the first call: making a context takes longer than most commands. */
let runCall: ((limits: { timeout: number }) => unknown) | undefined

function makeRunCall(): (limits: { timeout: number }) => unknown {
  const script = new Script('call()')
  const context = createContext(holder)
  return (limits) => script.runInContext(context, limits) as unknown
}

/** A call that is stopped in the middle of a loop or of a pattern. `tooSlow` makes the error that is thrown then. */
export function callWithinBounds<Value>(call: () => Value, tooSlow: (limitMs: number) => Error): Value {
  const before = holder.call
  holder.call = call
  try {
    for (let starved = 0; ; starved += 1) {
      const begun = process.cpuUsage()
      try {
        runCall ??= makeRunCall()
        const run = runCall
        return keepCallAside(() => run({ timeout: CALL_LIMIT_MS }) as Value)
      } catch (error) {
        if (!isTimeout(error)) throw error
        if (hasUsedLimit(begun) || starved === MOST_STARVED_CALLS) throw tooSlow(CALL_LIMIT_MS)
      }
    }
  } finally {
    holder.call = before
  }
}

/** Whether this process has computed since `begun` for at least a tenth of the limit. */
function hasUsedLimit(begun: NodeJS.CpuUsage): boolean {
  const { user, system } = process.cpuUsage(begun)
  return (user + system) / 1000 >= CALL_LIMIT_MS / 10
}

/** The error is one of the context, so `instanceof` does not know it; what a plugin throws may be a trap. */
function isTimeout(error: unknown): boolean {
  try {
    return (error as NodeJS.ErrnoException).code === 'ERR_SCRIPT_EXECUTION_TIMEOUT'
  } catch {
    return false
  }
}
