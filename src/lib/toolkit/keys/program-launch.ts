// The start of programs that read more than the variables of `program-environment.ts`, by its name. Sources: the documentation or
// source of each client, 2026-11.

import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { parseJsonc, toValue } from '../clients/jsonc-reader.ts'

export interface ProgramTarget {
  /** The URL of the proxy. */
  url: string
  /** The models that the proxy lists. */
  models: () => Promise<readonly string[]>
  env: NodeJS.ProcessEnv
}

export interface ProgramLaunch {
  args: string[]
  /** Additional variables. */
  env: Record<string, string>
  /** Removes what was made for the program. */
  cleanUp: () => void
}

type Launcher = (args: readonly string[], target: ProgramTarget) => Promise<ProgramLaunch> | ProgramLaunch

const launchers: Readonly<Record<string, Launcher>> = {
  codex: launchCodex,
  gemini: launchGemini,
  pi: launchPi,
}

/** Prepares the start of a program, without a secret in its arguments. */
export async function prepareLaunch(
  program: string,
  args: readonly string[],
  target: ProgramTarget,
): Promise<ProgramLaunch> {
  const name = basename(program).replace(/\.(?:exe|cmd|js)$/i, '')
  const launch = Object.hasOwn(launchers, name) ? launchers[name] : undefined
  return launch === undefined ? { args: [...args], env: {}, cleanUp: () => undefined } : launch(args, target)
}

/**
 * Codex ignores OPENAI_BASE_URL and reads a provider from its configuration, which `-c` overrides
 * (https://developers.openai.com/codex/config-reference).
 */
function launchCodex(args: readonly string[], { url }: ProgramTarget): ProgramLaunch {
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
  return { args: [...flags, ...args], env: {}, cleanUp: () => undefined }
}

/**
 * With a base URL in its environment, Gemini CLI expects a gateway, and then does not start without a terminal. The
 * login in its settings decides first (https://github.com/google-gemini/gemini-cli, packages/cli/src/config/auth.ts,
 * 0.61, 2026-11). A temporary folder has settings with that login, and links to all other files.
 */
function launchGemini(args: readonly string[], { env }: ProgramTarget): ProgramLaunch {
  const own = join(env.GEMINI_CLI_HOME ?? homedir(), '.gemini')
  const home = mkdtempSync(join(tmpdir(), 'qwenctl-gemini-'))
  const folder = join(home, '.gemini')
  mkdirSync(folder)
  mkdirSync(join(own, 'tmp'), { recursive: true }) // the conversations
  for (const name of readdirSync(own))
    if (name !== 'settings.json') symlinkSync(join(own, name), join(folder, name))
  const known = readObject(join(own, 'settings.json'))
  const security = { ...known.security, auth: { selectedType: 'gemini-api-key' } }
  writeFileSync(join(folder, 'settings.json'), JSON.stringify({ ...known, security }), { mode: 0o600 })
  return {
    args: [...args],
    env: { GEMINI_CLI_HOME: home },
    cleanUp: () => rmSync(home, { recursive: true, force: true }),
  }
}

/**
 * pi reads providers only from `models.json` of its folder, and an `apiKey` there may name a variable
 * (https://github.com/badlogic/pi-mono, packages/coding-agent/docs/models.md). A temporary folder has this file, and
 * links to all others.
 */
async function launchPi(
  args: readonly string[],
  { url, models, env }: ProgramTarget,
): Promise<ProgramLaunch> {
  const own = env.PI_CODING_AGENT_DIR ?? join(homedir(), '.pi', 'agent')
  const folder = mkdtempSync(join(tmpdir(), 'qwenctl-pi-'))
  mkdirSync(join(own, 'sessions'), { recursive: true })
  for (const name of readdirSync(own))
    if (name !== 'models.json') symlinkSync(join(own, name), join(folder, name))
  for (const name of ['auth.json', 'settings.json'])
    if (!existsSync(join(own, name))) symlinkSync(join(own, name), join(folder, name))
  const known = readObject(join(own, 'models.json'))
  const provider = {
    baseUrl: `${url}/v1`,
    api: 'openai-completions',
    apiKey: 'OPENAI_API_KEY',
    models: (await models()).map((id) => ({ id })),
  }
  const all = { ...known, providers: { ...known.providers, qwenctl: provider } }
  writeFileSync(join(folder, 'models.json'), JSON.stringify(all), { mode: 0o600 })
  const named = args.includes('--provider') ? [] : ['--provider', 'qwenctl']
  return {
    args: [...named, ...args],
    env: { PI_CODING_AGENT_DIR: folder },
    cleanUp: () => rmSync(folder, { recursive: true, force: true }),
  }
}

function readObject(file: string): { providers?: object; security?: object } {
  try {
    return toValue(parseJsonc(readFileSync(file, 'utf8'))) as { providers?: object; security?: object }
  } catch {
    return {} // the file is missing, or the program cannot read it either
  }
}
