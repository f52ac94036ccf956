import { mkdirSync, writeFileSync } from 'node:fs'
import { homedir, platform } from 'node:os'
import { join } from 'node:path'
import { launchWithFolder, type ProgramLaunch, type ProgramTarget } from './launch.ts'
import { linkOthers } from './link-others.ts'
import { objectOrEmpty, readObject } from './read-object.ts'

/** Names the system settings, which decide over those of the user and of the project. */
const SYSTEM = 'GEMINI_CLI_SYSTEM_SETTINGS_PATH'
/** https://geminicli.com/docs/reference/configuration and Gemini CLI 0.61 (2026-11). */
const systemFiles: Readonly<Partial<Record<NodeJS.Platform, string>>> = {
  linux: '/etc/gemini-cli/settings.json',
  darwin: '/Library/Application Support/GeminiCli/settings.json',
  win32: 'C:\\ProgramData\\gemini-cli\\settings.json',
}

/** The login by which Gemini CLI reads its base URL. */
const LOGIN = 'gemini-api-key'

/**
 * With a base URL in its environment, Gemini CLI expects a gateway, and then does not start without a terminal. The
 * login in its settings decides first (https://github.com/google-gemini/gemini-cli, packages/cli/src/config/auth.ts,
 * 0.61, 2026-11). A temporary folder has settings with that login, and links to all other files. Settings of the
 * project or of the system may name another login. Then temporary system settings name this one.
 */
export function launchGemini(args: readonly string[], { env }: ProgramTarget): Promise<ProgramLaunch> {
  const own = join(env.GEMINI_CLI_HOME ?? homedir(), '.gemini')
  const system = readObject(env[SYSTEM] ?? systemFiles[platform()] ?? '')
  const project = readObject(join(process.cwd(), '.gemini', 'settings.json'))
  return launchWithFolder('gemini', (home) => {
    const folder = join(home, '.gemini')
    mkdirSync(folder)
    mkdirSync(join(own, 'tmp'), { recursive: true }) // the conversations
    linkOthers(own, folder, 'settings.json')
    writeSettings(join(folder, 'settings.json'), readObject(join(own, 'settings.json')))
    const variables: Record<string, string> = { GEMINI_CLI_HOME: home }
    if ([system, project].some(namesOtherLogin)) {
      const file = join(home, 'system-settings.json')
      writeSettings(file, system)
      variables[SYSTEM] = file
    }
    return { args: [...args], env: variables }
  })
}

function writeSettings(file: string, known: Record<string, unknown>): void {
  const security = { ...objectOrEmpty(known.security), auth: { selectedType: LOGIN } }
  writeFileSync(file, JSON.stringify({ ...known, security }), { mode: 0o600 })
}

function namesOtherLogin(settings: Record<string, unknown>): boolean {
  const { selectedType = LOGIN, enforcedType = LOGIN } = objectOrEmpty(objectOrEmpty(settings.security).auth)
  return selectedType !== LOGIN || enforcedType !== LOGIN
}
