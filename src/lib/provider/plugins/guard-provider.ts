import { readMessage } from '../../base/errors.ts'
import { deviceParts, providerParts, shorten, WrongValue, type GuardedPart } from './guarded-parts.ts'
import { isOwnFunction } from './own-functions.ts'
import { PAUSE_AFTER_SLOW_MS, PluginTooSlow, type PluginCalls } from './plugin-calls.ts'
import type { Provider } from '../provider.ts'

/** The plugin and account of a call. */
export interface GuardedCode {
  plugin: string
  provider: string
  /** `provider/name`; null: the call concerns no account. */
  account: string | null
}

/** Until when a stopped function is not called, by part; all accounts of a provider share it. */
export type Pauses = Map<string, number>

/**
 * Wraps a provider so that every call of a plugin function is checked and bounded. Faults are reported, and count
 * as the tables in `guarded-parts.ts` say. Functions of qwenctl itself, which definitions have by default, stay
 * unwrapped.
 */
export function guardProvider(
  provider: Provider,
  code: GuardedCode,
  calls: PluginCalls,
  pauses: Pauses = new Map(),
): Provider {
  const guarded = guardFunctions(provider, providerParts, { code, calls, pauses, prefix: '' })
  const guard = { code, calls, pauses }
  if (provider.keyPattern !== null) guarded.keyPattern = guardPattern(provider.keyPattern, guard)
  if (provider.device !== null) {
    const device = guardFunctions(provider.device, deviceParts, { ...guard, prefix: 'device.' })
    guarded.device = Object.freeze(device)
  }
  return Object.freeze(guarded)
}

interface Guard {
  code: GuardedCode
  calls: PluginCalls
  pauses: Pauses
  prefix: string
}

type AnyPart = GuardedPart<unknown, readonly never[]>

function guardFunctions<Holder extends object>(
  holder: Holder,
  parts: Readonly<Record<string, unknown>>,
  guard: Guard,
): Holder {
  const guarded = { ...holder } as Record<string, unknown>
  for (const [name, value] of Object.entries(holder) as [string, unknown][]) {
    if (typeof value !== 'function' || isOwnFunction(value)) continue
    const part = parts[name] as AnyPart | undefined
    if (part === undefined) delete guarded[name]
    else
      guarded[name] = guardFunction(holder, value as Called, part, { ...guard, prefix: guard.prefix + name })
  }
  return guarded as Holder
}

/**
 * A pattern is code too: some take years over one text. A stopped pattern counts as a match, which warns of
 * nothing.
 */
function guardPattern(pattern: RegExp, guard: Omit<Guard, 'prefix'>): RegExp {
  const test = guardFunction(
    pattern,
    (text) => RegExp.prototype.test.call(pattern, text as string),
    patternPart,
    {
      ...guard,
      prefix: 'keyPattern',
    },
  )
  return Object.assign(new RegExp(pattern), { test })
}

const patternPart: AnyPart = {
  read: (value) => value === true,
  otherwise: () => true,
  instead: 'the form of the key is not checked',
}

type Called = (...given: readonly unknown[]) => unknown

/** `guard.prefix`: the whole name of the part. */
function guardFunction(holder: object, called: Called, part: AnyPart, guard: Guard): Called {
  const { code, calls, pauses, prefix: name } = guard
  return (...given) => {
    const args = given as never[]
    if ((pauses.get(name) ?? 0) > calls.clock()) return part.otherwise(args, 'it was stopped a moment ago')
    try {
      // Reading the value runs code of the plugin too: getters, proxies.
      return calls.run(() => part.read(settledValue(called.apply(holder, given as unknown[])), args))
    } catch (error) {
      if (error instanceof PluginTooSlow) pauses.set(name, calls.clock() + PAUSE_AFTER_SLOW_MS)
      const problem = findProblem(error)
      calls.onFault({ ...code, part: name, problem, instead: part.instead })
      return part.otherwise(args, problem)
    }
  }
}

/** A promise is never an answer. Its result is ignored, since an unhandled failure would end the process. */
function settledValue(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || typeof (value as { then?: unknown }).then !== 'function')
    return value
  Promise.resolve(value).catch(() => {})
  throw new WrongValue('returned a promise, and must answer at once')
}

/** Plugins can throw any value, even one without a text form. */
function findProblem(error: unknown): string {
  try {
    if (error instanceof WrongValue || error instanceof PluginTooSlow) return error.message
    return `failed: ${shorten(readMessage(error))}`
  } catch {
    return 'failed: it threw a value without words'
  }
}
