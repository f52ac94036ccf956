import { Config } from '@oclif/core'
import { keepOutputAside } from './output-aside.ts'
import { runHookBounded } from './plugin-hooks.ts'

type LoadOptions = Parameters<typeof Config.load>[0]

export interface ConfigOptions {
  /** The folder of installed plugins; default: oclif's folder. */
  pluginsFolder?: string | undefined
  warn: (message: string) => void
}

const { dir } = Config.prototype as unknown as { dir: (category: string) => string }

/**
 * Loads oclif's configuration with the plugins of a home. Output of plugins goes to standard error meanwhile. oclif
 * creates another configuration for each command, so the folder and the hook limits apply to all of them.
 */
export function loadConfig(load: LoadOptions, { pluginsFolder, warn }: ConfigOptions): Promise<Config> {
  Object.assign(Config.prototype, {
    dir(this: Config, category: string): string {
      return category === 'data' && pluginsFolder !== undefined ? pluginsFolder : dir.call(this, category)
    },
    runHook(this: Config, ...given: [event: string, options: Record<string, unknown>]) {
      return runHookBounded(this, warn, ...given)
    },
  })
  return keepOutputAside(() => Config.load(load))
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
  if (!(warning instanceof Error) || !('detail' in warning)) return null
  const plugin = /^plugin: (.*)$/m.exec(String(warning.detail))?.[1]
  if (plugin === undefined) return null
  return `plugin ${plugin}: one of its files does not load: ${warning.message.split('\n')[0] ?? ''}`
}
