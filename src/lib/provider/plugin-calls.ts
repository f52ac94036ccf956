/** One fault of a plugin's code: what it is about, and what it did. */
export interface PluginFault {
  /** Its npm package. */
  plugin: string
  provider: string
  /** `provider/name` of the account that was served; null: no account was. */
  account: string | null
  /** The field of the definition: `outcome`, `device.baseUrl`. */
  part: string
  /** What it did, in words. */
  problem: string
  /** What qwenctl does instead, in words. */
  instead: string
}

/** How the functions of plugins are called. The caller owns time and output; this room has neither. */
export interface PluginCalls {
  /** Calls and answers at once, with standard output kept clean. Throws what it throws, and `PluginTooSlow` when it is stopped. */
  run<Value>(call: () => Value): Value
  /** Epoch milliseconds. */
  clock(): number
  /** Is told of every fault; must not throw. */
  onFault(fault: PluginFault): void
}

/** A call that took too long and was stopped. */
export class PluginTooSlow extends Error {
  constructor(limitMs: number) {
    super(`took longer than ${limitMs} ms and was stopped`)
  }
}

/** A function that was stopped is not called again for this long: each call would hold up all other requests. */
export const PAUSE_AFTER_SLOW_MS = 60_000

/** The words of a fault, one line: `plugin acme, account acme/work: outcome failed: boom; the answer counts as overloaded`. */
export function describeFault({ plugin, provider, account, part, problem, instead }: PluginFault): string {
  const of = account === null ? `provider ${provider}` : `account ${account}`
  return `plugin ${plugin}, ${of}: ${part} ${problem}; ${instead}`
}
