import { launchWith, type ProgramLaunch, type ProgramTarget } from './launch.ts'
import { objectOrEmpty, parseObject } from './read-object.ts'

/**
 * The provider `qwenctl` has the models of the proxy. OpenAI and Anthropic lead to it too. A stored login with ChatGPT
 * replaces the address of OpenAI again (opencode 1.18.33). opencode and Kilo read the variable after all files
 * (https://opencode.ai/docs/config).
 */
export async function launchOpencode(
  args: readonly string[],
  { url, models, env }: ProgramTarget,
  variable: string,
): Promise<ProgramLaunch> {
  const own = parseObject(env[variable] ?? '{}')
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
    anthropic: lead('anthropic'),
    openai: lead('openai'),
    qwenctl: {
      npm: '@ai-sdk/openai-compatible',
      name: 'qwenctl',
      options,
      models: Object.fromEntries(entries),
    },
  }
  return launchWith(args, { [variable]: JSON.stringify({ ...own, provider }) })
}
