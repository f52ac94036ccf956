// Shared parts of the benchmarks: separate processes, free ports, the machine, and statistics. The measurements are
// one folder up.
import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs'
import { createServer, connect, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'

const running = new Set<Started>()
const helpers = new Set<ChildProcess>()
const folders = new Set<string>()

export interface Start {
  command: string
  args: string[]
  /** The core for the process; null: any core. */
  core: number | null
  env?: NodeJS.ProcessEnv
  cwd?: string
}

/** A process with its children, in a process group so that all of them can be ended. */
export class Started {
  readonly child: ChildProcess
  private output = ''

  constructor(start: Start) {
    const pinned = start.core !== null && canPin()
    const command = pinned ? 'taskset' : start.command
    const args = pinned ? ['-c', String(start.core), start.command, ...start.args] : start.args
    this.child = spawn(command, args, {
      cwd: start.cwd,
      env: start.env ?? process.env,
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    })
    const keep = (chunk: Buffer) => (this.output = (this.output + chunk.toString()).slice(-4000))
    this.child.stdout?.on('data', keep)
    this.child.stderr?.on('data', keep)
    this.child.on('error', (error) => (this.output += error.message))
    running.add(this)
  }

  get pid(): number {
    return this.child.pid ?? 0
  }

  get hasEnded(): boolean {
    return this.child.exitCode !== null || this.child.signalCode !== null
  }

  /** The last part of its output, for messages. */
  get lastWords(): string {
    return this.output
  }

  /** Resolves when the port answers; throws the output of the process after 30 s. */
  async listens(port: number): Promise<this> {
    for (let tries = 0; tries < 600; tries++) {
      if (this.hasEnded) break
      if (await answers(port)) return this
      await delay(50)
    }
    throw new Error(`nothing listens on port ${port}: ${this.lastWords.trim()}`)
  }

  /** Asks the process to end, and kills it after two seconds. */
  async stop(): Promise<void> {
    running.delete(this)
    if (this.child.pid === undefined || this.hasEnded) return
    const exit = once(this.child, 'exit')
    signal(this.pid, 'SIGTERM')
    const late = setTimeout(() => signal(this.pid, 'SIGKILL'), 2000)
    await exit
    clearTimeout(late)
    // A dead master may leave workers in its group.
    signal(this.pid, 'SIGKILL')
  }
}

function signal(group: number, name: NodeJS.Signals): void {
  try {
    process.kill(-group, name)
  } catch {
    // ESRCH: the group is gone, which is what is wanted
  }
}

/** Creates a private folder that is removed at exit, also after an error. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'qwenctl-bench-'))
  folders.add(folder)
  return folder
}

export function removeFolder(folder: string): void {
  folders.delete(folder)
  rmSync(folder, { recursive: true, force: true })
}

/** Every exit of a benchmark ends the processes that it started. */
export function endWithUs(): void {
  process.once('exit', () => {
    for (const each of running) signal(each.pid, 'SIGKILL')
    for (const each of helpers) each.kill('SIGKILL')
    for (const folder of folders) removeFolder(folder)
  })
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => process.exit(130))
}

/** Ends a short-lived child with this process; another function waits for the child. */
export function endWith(child: ChildProcess): void {
  helpers.add(child)
  child.once('exit', () => helpers.delete(child))
}

export async function stopAll(): Promise<void> {
  await Promise.all([...running].map((each) => each.stop()))
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    const end = (verdict: boolean) => {
      socket.destroy()
      resolve(verdict)
    }
    socket.once('connect', () => end(true))
    socket.once('error', () => end(false))
  })
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

let pins: boolean | null = null
export function canPin(): boolean {
  pins ??= process.platform === 'linux' && spawnSync('taskset', ['-c', '0', 'true']).status === 0
  return pins
}

export interface Footprint {
  /** Resident memory: current and peak, in MB. */
  rssMb: number
  peakMb: number
  /** User and system time since the start, in microseconds. */
  cpuUs: number
}

/** The footprint of a process and its children; null without /proc. */
export function footprint(pid: number): Footprint | null {
  if (process.platform !== 'linux') return null
  const sum: Footprint = { rssMb: 0, peakMb: 0, cpuUs: 0 }
  for (const each of family(pid)) {
    const status = readFileSync(`/proc/${each}/status`, 'utf8')
    sum.rssMb += Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024
    sum.peakMb += Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024
    sum.cpuUs += readCpu(each)
  }
  return sum
}

/** Nanoseconds of every thread if the kernel has them: ticks of 10 ms are too coarse for short rounds. */
function readCpu(pid: number): number {
  let ns = 0
  for (const thread of readdirSync(`/proc/${pid}/task`)) {
    ns += Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').split(' ')[0])
  }
  return ns / 1000
}

function family(pid: number): number[] {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim()
  return [pid, ...(children === '' ? [] : children.split(' ').flatMap((child) => family(Number(child))))]
}
