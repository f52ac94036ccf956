import { launchWith, type ProgramLaunch, type ProgramTarget } from './launch.ts'

/**
 * Codex ignores OPENAI_BASE_URL and reads a provider from its configuration, which `-c` overrides
 * (https://developers.openai.com/codex/config-reference).
 */
export function launchCodex(args: readonly string[], { url }: ProgramTarget): ProgramLaunch {
  const provider = {
    name: 'qwenctl',
    base_url: `${url}/v1`,
    env_key: 'OPENAI_API_KEY',
    wire_api: 'responses',
    supports_websockets: false,
  }
  const settings = Object.entries(provider).map(
    ([key, value]) => `model_providers.qwenctl.${key}=${JSON.stringify(value)}`,
  )
  const flags = ['model_provider="qwenctl"', ...settings].flatMap((setting) => ['-c', setting])
  return launchWith([...flags, ...args])
}
