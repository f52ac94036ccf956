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
  /** The program's client key. */
  secret: string
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
  claude: launchClaude,
  codex: launchCodex,
  gemini: launchGemini,
  kilo: (args, target) => launchOpencode(args, target, 'KILO_CONFIG_CONTENT'),
  opencode: (args, target) => launchOpencode(args, target, 'OPENCODE_CONFIG_CONTENT'),
  pi: launchPi,
  qwen: launchQwen,
}

/** Prepares the start of a program, without a secret in its arguments. */
export async function prepareLaunch(
  program: string,
  args: readonly string[],
  target: ProgramTarget,
): Promise<ProgramLaunch> {
  const name = basename(program).replace(/\.(?:exe|cmd|js)$/i, '')
  const launch = Object.hasOwn(launchers, name) ? launchers[name] : undefined
  return launch === undefined ? launchAsItIs(args) : launch(args, target)
}

function launchAsItIs(args: readonly string[], env: Record<string, string> = {}): ProgramLaunch {
  return { args: [...args], env, cleanUp: () => undefined }
}

/** Variables of Claude Code that lead to another service. */
const elsewhere = [
  'ANTHROPIC_BASE_URL',
  'ANTHROPIC_AUTH_TOKEN',
  'ANTHROPIC_API_KEY',
  'CLAUDE_CODE_USE_BEDROCK',
  'CLAUDE_CODE_USE_FOUNDRY',
  'CLAUDE_CODE_USE_VERTEX',
]

/**
 * The settings of Claude Code decide over its environment, and the file of `--settings` decides over them. Homes without
 * such settings need no file (https://code.claude.com/docs/en/settings, https://code.claude.com/docs/en/env-vars).
 */
function launchClaude(args: readonly string[], { url, secret, env }: ProgramTarget): ProgramLaunch {
  const folders = [env.CLAUDE_CONFIG_DIR ?? join(homedir(), '.claude'), join(process.cwd(), '.claude')]
  const files = folders.flatMap((folder) =>
    ['settings.json', 'settings.local.json'].map((name) => join(folder, name)),
  )
  const isLedAway = files.some((file) => elsewhere.some((name) => name in (readObject(file).env ?? {})))
  const hasSettings = args.some((arg) => arg === '--settings' || arg.startsWith('--settings='))
  if (!isLedAway || hasSettings) return launchAsItIs(args)
  const folder = mkdtempSync(join(tmpdir(), 'qwenctl-claude-'))
  const file = join(folder, 'settings.json')
  const empty = Object.fromEntries(elsewhere.map((name) => [name, '']))
  const variables = { ...empty, ANTHROPIC_BASE_URL: url, ANTHROPIC_AUTH_TOKEN: secret }
  writeFileSync(file, JSON.stringify({ env: variables }), { mode: 0o600 })
  return {
    args: ['--settings', file, ...args],
    env: {},
    cleanUp: () => rmSync(folder, { recursive: true, force: true }),
  }
}

/**
 * The login in the settings of Qwen Code decides over its variables, and `--auth-type` over both
 * (https://qwenlm.github.io/qwen-code-docs/en/users/configuration/auth).
 */
function launchQwen(args: readonly string[]): ProgramLaunch {
  const isNamed = args.some((arg) => arg.startsWith('--auth-type'))
  return launchAsItIs(isNamed ? args : ['--auth-type', 'openai', ...args])
}

/**
 * The provider `qwenctl` has the models of the proxy. OpenAI and Anthropic lead to it too, also with a stored login.
 * opencode and Kilo read the variable after all files (https://opencode.ai/docs/config).
 */
async function launchOpencode(
  args: readonly string[],
  { url, models, env }: ProgramTarget,
  variable: string,
): Promise<ProgramLaunch> {
  const own = parseObject(env[variable] ?? '{}')
  const options = { baseURL: `${url}/v1`, apiKey: '{env:OPENAI_API_KEY}' }
  const provider = {
    ...own.provider,
    anthropic: { options },
    openai: { options },
    qwenctl: {
      npm: '@ai-sdk/openai-compatible',
      name: 'qwenctl',
      options,
      models: Object.fromEntries((await models()).map((id) => [id, { name: id }])),
    },
  }
  return launchAsItIs(args, { [variable]: JSON.stringify({ ...own, provider }) })
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
  return launchAsItIs([...flags, ...args])
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

interface KnownObject {
  providers?: object
  provider?: object
  security?: object
  env?: object
}

/** The object in a file; an empty one if the program cannot read it either. */
function readObject(file: string): KnownObject {
  try {
    return parseObject(readFileSync(file, 'utf8'))
  } catch {
    return {}
  }
}

function parseObject(text: string): KnownObject {
  try {
    const value = toValue(parseJsonc(text))
    return typeof value === 'object' && value !== null ? value : {}
  } catch {
    return {}
  }
}
