import { launchWith, type ProgramLaunch, type ProgramTarget } from './launch.ts'
import { objectOrEmpty, parseObject } from './read-object.ts'

/**
 * The provider `qwenctl` has the models of the proxy. OpenAI and Anthropic lead to it too, also with a stored login.
 * opencode and Kilo read the variable after all files (https://opencode.ai/docs/config).
 */
export async function launchOpencode(
  args: readonly string[],
  { url, models, env }: ProgramTarget,
  variable: string,
): Promise<ProgramLaunch> {
  const own = parseObject(env[variable] ?? '{}')
  const options = { baseURL: `${url}/v1`, apiKey: '{env:OPENAI_API_KEY}' }
  const provider = {
    ...objectOrEmpty(own.provider),
    anthropic: { options },
    openai: { options },
    qwenctl: {
      npm: '@ai-sdk/openai-compatible',
      name: 'qwenctl',
      options,
      models: Object.fromEntries((await models()).map((id) => [id, { name: id }])),
    },
  }
  return launchWith(args, { [variable]: JSON.stringify({ ...own, provider }) })
}
