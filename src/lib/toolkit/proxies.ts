import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { closeSync, constants, lstatSync, mkdirSync, openSync, renameSync } from 'node:fs'
import { request } from 'node:http'
import { hostname } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { QwenctlError, errorKinds, type ErrorCode } from '../base/errors.ts'
import { unwritable } from '../store/documents/files/file-error.ts'
import type { Home } from '../store/home.ts'
import {
  readProof,
  readRunFiles,
  sweepRunFile,
  writeRunFile,
  type Registration,
  type RunFile,
} from '../store/run-files.ts'

export type ProxyView = RunFile

/** Advice about a proxy of another version than this one; null: the same version. */
export function formatVersion({ url, version }: ProxyView, own: string): string | null {
  if (version === own) return null
  const runs = version === null ? 'an older version' : version
  return `the proxy at ${url} runs ${runs}, and this is ${own}: restart it with qwenctl proxy stop and qwenctl proxy start`
}

/** `draining`: accepts no new requests and ends with its last one; `silent`: does not answer, stopped or stuck. */
export interface ProxyStanding extends ProxyView {
  state: 'serving' | 'draining' | 'silent'
  /** The name of its machine. */
  machine: string
}

const POLL_MS = 50
/** A healthy proxy answers at once; a stopped or stuck one does not answer later either. */
const HEALTH_MS = 2_000
/** With a proxy's proof in this header, `/health` says whether it is that proxy. */
export const PROOF_HEADER = 'x-qwenctl-proof'
/** Beyond this size the log is rotated; one former log is kept. */
const MOST_LOG_BYTES = 10 << 20

/** Windows lacks the last flag. */
const APPEND =
  constants.O_APPEND |
  constants.O_CREAT |
  constants.O_WRONLY |
  ((constants.O_NOFOLLOW as number | undefined) ?? 0)

/** The running proxies of one home, with their background start and their stop. */
export class Proxies {
  readonly #home: Home

  constructor(home: Home) {
    this.#home = home
  }

