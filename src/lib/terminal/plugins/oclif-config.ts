import { createRequire } from 'node:module'
import { join } from 'node:path'
import { Config, Plugin } from '@oclif/core'
import { boundLoads } from './bounded-loads.ts'
import { keepOutputAside } from './output-aside.ts'
import { runHookBounded } from './plugin-hooks.ts'

type LoadOptions = Parameters<typeof Config.load>[0]

export interface ConfigOptions {
  /** The folder of installed plugins; default: oclif's folder. */
  pluginsFolder?: string | undefined
  warn: (message: string) => void
}

/** oclif would load a configuration again to run a command line, and once more to run the command of it. */
const loadNew = Config.load.bind(Config)
Config.load = (given) => (given instanceof Config ? Promise.resolve(given) : loadNew(given))

/**
 * Loads oclif's configuration with the plugins of a home. Output of plugins goes to standard error meanwhile. The oclif
 * of a plugin creates configurations of its own. So the folder and the hook limits apply to all of them.
 */
export function loadConfig(load: LoadOptions, options: ConfigOptions): Promise<Config> {
  adjust(Config, options)
  boundLoads(Plugin.prototype)
  return keepOutputAside(() => Config.load(load))
}

/**
 * Applies the same to the oclif of a plugin, before one of its commands runs. A plugin may bring a copy of its own,
 * and its commands create their configuration with that copy. With `--json` they print a
 * failure themselves: `describe` gives it the form of all commands.
 */
export function adjustPluginOclif(
  plugin: { root: string },
  options: ConfigOptions,
  describe: (error: unknown) => object | null,
): void {
  try {
    const core = createRequire(join(plugin.root, 'package.json'))('@oclif/core') as {
      Config: typeof Config
      Plugin: typeof Plugin
      Command: { prototype: object }
    }
    if (core.Config !== Config) {
      adjust(core.Config, options)
      boundLoads(core.Plugin.prototype)
    }
    Object.assign(core.Command.prototype, { toErrorJson: (error: unknown) => ({ error: describe(error) }) })
  } catch {
    // The plugin uses no oclif: its commands create no configuration.
  }
}

type FindFolder = (this: Config, category: string) => string

/** oclif's own way for each copy of oclif: a process may load several configurations. */
const ownFolders = new WeakMap<object, FindFolder>()

function adjust({ prototype }: typeof Config, { pluginsFolder, warn }: ConfigOptions): void {
  const dir = ownFolders.get(prototype) ?? (prototype as unknown as { dir: FindFolder }).dir
  ownFolders.set(prototype, dir)
  Object.assign(prototype, {
    dir(this: Config, category: string): string {
      return category === 'data' && pluginsFolder !== undefined ? pluginsFolder : dir.call(this, category)
    },
    runHook(this: Config, ...given: [event: string, options: Record<string, unknown>]) {
      return runHookBounded(this, warn, ...given)
    },
  })
}

/** While `run` works, a file of a plugin that does not load is one warning; oclif says it with each configuration. */
export async function withShortWarnings<Value>(
  warn: (message: string) => void,
  run: () => Promise<Value>,
): Promise<Value> {
  const emitWarning = process.emitWarning.bind(process)
  const said = new Set<string>()
  process.emitWarning = (...given: unknown[]) => {
    const line = given.map(warningLine).find((words) => words !== null)
    if (line === undefined) return void Reflect.apply(emitWarning, null, given)
    if (!said.has(line)) warn(line)
    said.add(line)
  }
  try {
    return await run()
  } finally {
    process.emitWarning = emitWarning
  }
}

/** oclif adds plugin and file to its errors as lines of detail; null: a warning of something else. */
function warningLine(warning: unknown): string | null {
  if (!(warning instanceof Error)) return null
  const { code, path } = warning as NodeJS.ErrnoException
  if ((code === 'EACCES' || code === 'EPERM') && path?.endsWith('package.json') === true)
    return `installed plugins are left out: ${path} is not readable (${code})`
  if (!('detail' in warning)) return null
  const plugin = /^plugin: (.*)$/m.exec(String(warning.detail))?.[1]
  if (plugin === undefined) return null
  return `plugin ${plugin}: one of its files does not load: ${warning.message.split('\n')[0] ?? ''}`
}
