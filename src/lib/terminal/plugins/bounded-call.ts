import { createContext, Script } from 'node:vm'
import { keepCallAside } from './output-aside.ts'

/** A function of a plugin reads one answer. A garbage collection or a busy machine is shorter than this. */
export const CALL_LIMIT_MS = 250

const script = new Script('call()')
const holder: { call: (() => unknown) | null } = { call: null }
const context = createContext(holder)

/** A call that is stopped in the middle of a loop or of a pattern. `tooSlow` makes the error that is thrown then. */
export function callWithinBounds<Value>(call: () => Value, tooSlow: (limitMs: number) => Error): Value {
  const before = holder.call
  holder.call = call
  try {
    return keepCallAside(() => script.runInContext(context, { timeout: CALL_LIMIT_MS }) as Value)
  } catch (error) {
    throw isTimeout(error) ? tooSlow(CALL_LIMIT_MS) : error
  } finally {
    holder.call = before
  }
}

/** The error is one of the context, so `instanceof` does not know it; what a plugin throws may be a trap. */
function isTimeout(error: unknown): boolean {
  try {
    return (error as NodeJS.ErrnoException).code === 'ERR_SCRIPT_EXECUTION_TIMEOUT'
  } catch {
    return false
  }
}
