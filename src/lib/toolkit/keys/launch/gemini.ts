import { mkdirSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { launchWithFolder, type ProgramLaunch, type ProgramTarget } from './launch.ts'
import { linkOthers } from './link-others.ts'
import { objectOrEmpty, readObject } from './read-object.ts'

/**
 * With a base URL in its environment, Gemini CLI expects a gateway, and then does not start without a terminal. The
 * login in its settings decides first (https://github.com/google-gemini/gemini-cli, packages/cli/src/config/auth.ts,
 * 0.61, 2026-11). A temporary folder has settings with that login, and links to all other files.
 */
export function launchGemini(args: readonly string[], { env }: ProgramTarget): Promise<ProgramLaunch> {
  const own = join(env.GEMINI_CLI_HOME ?? homedir(), '.gemini')
  return launchWithFolder('gemini', (home) => {
    const folder = join(home, '.gemini')
    mkdirSync(folder)
    mkdirSync(join(own, 'tmp'), { recursive: true }) // the conversations
    linkOthers(own, folder, 'settings.json')
    const known = readObject(join(own, 'settings.json'))
    const security = { ...objectOrEmpty(known.security), auth: { selectedType: 'gemini-api-key' } }
    writeFileSync(join(folder, 'settings.json'), JSON.stringify({ ...known, security }), { mode: 0o600 })
    return { args: [...args], env: { GEMINI_CLI_HOME: home } }
  })
}
