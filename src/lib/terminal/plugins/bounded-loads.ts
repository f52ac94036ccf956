import type { Plugin } from '@oclif/core'
import { keepOutputAside } from './output-aside.ts'
import { HOOK_LIMIT_MS, startRealTimer } from './plugin-hooks.ts'
import type { HookTimer } from './plugin-hooks.ts'

// Without an `oclif.manifest.json`, oclif loads the files of all commands of a plugin before any command of qwenctl
// runs. A file that waits at its top level would stop each command, also the one that removes the plugin.

type Load = (this: Plugin, ...given: unknown[]) => Promise<unknown>

/** The parts of a plugin that run files of its commands. */
const LOADS = ['findCommand', 'loadCommandsFromTarget'] as const

/** oclif's own way for each copy of oclif. */
const ownLoads = new WeakMap<object, Record<string, Load>>()

/** Gives the command files of installed plugins `HOOK_LIMIT_MS` each. oclif warns about a file that fails. */
export function boundLoads(
  prototype: object,
  startTimer: (limitMs: number) => HookTimer = startRealTimer,
): void {
  const own = ownLoads.get(prototype) ?? { ...readLoads(prototype) }
  ownLoads.set(prototype, own)
  for (const [name, load] of Object.entries(own)) {
    const bounded: Load = async function (...given) {
      const run = () => Reflect.apply(load, this, given)
      // Parts of qwenctl wait for each other's files, and need no bound.
      if (this.isRoot || this.type === 'core') return run()
      const timer = startTimer(HOOK_LIMIT_MS)
      try {
        return await Promise.race([keepOutputAside(run, this.name), timer.expired])
      } finally {
        timer.cancel()
      }
    }
    Object.assign(prototype, { [name]: bounded })
  }
}

function readLoads(prototype: object): Record<string, Load> {
  const methods = prototype as Record<string, Load | undefined>
  return Object.fromEntries(
    LOADS.flatMap((name) => (methods[name] === undefined ? [] : [[name, methods[name]]])),
  )
}
