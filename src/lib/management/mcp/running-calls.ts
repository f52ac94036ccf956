import { RpcError, rpcCodes } from './json-rpc.ts'

/** The most calls of one caller that run at the same time. A `quota_wait` may last for minutes. */
const MOST_CALLS = 64

/** The calls that run now. Each caller has a count of its own, so one cannot keep out another. */
export class RunningCalls {
  readonly #counts = new Map<string, number>()

  /** Rejects as the call does, and with `RpcError` if too many calls of this caller run. */
  async run<Value>(caller: string, call: () => Promise<Value>): Promise<Value> {
    const running = this.#counts.get(caller) ?? 0
    if (running >= MOST_CALLS) {
      throw new RpcError(
        rpcCodes.tooManyCalls,
        `this caller has ${MOST_CALLS} calls running, the most at a time; try again when one has ended`,
      )
    }
    this.#counts.set(caller, running + 1)
    try {
      return await call()
    } finally {
      this.#end(caller)
    }
  }

  #end(caller: string): void {
    const left = (this.#counts.get(caller) ?? 0) - 1
    if (left > 0) this.#counts.set(caller, left)
    else this.#counts.delete(caller)
  }
}
