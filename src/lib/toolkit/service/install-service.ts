import { spawn } from 'node:child_process'
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { readErrno } from '../../base/errno.ts'
import { QwenctlError, readMessage } from '../../base/errors.ts'
import { SERVICE_MARK } from './service.ts'
import type { Service, ServiceCommand, ServiceStep } from './service.ts'

/** The result of an installation or removal. */
export interface ServiceOutcome {
  /** False: the system's command was unavailable, or failed. */
  isDone: boolean
  /** The reason for a failure. */
  problem: string | null
  /** Commands that the user still has to run. */
  left: string[]
}

const STEP_MS = 60_000

export function isInstalled({ file }: Service): boolean {
  return readText(file)?.includes(SERVICE_MARK) === true
}

/** Writes the service's file and starts it. Throws `failed` if another program's file is in its place. */
export async function installService(
  service: Service,
  command: ServiceCommand,
  env: NodeJS.ProcessEnv,
): Promise<ServiceOutcome> {
  const { file } = service
  refuseForeign(service)
  try {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
    writeFileSync(`${file}.tmp`, service.text(command), { mode: 0o600 })
    renameSync(`${file}.tmp`, file)
  } catch (error) {
    throw new QwenctlError('failed', `${file} cannot be written: ${readMessage(error)}`, { cause: error })
  }
  return take(service.starting, env)
}

/** Ends the service and removes its file. Throws `failed` if there is none, or if it belongs to another program. */
export async function uninstallService(service: Service, env: NodeJS.ProcessEnv): Promise<ServiceOutcome> {
  const { file, ending, forgetting } = service
  refuseForeign(service)
  if (!isInstalled(service)) {
    throw new QwenctlError('failed', 'the proxy is not installed as a service', {
      hint: `there is no ${file}; qwenctl proxy install installs it`,
    })
  }
  const ended = await take(ending, env)
  rmSync(file, { force: true })
  const forgotten = await take(forgetting, env)
  return {
    isDone: ended.isDone && forgotten.isDone,
    problem: ended.problem ?? forgotten.problem,
    left: [...ended.left, ...forgotten.left],
  }
}

function refuseForeign({ file }: Service): void {
  const text = readText(file)
  if (text === null || text.includes(SERVICE_MARK)) return
  throw new QwenctlError('failed', `${file} was not written by qwenctl, and stays as it is`, {
    hint: 'move it away first',
  })
}

/** Runs the steps in order until one fails. */
async function take(steps: ServiceStep[], env: NodeJS.ProcessEnv): Promise<ServiceOutcome> {
  for (const [index, step] of steps.entries()) {
    const problem = await run(step, env)
    if (problem === null || step.mayFail === true) continue
    return { isDone: false, problem, left: steps.slice(index).map(({ words }) => words.join(' ')) }
  }
  return { isDone: true, problem: null, left: [] }
}

/** Null: success. */
function run({ words }: ServiceStep, env: NodeJS.ProcessEnv): Promise<string | null> {
  const [program = '', ...args] = words
  return new Promise((resolve) => {
    const child = spawn(program, args, { env, stdio: ['ignore', 'ignore', 'pipe'], timeout: STEP_MS })
    let said = ''
    child.stderr.setEncoding('utf8').on('data', (text: string) => (said = (said + text).slice(0, 1000)))
    child.on('error', () => resolve(`there is no ${program}`))
    child.on('close', (code) => {
      const [first = ''] = said.trim().split('\n')
      resolve(code === 0 ? null : `${words.join(' ')} failed${first === '' ? '' : `: ${first}`}`)
    })
  })
}

function readText(file: string): string | null {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    if (readErrno(error) === 'ENOENT') return null
    throw new QwenctlError('failed', `${file} cannot be read: ${readMessage(error)}`, { cause: error })
  }
}
