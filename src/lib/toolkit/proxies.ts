import { spawn } from 'node:child_process'
import { closeSync, mkdirSync, openSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { QwenctlError, errorKinds, type ErrorCode } from '../errors.ts'
import type { Home } from '../store/home.ts'
import { readRunFiles, writeRunFile, type RunFile } from '../store/run-files.ts'

export type ProxyView = RunFile

const POLL_MS = 50

/** The proxies that run over one home, and how they are started in the background and stopped. */
export class Proxies {
  readonly #home: Home

  constructor(home: Home) {
    this.#home = home
  }

  /** Those that run now, oldest first. */
  list(): ProxyView[] {
    return readRunFiles(this.#home)
  }

  /** Makes a proxy of this process known; answers what takes it back. */
  register(proxy: ProxyView): () => void {
    return writeRunFile(this.#home, proxy)
  }

  /** Where proxies in the background write what they have to say. */
  get logFile(): string {
    return join(this.#home.logsFolder, 'proxy.log')
  }

  /**
   * Starts `command` as a proxy of its own and resolves when it listens. Throws what it failed with, or `failed` when it
   * does not listen in time.
   */
  async startDetached(command: string[], timeoutMs: number): Promise<ProxyView> {
    mkdirSync(this.#home.logsFolder, { recursive: true, mode: 0o700 })
    const log = openSync(this.logFile, 'a', 0o600)
    const before = statSync(this.logFile).size
    const [program = process.execPath, ...args] = command
    const child = spawn(program, args, { detached: true, stdio: ['ignore', log, log], windowsHide: true })
    closeSync(log)
    let exit: number | null = null
    child.on('error', () => (exit = 1))
    child.on('exit', (code) => (exit = code ?? 1))
    child.unref()
    for (let waited = 0; waited < timeoutMs; waited += POLL_MS) {
      const found = this.list().find(({ pid }) => pid === child.pid)
      if (found !== undefined) return found
      if (exit !== null) throw failureIn(readFileSync(this.logFile, 'utf8').slice(before), this.logFile)
      await wait(POLL_MS)
    }
    throw new QwenctlError('failed', 'the proxy did not begin to listen in time', {
      hint: `see ${this.logFile}`,
    })
  }

  /** Asks a proxy to drain and end; resolves when it has. Throws `failed` when it has not within the time. */
  async stop({ pid, url }: ProxyView, timeoutMs: number): Promise<void> {
    process.kill(pid, 'SIGTERM')
    for (let waited = 0; waited < timeoutMs; waited += POLL_MS) {
      if (!this.list().some((proxy) => proxy.pid === pid)) return
      await wait(POLL_MS)
    }
    throw new QwenctlError('failed', `the proxy at ${url} (pid ${pid}) is still answering requests`, {
      hint: 'it ends after its last one; try again to wait longer',
    })
  }
}

/** The error that a `--json` start printed before it ended. */
function failureIn(output: string, logFile: string): QwenctlError {
  for (const line of output.trim().split('\n').reverse()) {
    try {
      const { error } = JSON.parse(line) as { error: { code: string; message: string; hint: string | null } }
      const code = Object.hasOwn(errorKinds, error.code) ? (error.code as ErrorCode) : 'failed'
      return new QwenctlError(code, error.message, error.hint === null ? {} : { hint: error.hint })
    } catch {
      continue // a warning or other words
    }
  }
  return new QwenctlError('failed', 'the proxy ended at once', { hint: `see ${logFile}` })
}
