// Runs one agent with an empty home, over a proxy of the built program and scripted services.

import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { binary, cleanEnv, runBinary } from '../../support/cli.ts'
import { givenHome, startedProxy } from '../../e2e/proxy/proxy-process.ts'
import { makeKey } from '../../support/servers/proxy-harness.ts'
import { agentProgram, type Agent } from './agents.ts'
import type { ScriptedService } from './scripted-service.ts'
import { NOTES, PROMPT } from './task.ts'

export interface AgentRun {
  /** Null: it was stopped when its time was over. */
  exit: number | null
  output: string
  /** The text that it wrote; null: nothing. */
  answer: string | null
  /** The user's own files that are not as they were. */
  changed: string[]
  /** The requests that it sent to the proxy. */
  requests: number
  seconds: number
}

interface RunOptions {
  timeoutSeconds?: number | undefined
  /** The user's own files, by their path in the home folder. */
  files?: Readonly<Record<string, string>>
}

/** The services become accounts in this order of priority. */
export async function runAgent(
  agent: Agent,
  services: readonly ScriptedService[],
  { timeoutSeconds = 100, files = {} }: RunOptions = {},
): Promise<AgentRun> {
  const home = await givenHome(
    services.map(({ kind, provider, baseUrl }, priority) => ({
      name: kind,
      provider,
      priority,
      secret: makeKey(kind),
      baseUrl,
    })),
  )
  const proxy = await startedProxy(home)
  const own = join(home, 'agent-home')
  const folder = join(own, 'work')
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'notes.txt'), NOTES)
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(own, name)), { recursive: true })
    writeFileSync(join(own, name), text)
  }
  const env = cleanEnv(home, {
    // A few agents work in PWD, whatever their folder is.
    PWD: folder,
    HOME: own,
    XDG_CACHE_HOME: join(own, '.cache'),
    XDG_CONFIG_HOME: join(own, '.config'),
    PATH: `${dirname(process.execPath)}:${process.env.PATH}`,
    ...agent.env,
  })
  for (const name of Object.keys(env)) if (FOREIGN.test(name)) delete env[name]
  const program = agentProgram(agent)
  const args = agent.args(PROMPT)
  if (agent.start === 'setup') {
    const done = await runBinary(home, ['setup', agent.id, '--model', 'm1'], { env })
    if (done.exit !== 0) throw new Error(`setup failed: ${done.stderr}`)
  }
  const command =
    agent.start === 'setup' ? [program, ...args] : [process.execPath, binary, 'exec', '--', program, ...args]
  const began = performance.now()
  const ended = await runBounded(command, { env, cwd: folder }, timeoutSeconds)
  const file = join(folder, 'answer.txt')
  return {
    ...ended,
    answer: existsSync(file) ? readFileSync(file, 'utf8') : null,
    changed: Object.keys(files).filter((name) => readFileSync(join(own, name), 'utf8') !== files[name]),
    requests: await countRequests(proxy.url),
    seconds: Math.round((performance.now() - began) / 1000),
  }
}

/** Variables of this process that an agent would take for its own. */
const FOREIGN =
  /^(?:OPENAI|ANTHROPIC|GEMINI|GOOGLE|OLLAMA|CLAUDE|CODEX|QWEN|PI|OPENCODE)_(?!CODE_DISABLE|OFFLINE|CLI_TRUST)|^CLAUDECODE$/

async function runBounded(
  [program = '', ...args]: readonly string[],
  { env, cwd }: { env: NodeJS.ProcessEnv; cwd: string },
  timeoutSeconds: number,
): Promise<{ exit: number | null; output: string }> {
  const child = spawn(program, args, { env, cwd, stdio: ['ignore', 'pipe', 'pipe'], detached: true })
  let output = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (output += text))
  let isOver = false
  const timer = setTimeout(() => {
    isOver = true
    process.kill(-child.pid!, 'SIGKILL') // the agent, and what it started
  }, timeoutSeconds * 1000)
  const code = await new Promise<number>((resolve) => child.on('close', (exit) => resolve(exit ?? -1)))
  clearTimeout(timer)
  return { exit: isOver ? null : code, output }
}

/** Requests for a model: lists of models have none. */
async function countRequests(url: string): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text()
  const lines = text.split('\n').filter((line) => /^qwenctl_requests_total\{.*model="[^"]/.test(line))
  return lines.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0)
}
