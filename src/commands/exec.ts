import { spawn } from 'node:child_process'
import { constants } from 'node:os'
import { QwenctlError } from '../lib/base/errors.ts'
import { hiddenVariables, programEnvironment } from '../lib/toolkit/keys/program-environment.ts'
import { prepareLaunch } from '../lib/toolkit/keys/launch/prepare-launch.ts'
import { listProgramModels, programFlags, findProgramKey, proxyUrl } from './base/program-key.ts'
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
    const { name, secret } = await findProgramKey(this.toolkit, flags, KEY_LIFE)
    try {
      const models = () => listProgramModels(url, secret)
      const launch = await prepareLaunch(program, args, { url, secret, models, env: process.env })
      try {
        const variables = { ...programEnvironment(url, secret), ...launch.env }
        process.exitCode = await runProgram(program, launch.args, variables)
      } finally {
        launch.cleanUp()
      }
    } finally {
      await this.toolkit.keys.revoke(name)
    }
  }
}

function startError(program: string, cause: NodeJS.ErrnoException): QwenctlError {
  if (cause.code !== 'ENOENT')
    return new QwenctlError('failed', `the program ${program} cannot be run (${cause.code})`, { cause })
  return new QwenctlError('program_not_found', `there is no program ${program}`, {
    cause,
    hint: 'check its name and PATH',
  })
}

/** Resolves with its exit code, or 128 plus the signal's number if a signal ended it. */
function runProgram(program: string, args: string[], variables: Record<string, string>): Promise<number> {
  const env: NodeJS.ProcessEnv = { ...process.env, ...variables }
  for (const hidden of hiddenVariables) delete env[hidden]
  const child = spawn(program, args, { stdio: 'inherit', env })
  // A terminal sends Ctrl-C to both processes: the program decides how to react, and this process ends with it.
  const ignore = () => undefined
  const pass = (signal: NodeJS.Signals) => child.kill(signal)
  process.on('SIGINT', ignore).on('SIGTERM', pass).on('SIGHUP', pass)
  return new Promise<number>((resolve, reject) => {
    child.on('error', (error: NodeJS.ErrnoException) => {
      reject(startError(program, error))
    })
    child.on('close', (code, signal) =>
      resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal])),
    )
  }).finally(() => process.off('SIGINT', ignore).off('SIGTERM', pass).off('SIGHUP', pass))
}
