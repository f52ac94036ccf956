// Supervises several processes that serve one address. The supervisor starts them, keeps the requested number
// alive, and represents all of them. No byte of a client passes through it. Workers are proxies like any
// other. They share the listening socket and, as all proxies of a home do, the ledger.

import cluster from 'node:cluster'
import type { Worker } from 'node:cluster'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
import { formatDuration } from '../../base/durations.ts'
import { QwenctlError } from '../../base/errors.ts'
import type { MetricsPart } from '../../observe/metrics.ts'
import { Channel } from './channel.ts'
import { EndedMetrics } from './ended-metrics.ts'
import type { SupervisorWords, WorkerOrder, WorkerWords } from './messages.ts'
import { OnceSaid } from './once-said.ts'
import { RespawnDelay } from './respawn-delay.ts'
import { endedAtOnce, rebuildError, outdated, formatEnd } from './worker-errors.ts'

export interface SupervisorOptions {
  /** Number of workers. */
  count: number
  /** The command that starts a worker: Node's flags, the script, and its arguments. */
  command: { flags: string[]; script: string; args: string[]; env: NodeJS.ProcessEnv }
  /** The address to listen on. */
  host: string
  order: WorkerOrder
  /** Receives messages of workers, once for all of them. */
  onSaid: (said: WorkerWords['tells']['said']) => void
  /** Receives the strategy when a change of the configuration is in force. */
  onSettings: (strategy: string) => void
  /** The set of serving processes has changed. */
  onChange: () => void
  /** How often the workers' counts are saved; for tests. */
  metricsEveryMs?: number
}

interface Member {
  worker: Worker
  channel: Channel<SupervisorWords, WorkerWords>
  startedAt: number
  isServing: boolean
  /** Why the worker cannot serve, in its own words. */
  failure: QwenctlError | null
}

interface Listening {
  url: string
  port: number
  accounts: number
}

const START_MS = 60_000
const ASK_MS = 2_000
const METRICS_EVERY_MS = 1_000
/** A worker answers as soon as it is scheduled. Only a hung one does not. */
const DRAIN_ASK_MS = 10_000
/** How long a worker may take to end after its requests. */
const LAST_WORDS_MS = 5_000
const DRAIN_MS = 30_000

/** Keeps workers that serve one address. */
export class Supervisor {
  readonly #options: SupervisorOptions
  readonly #order: WorkerOrder
  readonly #members = new Set<Member>()
  readonly #ended = new EndedMetrics()
  readonly #said = new OnceSaid(Date.now)
  readonly #delay = new RespawnDelay()
  readonly #givenUp = Promise.withResolvers<QwenctlError>()
  readonly #ending = new AbortController()
  #listening: Listening | null = null
  /** Another version that was installed over this one; null: none seen. */
  #newVersion: string | null = null
  #hasStarted = false

  private constructor(options: SupervisorOptions, order: WorkerOrder) {
    this.#options = options
    this.#order = order
  }

