import { writeFileSync } from 'node:fs'
import { homedir, platform } from 'node:os'
import { join } from 'node:path'
import { launchWith, launchWithFolder, type ProgramLaunch, type ProgramTarget } from './launch.ts'
import { objectOrEmpty, readObject } from './read-object.ts'

/** Commands that refuse the flag, as `qwen --help` of 0.24.4 lists them. */
const subcommands: ReadonlySet<string> = new Set([
  'auth',
  'channel',
  'extensions',
  'hooks',
  'mcp',
  'review',
  'serve',
  'sessions',
  'update',
])

/** Names the system settings, which decide over those of the user and of the project. */
const SYSTEM = 'QWEN_CODE_SYSTEM_SETTINGS_PATH'
/** https://qwenlm.github.io/qwen-code-docs/en/users/configuration/settings (2026-11). */
const systemFiles: Readonly<Partial<Record<NodeJS.Platform, string>>> = {
  linux: '/etc/qwen-code/settings.json',
  darwin: '/Library/Application Support/QwenCode/settings.json',
  win32: 'C:\\ProgramData\\qwen-code\\settings.json',
}

/**
 * The login in the settings of Qwen Code decides over its variables, and `--auth-type` over both
 * (https://qwenlm.github.io/qwen-code-docs/en/users/configuration/auth, 2026-11). A model under `modelProviders` has an
 * address of its own, which decides over all of them. System settings replace that list (the same site,
 * configuration/model-providers, 2026-11). If any settings have it, a temporary file has the models of the proxy.
 */
export async function launchQwen(
  args: readonly string[],
  { url, models, env }: ProgramTarget,
): Promise<ProgramLaunch> {
  const isNamed = args.some((arg) => /^--auth-?type(?:=|$)/i.test(arg))
  const isOther = subcommands.has(args[0] ?? '')
  const all = isNamed || isOther ? [...args] : ['--auth-type', 'openai', ...args]
  const system = readObject(env[SYSTEM] ?? systemFiles[platform()] ?? '')
  const folders = [env.QWEN_HOME ?? join(homedir(), '.qwen'), join(process.cwd(), '.qwen')]
  const known = [system, ...folders.map((folder) => readObject(join(folder, 'settings.json')))]
  if (isNamed || known.every((settings) => Object.keys(objectOrEmpty(settings.modelProviders)).length === 0))
    return launchWith(all)
  const entries = (await models()).map((id) => ({ id, baseUrl: `${url}/v1`, envKey: 'OPENAI_API_KEY' }))
  const settings = { ...system, modelProviders: { openai: entries } }
  return launchWithFolder('qwen', (folder) => {
    const file = join(folder, 'settings.json')
    writeFileSync(file, JSON.stringify(settings), { mode: 0o600 })
    return { args: all, env: { [SYSTEM]: file } }
  })
}
