import { homedir } from 'node:os'
import { basename } from 'node:path'
import { QwenctlError } from '../lib/base/errors.ts'
import { findProjectSettings } from '../lib/toolkit/clients/project-settings.ts'
import { hiddenVariables, programEnvironment } from '../lib/toolkit/keys/program-environment.ts'
import { prepareLaunch } from '../lib/toolkit/keys/launch/prepare-launch.ts'
import { listProgramModels, programFlags, findProgramKey, proxyUrl } from './base/program-key.ts'
import { ProgramRun } from './base/run-program.ts'
import { AccountCommand } from './base/toolkit-command.ts'

/** Longer than any attended program runs; a program killed with -9 leaves a key that expires. */
const KEY_LIFE = '7d'

export default class Exec extends AccountCommand {
  static override summary = 'run a program through the running proxy'
  static override description =
    'Sets the variables that lead the program to the proxy. Agents such as codex, opencode and pi also get the files and flags that they need. Its client key is revoked when the program ends. Exits with the exit code of the program.'
  static override examples = [
    '<%= config.bin %> exec -- python agent.py',
    '<%= config.bin %> exec -- codex -m MODEL',
    '<%= config.bin %> exec --account qwen/work -- npx some-agent --fast',
  ]
  static override usage = 'exec [--account ACCOUNT] [-p PROVIDER] [-g GROUP] -- COMMAND...'
  static override strict = false
  static override flags = programFlags

  async run(): Promise<void> {
    const { argv, flags } = await this.parse(Exec)
    const [program, ...args] = argv as string[]
    if (program === undefined) {
      throw new QwenctlError('invalid_usage', 'no command given', { hint: 'qwenctl exec -- COMMAND...' })
    }
    const url = proxyUrl(this.toolkit)
    this.#cautionOfProject(program)
    const run = new ProgramRun()
    try {
      const { name, secret } = await findProgramKey(this.toolkit, flags, KEY_LIFE)
      try {
        const models = () => listProgramModels(url, secret)
        const launch = await prepareLaunch(program, args, { url, secret, models, env: process.env })
        try {
          const variables = { ...programEnvironment(url, secret), ...launch.env }
          process.exitCode = await run.run(program, launch.args, visibleTo(variables))
        } finally {
          launch.cleanUp()
        }
      } finally {
        await this.toolkit.keys.revoke(name)
      }
    } finally {
      run.close()
    }
  }

  /** Names the settings of the project that no start can override. */
  #cautionOfProject(program: string): void {
    const client = basename(program).replace(/\.(?:exe|cmd|js)$/i, '')
    const place = { folder: process.cwd(), home: homedir() }
    for (const { file, setting, overriddenByExec } of findProjectSettings(client, place))
      if (!overriddenByExec)
        this.caution(`${file} has ${setting}: in this folder, ${client} leaves the proxy; remove it there`)
  }
}

function visibleTo(variables: Record<string, string>): NodeJS.ProcessEnv {
  const env: NodeJS.ProcessEnv = { ...process.env, ...variables }
  for (const hidden of hiddenVariables) delete env[hidden]
  return env
}
