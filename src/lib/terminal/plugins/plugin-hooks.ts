import { Config } from '@oclif/core'
import type { Interfaces } from '@oclif/core'
import { formatDuration } from '../../base/durations.ts'
import { keepOutputAside } from './output-aside.ts'
import { surviveStrays } from './stray-errors.ts'

/** Long enough to read files; no command should wait longer for one plugin. */
export const HOOK_LIMIT_MS = 5_000

/** Rejects after a while, unless it is cancelled. */
export interface HookTimer {
  expired: Promise<never>
  cancel(): void
}

export interface HookOptions {
  /** Starts a timer of so many milliseconds; for tests. */
  startTimer?: (limitMs: number) => HookTimer
}

/** The parameters of oclif: the event, the options of hooks, and oclif's internal values. */
export type HookCall = [event: string, given: Record<string, unknown>, ...more: unknown[]]

/** The return values of one plugin's hooks, and its errors as text. */
export interface HookResult {
  successes: unknown[]
  failures: string[]
  /** The hooks gave an answer or an error in time. */
  hasEnded: boolean
}

/** Whether a plugin was installed by a person, and is not a part of qwenctl. */
export function isForeign({ isRoot, type }: Interfaces.Plugin): boolean {
  return !isRoot && type !== 'core'
}

/** The plugins that answer a hook. */
export function withHook(config: Interfaces.Config, event: string): Interfaces.Plugin[] {
  return [...config.plugins.values()].filter(({ hooks }) => (hooks[event] ?? []).length > 0)
}

/**
 * Runs the hooks of one plugin. Those of an installed plugin may take `HOOK_LIMIT_MS`, and print on standard error only.
 * Never throws.
 */
export async function runHookWithin(
  config: Interfaces.Config,
  plugin: Interfaces.Plugin,
  hook: HookCall,
  { startTimer = startRealTimer }: HookOptions = {},
): Promise<HookResult> {
  const run = () => runOwnHook(buildView(config, [plugin]), hook)
  if (!isForeign(plugin)) return convertResult(await run())
  surviveStrays(plugin)
  const timer = startTimer(HOOK_LIMIT_MS)
  try {
    return convertResult(await Promise.race([keepOutputAside(run, plugin.name), timer.expired]))
  } catch (error) {
    return { successes: [], failures: [readMessage(error)], hasEnded: false }
  } finally {
    timer.cancel()
  }
}

/** Runs the hooks of an event: those of installed plugins within bounds, and a warning says what of them fails. */
export async function runHookBounded(
  config: Config,
  warn: (message: string) => void,
  ...hook: HookCall
): Promise<OclifResult> {
  const [event] = hook
  const foreign = withHook(config, event).filter(isForeign)
  const rest = [...config.plugins.values()].filter((plugin) => !foreign.includes(plugin))
  const result = await runOwnHook(buildView(config, rest), hook)
  for (const plugin of foreign) {
    const { successes, failures } = await runHookWithin(config, plugin, hook)
    for (const message of failures) warn(`plugin ${plugin.name}: its hook ${event} failed: ${message}`)
    for (const value of successes) {
      if (event !== NOT_FOUND || value !== undefined) result.successes.push({ plugin, result: value })
    }
  }
  return result
}

/** oclif takes any result for the end of a command. A hook that ends without one has found no command either. */
const NOT_FOUND = 'command_not_found'

type OclifResult = Awaited<ReturnType<Config['runHook']>>

/** oclif asks all plugins of a configuration and answers when the last one has: a view has fewer of them. */
function buildView(config: Interfaces.Config, plugins: Interfaces.Plugin[]): Config {
  const byName = new Map(plugins.map((plugin) => [plugin.name, plugin]))
  return Object.create(config, { plugins: { value: byName } }) as Config
}

/** oclif's own way, kept before `loadConfig` puts the bounded one in its place. */
const { runHook } = Config.prototype as unknown as {
  runHook: (this: Config, ...hook: HookCall) => Promise<OclifResult>
}

function runOwnHook(view: Config, hook: HookCall): Promise<OclifResult> {
  return Reflect.apply(runHook, view, hook)
}

function convertResult({ successes, failures }: OclifResult): HookResult {
  return {
    successes: successes.map(({ result }) => result as unknown),
    failures: failures.map(({ error }) => readMessage(error)),
    hasEnded: true,
  }
}

/** The first line: some errors bring the stack along. Anything can be thrown, also what cannot be made a text. */
function readMessage(error: unknown): string {
  try {
    const text = error instanceof Error ? error.message : String(error)
    return text.split('\n')[0]?.slice(0, 300) ?? ''
  } catch {
    return 'it threw a value without a message'
  }
}

/** Keeps the process alive: a hook that waits for nothing would otherwise end the command without a word. */
export function startRealTimer(limitMs: number): HookTimer {
  const { promise, reject } = Promise.withResolvers<never>()
  promise.catch(() => {}) // after the race it has no listener
  const timer = setTimeout(() => reject(new Error(`no answer within ${formatDuration(limitMs)}`)), limitMs)
  return { expired: promise, cancel: () => clearTimeout(timer) }
}