  /** The running proxies, oldest first. */
  list(): ProxyView[] {
    return readRunFiles(this.#home)
  }

  /** The running proxies with their states; each is asked at its address. */
  async standings(): Promise<ProxyStanding[]> {
    const asked = this.list().map(async (proxy): Promise<ProxyStanding | null> => {
      const reached = await reach(proxy.url, readProof(this.#home, proxy))
      if (reached !== 'another') return { ...proxy, state: standingOf[reached], machine: hostname() }
      sweepRunFile(this.#home, proxy)
      return null
    })
    return (await Promise.all(asked)).filter((proxy) => proxy !== null)
  }

  /** Registers a proxy of this process; `proof` identifies it at its address. */
  register(proxy: ProxyView, proof?: string): Registration {
    return writeRunFile(this.#home, proxy, proof)
  }

  /** The output file of background proxies. */
  get logFile(): string {
    return join(this.#home.logsFolder, 'proxy.log')
  }

  /**
   * Starts `command`, a `proxy start --json`, as a separate process and resolves when it listens. Throws its error,
   * or `failed` when it does not listen in time.
   */
  async startDetached(command: string[], timeoutMs: number, env = process.env): Promise<ProxyView> {
    const log = this.#openLog()
    const [program = process.execPath, ...args] = command
    const child = spawn(program, args, {
      detached: true,
      windowsHide: true,
      env,
      stdio: ['ignore', 'pipe', log],
    })
    closeSync(log)
    const said = await firstWords(child, timeoutMs)
    child.stdout?.destroy()
    child.unref()
    const found = this.list().find(({ pid }) => pid === child.pid)
    if (found !== undefined && said !== null) return found
    if (said !== null) throw failureIn(said, this.logFile)
    child.kill()
    throw new QwenctlError('failed', 'the proxy did not begin to listen in time', {
      hint: `see ${this.logFile}`,
    })
  }

  /** Asks a proxy to drain and end; resolves when it has ended. Throws `failed` after the time limit. */
  async stop(proxy: ProxyView, timeoutMs: number): Promise<void> {
    const { pid, url } = proxy
    const state = await reach(url, readProof(this.#home, proxy))
    // Another proxy has its address: the proxy is gone, and its pid may belong to any process now.
    if (state === 'another') return sweepRunFile(this.#home, proxy)
    if (state === 'silent') {
      throw new QwenctlError('failed', `the proxy at ${url} (pid ${pid}) does not answer`, {
        hint: `it may be stopped or stuck; end it with kill ${pid}`,
      })
    }
    // A proxy that no longer listens is draining already: a second signal would cut off its responses.
    if (state === 'answers') askToEnd(proxy)
    for (let waited = 0; waited < timeoutMs; waited += POLL_MS) {
      if (!this.list().some((running) => running.pid === pid)) return
      await wait(POLL_MS)
    }
    throw new QwenctlError('failed', `the proxy at ${url} (pid ${pid}) is still answering requests`, {
      hint: 'it ends after its last one; try again to wait longer',
    })
  }

  #openLog(): number {
    try {
      mkdirSync(this.#home.logsFolder, { recursive: true, mode: 0o700 })
      const stats = lstatSync(this.logFile, { throwIfNoEntry: false })
      // The lines would go to a file of another purpose.
      if (stats?.isSymbolicLink() === true) throw linkedLog(this.logFile)
      // To open a pipe waits for its reader.
      if (stats?.isFIFO() === true) throw Object.assign(new Error('it is a pipe'), { code: 'ENODEV' })
      if ((stats?.size ?? 0) > MOST_LOG_BYTES) renameSync(this.logFile, `${this.logFile}.1`)
      return openSync(this.logFile, APPEND, 0o600)
    } catch (error) {
      throw unwritable(this.logFile, error)
    }
  }
}

/** A link would have to be checked at each rotation, too. A link in the place of the folder is the user's own choice. */
function linkedLog(file: string): QwenctlError {
  return new QwenctlError('store_unwritable', `cannot write ${file}: it is a link to another file`, {
    hint: `remove the link, and the proxy makes the file; to keep logs elsewhere, make ${dirname(file)} a link to a folder`,
  })
}

const standingOf = { answers: 'serving', closed: 'draining', silent: 'silent' } as const

/** The line that reports listening, or all output until the process ended; null: neither in time. */
function firstWords(child: ChildProcess, timeoutMs: number): Promise<string | null> {
  return new Promise((resolve) => {
    let said = ''
    const timer = setTimeout(() => resolve(null), timeoutMs)
    const done = () => {
      clearTimeout(timer)
      resolve(said)
    }
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      said += text
      if (/^\{"url".*\n/.test(said)) done()
    })
    child.on('error', done)
    child.on('close', done)
  })
}

/** The error document that a `--json` start printed before it ended. */
function failureIn(said: string, logFile: string): QwenctlError {
  try {
    const { error } = JSON.parse(said) as { error: { code: string; message: string; hint: string | null } }
    const code = Object.hasOwn(errorKinds, error.code) ? (error.code as ErrorCode) : 'failed'
    return new QwenctlError(code, error.message, error.hint === null ? {} : { hint: error.hint })
  } catch {
    return new QwenctlError('failed', 'the proxy ended at once', { hint: `see ${logFile}` })
  }
}

function askToEnd({ pid, url }: ProxyView): void {
  try {
    process.kill(pid, 'SIGTERM')
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ESRCH') return // the process has just ended
    throw new QwenctlError(
      'failed',
      `the proxy at ${url} (pid ${pid}) cannot be stopped (${code ?? 'unknown'})`,
      {
        hint: 'it may run as another user',
        cause: error,
      },
    )
  }
}

/**
 * Whether the expected proxy answers at the URL. Where the system does not report process start times, a pid may be
 * reused. Nothing is signalled unless it answers as this very proxy.
 */
function reach(url: string, proof: string | null): Promise<'answers' | 'another' | 'closed' | 'silent'> {
  return new Promise((resolve) => {
    // A separate agent, so that HTTP_PROXY in the environment does not apply to an address of this machine.
    const options = {
      agent: false,
      timeout: HEALTH_MS,
      headers: proof === null ? {} : { [PROOF_HEADER]: proof },
    }
    const asked = request(`${url}/health`, options, (response) => {
      const { headers } = response
      response.resume()
      const isProxy = headers['x-qwenctl-attempts'] !== undefined
      const isProven = proof === null || headers[PROOF_HEADER] === 'yes'
      resolve(!isProxy ? 'silent' : isProven ? 'answers' : 'another')
    })
    asked.on('timeout', () => {
      resolve('silent')
      asked.destroy()
    })
    asked.on('error', (error: NodeJS.ErrnoException) =>
      resolve(error.code === 'ECONNREFUSED' ? 'closed' : 'silent'),
    )
    asked.end()
  })
}
