import { homedir } from 'node:os'
import { join } from 'node:path'
import { launchWith, type ProgramLaunch, type ProgramTarget } from './launch.ts'
import { objectOrEmpty, parseObject, readObject } from './read-object.ts'

/** The names that differ between opencode and Kilo, which grew from it. */
interface Names {
  /** The folder of its data. */
  folder: string
  /** The variable that has a configuration. Both read it after all files (https://opencode.ai/docs/config). */
  config: string
  /** The variable that turns off the parts which follow a login past an address (opencode 1.18.33, Kilo 7.8.1). */
  noPlugins: string
}

export const opencode: Names = {
  folder: 'opencode',
  config: 'OPENCODE_CONFIG_CONTENT',
  noPlugins: 'OPENCODE_DISABLE_DEFAULT_PLUGINS',
}
export const kilo: Names = {
  folder: 'kilo',
  config: 'KILO_CONFIG_CONTENT',
  noPlugins: 'KILO_DISABLE_DEFAULT_PLUGINS',
}

const led = ['anthropic', 'openai'] as const

/**
 * The provider `qwenctl` has the models of the proxy. OpenAI and Anthropic lead to it too. A stored login at one of
 * them, as with ChatGPT, makes a built-in plugin replace the address again. Then these plugins are off. The file of
 * logins stays, because the program may renew others in it.
 */
export async function launchOpencode(
  args: readonly string[],
  { url, models, env }: ProgramTarget,
  names: Names,
): Promise<ProgramLaunch> {
  const own = parseObject(env[names.config] ?? '{}')
  const options = { baseURL: `${url}/v1`, apiKey: '{env:OPENAI_API_KEY}' }
  const providers = objectOrEmpty(own.provider)
  const lead = (name: string) => {
    const given = objectOrEmpty(providers[name])
    return { ...given, options: { ...objectOrEmpty(given.options), ...options } }
  }
  // An empty entry is shorter: a variable holds 32,767 characters on Windows, and pools have hundreds of models.
  const entries = (await models()).map((id) => [id, {}] as const)
  const provider = {
    ...providers,
    ...Object.fromEntries(led.map((name) => [name, lead(name)])),
    qwenctl: {
      npm: '@ai-sdk/openai-compatible',
      name: 'qwenctl',
      options,
      models: Object.fromEntries(entries),
    },
  }
  const noPlugins = hasLogin(env, names) ? { [names.noPlugins]: 'true' } : {}
  return launchWith(args, { [names.config]: JSON.stringify({ ...own, provider }), ...noPlugins })
}

/** Whether the program has a login, not a key, at a provider that leads to the proxy. */
function hasLogin(env: NodeJS.ProcessEnv, { folder }: Names): boolean {
  const data = env.XDG_DATA_HOME ?? join(homedir(), '.local', 'share')
  const logins = readObject(join(data, folder, 'auth.json'))
  return led.some((name) => objectOrEmpty(logins[name]).type === 'oauth')
}
