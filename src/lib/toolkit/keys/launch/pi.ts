import { existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { launchWithFolder, type ProgramLaunch, type ProgramTarget } from './launch.ts'
import { linkOthers } from './link-others.ts'
import { objectOrEmpty, readObject } from './read-object.ts'

/** Commands that take no provider (packages/coding-agent/src/package-manager-cli.ts of pi, 2026-11). */
const subcommands: ReadonlySet<string> = new Set([
  'config',
  'install',
  'list',
  'remove',
  'uninstall',
  'update',
])

/**
 * pi reads providers only from `models.json` of its folder, and an `apiKey` there may name a variable
 * (https://github.com/badlogic/pi-mono, packages/coding-agent/docs/models.md). A temporary folder has this file, and
 * links to all others.
 */
export function launchPi(
  args: readonly string[],
  { url, models, env }: ProgramTarget,
): Promise<ProgramLaunch> {
  const own = env.PI_CODING_AGENT_DIR ?? join(homedir(), '.pi', 'agent')
  const isNamed = args.includes('--provider') || subcommands.has(args[0] ?? '')
  const named = isNamed ? [] : ['--provider', 'qwenctl']
  return launchWithFolder('pi', async (folder) => {
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
    return { args: [...named, ...args], env: { PI_CODING_AGENT_DIR: folder } }
  })
}
