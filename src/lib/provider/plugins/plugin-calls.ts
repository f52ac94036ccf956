/** A single fault of a plugin's code. */
export interface PluginFault {
  /** Its npm package. */
  plugin: string
  provider: string
  /** `provider/name` of the account that the call served; null: none. */
  account: string | null
  /** The field of the definition: `outcome`, `device.baseUrl`. */
  part: string
  /** The plugin's action, in words. */
  problem: string
  /** qwenctl's action instead, in words. */
  instead: string
}

/** Runs the functions of plugins. The caller owns time and output; this room has neither. */
export interface PluginCalls {
  /**
   * Calls the function and returns its value at once, with standard output kept clean. Throws the function's error,
   * and `PluginTooSlow` when it is stopped.
   */
  run<Value>(call: () => Value): Value
  /** Epoch milliseconds. */
  clock(): number
  /** Receives every fault; must not throw. */
  onFault(fault: PluginFault): void
}

/** A call that took too long and was stopped. */
export class PluginTooSlow extends Error {
  constructor(limitMs: number) {
    super(`took longer than ${limitMs} ms and was stopped`)
  }
}

/** A stopped function is not called again for this long: each call would delay all other requests. */
export const PAUSE_AFTER_SLOW_MS = 60_000

/**
 * Formats a fault as one line: `plugin acme, account acme/work: outcome failed: boom; the answer counts as
 * overloaded`.
 */
export function describeFault({ plugin, provider, account, part, problem, instead }: PluginFault): string {
  const of = account === null ? `provider ${provider}` : `account ${account}`
  return `plugin ${plugin}, ${of}: ${part} ${problem}; ${instead}`
}