  /** Resolves when all workers listen. Throws the first worker's failure. */
  static async start(options: SupervisorOptions): Promise<Supervisor> {
    const { flags, script, args } = options.command
    cluster.schedulingPolicy = cluster.SCHED_NONE
    cluster.setupPrimary({
      exec: script,
      args,
      execArgv: flags,
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      windowsHide: true,
    })
    const { order, host } = options
    // With any port requested, every worker needs the same one, including later workers.
    const port = order.port === 0 ? await freePort(host) : order.port
    const supervisor = new Supervisor(options, { ...order, port })
    try {
      await Promise.all(Array.from({ length: options.count }, () => supervisor.#startFirst()))
      supervisor.#hasStarted = true
      supervisor.#keepMetrics()
      while (supervisor.#members.size < options.count) supervisor.#fork() // replaces one that already ended
    } catch (error) {
      supervisor.kill()
      throw error
    }
    return supervisor
  }

  get listening(): Listening {
    return this.#listening ?? { url: '', port: this.#order.port, accounts: 0 }
  }

  /** The serving processes. */
  get pids(): number[] {
    return this.#serving().map(({ worker }) => worker.process.pid ?? 0)
  }

  /** Resolves when workers end as soon as they begin, and none is left. */
  get givenUp(): Promise<QwenctlError> {
    return this.#givenUp.promise
  }

  /** Requests in progress in all workers together. */
  async inFlight(): Promise<number> {
    return sum(await this.#askAll((channel) => channel.ask('inFlight', ASK_MS)))
  }

  /** Stops new requests in all workers. Each ends after those in progress. Returns their number. */
  async drain(): Promise<number> {
    this.#ending.abort()
    return sum(await this.#askAll((channel) => channel.ask('drain', DRAIN_ASK_MS)))
  }

  /** Resolves when all workers have ended. Those that take too long are killed. */
  async ended(graceMs = DRAIN_MS): Promise<void> {
    this.#ending.abort()
    const late = setTimeout(() => this.kill(), graceMs + LAST_WORDS_MS)
    await Promise.all([...this.#members].map(({ worker }) => awaitEnd(worker)))
    clearTimeout(late)
  }

  /** Ends all workers at once. */
  kill(): void {
    this.#ending.abort()
    for (const { worker } of this.#members) worker.process.kill('SIGKILL')
  }

  #serving(): Member[] {
    return [...this.#members].filter(({ isServing }) => isServing)
  }

  async #askAll<Answer>(
    ask: (channel: Member['channel']) => Promise<Answer | null>,
  ): Promise<(Answer | null)[]> {
    return Promise.all([...this.#members].map(({ channel }) => ask(channel)))
  }

  /** Starts one of the workers without which the proxy has not started. */
  #startFirst(): Promise<void> {
    return new Promise((resolve, reject) => {
      const late = setTimeout(() => reject(notInTime()), START_MS)
      const member = this.#fork(() => {
        clearTimeout(late)
        resolve()
      })
      member.worker.once('exit', (code, signal) => {
        clearTimeout(late)
        reject(member.failure ?? endedAtOnce(code, signal))
      })
    })
  }

  #fork(onListening: () => void = () => undefined): Member {
    const worker = cluster.fork(this.#options.command.env)
    const channel = new Channel<SupervisorWords, WorkerWords>({
      send: (message, sent) => worker.process.send(message, undefined, undefined, sent),
      onMessage: (take) => worker.on('message', take),
    })
    const member: Member = {
      worker,
      channel,
      startedAt: performance.now(),
      isServing: false,
      failure: null,
    }
    this.#members.add(member)
    channel
      .on('ready', ({ version }) => this.#admit(member, version))
      .on('listening', (listening) => {
        member.isServing = true
        this.#listening ??= listening
        this.#options.onChange()
        onListening()
      })
      .on('failed', (words) => (member.failure = rebuildError(words)))
      .on('changed', ({ strategy }) => {
        if (this.#said.isNews(`changed ${strategy}`, worker.id)) this.#options.onSettings(strategy)
      })
      .on('said', (said) => {
        // The leading time does not make messages different.
        const text = said.as === 'news' ? said.text.replace(/^\S+\s+/, '') : said.text
        if (this.#said.isNews(`${said.as} ${text}`, worker.id)) this.#options.onSaid(said)
      })
      .answer('metricsOfAll', () => this.#metricsOfAll(member))
    worker.on('error', () => undefined) // a late message; `exit` reports the end
    worker.once('exit', (code, signal) => this.#onExit(member, code, signal))
    return member
  }

  /**
   * Another version may count or refuse differently: while one serves, no worker of another version starts.
   */
  #admit({ worker, channel }: Member, version: string): void {
    const own = this.#order.version
    if (version === own) return channel.tell('order', this.#order)
    if (this.#newVersion === null) {
      const what = `qwenctl ${version} was installed over this proxy, which runs ${own}`
      this.#trouble(
        `${what}: no worker is replaced until it is restarted (qwenctl proxy stop, qwenctl proxy start)`,
      )
    }
    this.#newVersion = version
    worker.process.kill('SIGKILL')
  }

  #onExit(member: Member, code: number | null, signal: string | null): void {
    const { worker, channel, startedAt, failure, isServing } = member
    this.#members.delete(member)
    this.#ended.ended(worker.id)
    channel.close()
    if (this.#ending.signal.aborted || !this.#hasStarted) return
    if (isServing) this.#options.onChange()
    if (this.#newVersion !== null) {
      if (this.#members.size === 0) this.#givenUp.resolve(outdated(this.#order.version, this.#newVersion))
      return
    }
    const delayMs = this.#delay.after(performance.now() - startedAt)
    const why = failure?.message ?? formatEnd(code, signal)
    const pid = worker.process.pid ?? 0
    if (this.#delay.isHopeless && this.#members.size === 0) {
      this.#givenUp.resolve(failure ?? endedAtOnce(code, signal))
      return
    }
    const when = delayMs === 0 ? 'now' : `in ${formatDuration(delayMs)}`
    this.#trouble(`a worker (pid ${pid}) ended: ${why}; another begins ${when}`)
    void this.#replace(delayMs)
  }

  async #replace(delayMs: number): Promise<void> {
    const { signal } = this.#ending
    await wait(delayMs, undefined, { signal }).catch(() => undefined)
    if (!signal.aborted) this.#fork()
  }

  #trouble(text: string): void {
    this.#options.onSaid({ as: 'trouble', text })
  }

  /**
   * A worker that ended meanwhile counts as ended. One that does not answer counts with its last known
   * metrics.
   */
  async #metricsOfAll(asking: Member): Promise<MetricsPart[]> {
    const asked = [asking, ...this.#serving().filter((member) => member !== asking)]
    const parts = await Promise.all(asked.map((member) => this.#requestMetrics(member)))
    const ofLiving = asked.map((member, index) =>
      this.#members.has(member) ? (parts[index] ?? this.#ended.readLast(member.worker.id)) : null,
    )
    return [...ofLiving.filter((part) => part !== null), ...this.#ended.parts()]
  }

  async #requestMetrics({ worker, channel }: Member): Promise<MetricsPart | null> {
    const part = await channel.ask('metrics', ASK_MS)
    if (part !== null) this.#ended.saw(worker.id, part)
    return part
  }

  /** Limits the counts lost when a worker is killed. */
  #keepMetrics(): void {
    const timer = setInterval(() => {
      for (const member of this.#serving()) void this.#requestMetrics(member)
    }, this.#options.metricsEveryMs ?? METRICS_EVERY_MS)
    timer.unref()
    this.#ending.signal.addEventListener('abort', () => clearInterval(timer))
  }
}

function sum(counts: (number | null)[]): number {
  return counts.reduce<number>((all, count) => all + (count ?? 0), 0)
}

function awaitEnd({ process: child }: Worker): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve()
  return new Promise((resolve) => child.once('exit', () => resolve()))
}

async function freePort(host: string): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      reject(
        new QwenctlError('failed', `cannot listen on ${host}:0 (${error.code ?? error.message})`, {
          cause: error,
        }),
      ),
    )
    server.listen({ host, port: 0 }, resolve)
  })
  const { port } = server.address() as AddressInfo
  await new Promise<void>((resolve) => server.close(() => resolve()))
  return port
}

function notInTime(): QwenctlError {
  return new QwenctlError('failed', `a worker did not begin to listen within ${formatDuration(START_MS)}`)
}
