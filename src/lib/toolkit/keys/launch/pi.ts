import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ProgramLaunch, ProgramTarget } from './launch.ts'
import { linkOthers } from './link-others.ts'
import { objectOrEmpty, readObject } from './read-object.ts'

/**
 * pi reads providers only from `models.json` of its folder, and an `apiKey` there may name a variable
 * (https://github.com/badlogic/pi-mono, packages/coding-agent/docs/models.md). A temporary folder has this file, and
 * links to all others.
 */
export async function launchPi(
  args: readonly string[],
  { url, models, env }: ProgramTarget,
): Promise<ProgramLaunch> {
  const own = env.PI_CODING_AGENT_DIR ?? join(homedir(), '.pi', 'agent')
  const folder = mkdtempSync(join(tmpdir(), 'qwenctl-pi-'))
  mkdirSync(join(own, 'sessions'), { recursive: true })
  linkOthers(own, folder, 'models.json')
  for (const name of ['auth.json', 'settings.json'])
    if (!existsSync(join(own, name))) symlinkSync(join(own, name), join(folder, name))
  const known = readObject(join(own, 'models.json'))
  const provider = {
    baseUrl: `${url}/v1`,
    api: 'openai-completions',
    apiKey: 'OPENAI_API_KEY',
    models: (await models()).map((id) => ({ id })),
  }
  const all = { ...known, providers: { ...objectOrEmpty(known.providers), qwenctl: provider } }
  writeFileSync(join(folder, 'models.json'), JSON.stringify(all), { mode: 0o600 })
  const named = args.includes('--provider') ? [] : ['--provider', 'qwenctl']
  return {
    args: [...named, ...args],
    env: { PI_CODING_AGENT_DIR: folder },
    cleanUp: () => rmSync(folder, { recursive: true, force: true }),
  }
}
