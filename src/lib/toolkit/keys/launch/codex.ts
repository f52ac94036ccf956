import { readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { TomlText } from '../../clients/toml-text.ts'
import { launchWith, type ProgramLaunch, type ProgramTarget } from './launch.ts'

/**
 * Codex ignores OPENAI_BASE_URL and reads a provider from its configuration, which `-c` overrides
 * (https://developers.openai.com/codex/config-reference, 2026-11). A profile may name a provider too, which decides over
 * that of the file.
 */
export function launchCodex(args: readonly string[], { url, env }: ProgramTarget): ProgramLaunch {
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
  const profile = findProfile(args) ?? readProfile(env)
  const ofProfile = profile === null ? [] : [`profiles.${JSON.stringify(profile)}.model_provider="qwenctl"`]
  const flags = ['model_provider="qwenctl"', ...ofProfile, ...settings].flatMap((setting) => ['-c', setting])
  return launchWith([...flags, ...args])
}

/** The profile that the arguments name, in each form that Codex reads (clap: `-pNAME`, `-p=NAME`); null: none. */
function findProfile(args: readonly string[]): string | null {
  const end = args.indexOf('--')
  const options = end < 0 ? args : args.slice(0, end)
  for (const [index, arg] of options.entries()) {
    if (arg === '-p' || arg === '--profile') return options[index + 1] ?? null
    const [, value] = /^(?:-p=?|--profile=)(.+)$/s.exec(arg) ?? []
    if (value !== undefined) return value
  }
  return null
}

/** The profile that the configuration names; null: none, or Codex cannot read it either. */
function readProfile(env: NodeJS.ProcessEnv): string | null {
  const file = join(env.CODEX_HOME ?? join(homedir(), '.codex'), 'config.toml')
  try {
    const profile = new TomlText(file, readFileSync(file, 'utf8')).get(['profile'])
    return typeof profile === 'string' ? profile : null
  } catch {
    return null
  }
}
