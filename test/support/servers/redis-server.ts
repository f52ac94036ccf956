import { execFileSync, spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { removeFolder } from '../temp-folder.ts'

/** Whether this machine has a `redis-server`; tests that need one are skipped without it. */
export const hasRedis = (() => {
  try {
    execFileSync('redis-server', ['--version'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
})()

/** A Redis server of a test, on a free port, with its data in a temporary folder. */
export class RedisServer {
  readonly port: number
  readonly #folder = mkdtempSync(join(tmpdir(), 'qwenctl-redis-'))
  readonly #options: readonly string[]
  #child: ChildProcess | null = null

  private constructor(port: number, options: readonly string[]) {
    this.port = port
    this.#options = options
  }

  static async start(...options: string[]): Promise<RedisServer> {
    const server = new RedisServer(await freePort(), options)
    await server.start()
    return server
  }

  /** A server that speaks TLS alone, with the tests' certificate for `localhost`. */
  static async startTls(): Promise<RedisServer> {
    const server = new RedisServer(await freePort(), [])
    const files = [
      '--tls-cert-file',
      certificate('server.pem'),
      '--tls-key-file',
      certificate('server-key.pem'),
    ]
    const trust = ['--tls-ca-cert-file', certificate('authority.pem'), '--tls-auth-clients', 'no']
    const place = ['--bind', '127.0.0.1', '--dir', server.#folder, '--save', '']
    await server.#spawn(
      ['--port', '0', '--tls-port', String(server.port), ...files, ...trust, ...place],
      'Ready to accept connections',
    )
    return server
  }

  /** A sentinel that watches one primary as `main`. `quorum` sentinels must agree that it is down for a second. */
  static async startSentinel(primaryPort: number, quorum = 1): Promise<RedisServer> {
    const server = new RedisServer(await freePort(), [])
    const file = join(server.#folder, 'sentinel.conf')
    const lines = [
      ...[`port ${server.port}`, 'bind 127.0.0.1', `dir ${server.#folder}`],
      `sentinel monitor main 127.0.0.1 ${primaryPort} ${quorum}`,
      ...['sentinel down-after-milliseconds main 1000', 'sentinel failover-timeout main 5000'],
    ]
    writeFileSync(file, `${lines.join('\n')}\n`)
    await server.#spawn([file, '--sentinel'], '+monitor master main')
    return server
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}/0`
  }

  async start(): Promise<void> {
    const place = ['--port', String(this.port), '--bind', '127.0.0.1', '--dir', this.#folder, '--save', '']
    const durability = ['--appendonly', 'yes', '--appendfsync', 'everysec']
    await this.#spawn([...place, ...durability, ...this.#options], 'Ready to accept connections')
  }

  async #spawn(options: readonly string[], ready: string): Promise<void> {
    // A server that a test leaves behind must not hold the test run open by an inherited pipe.
    const child = spawn('redis-server', options, { stdio: ['ignore', 'pipe', 'ignore'] })
    this.#child = child
    child.stdout.setEncoding('utf8')
    for await (const text of child.stdout as AsyncIterable<string>) {
      if (text.includes(ready)) break
    }
    child.stdout.resume()
  }

  /** Runs one command with `redis-cli`, and returns its output. */
  command(...args: string[]): string {
    return execFileSync('redis-cli', ['-p', String(this.port), ...args], { encoding: 'utf8' }).trim()
  }

  /** Stops the process as a cut network does for its peers, until `resume`. */
  freeze(): void {
    this.#child?.kill('SIGSTOP')
  }

  resume(): void {
    this.#child?.kill('SIGCONT')
  }

  async kill(): Promise<void> {
    const child = this.#child
    this.#child = null
    if (child === null || child.exitCode !== null || child.signalCode !== null) return
    const ended = once(child, 'exit')
    child.kill('SIGKILL')
    await ended
  }

  async stop(): Promise<void> {
    await this.kill()
    removeFolder(this.#folder)
  }
}

function certificate(name: string): string {
  return join(import.meta.dirname, '..', 'certs', name)
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}
