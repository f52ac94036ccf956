// `qwenctl proxy start` as users run it: the built binary in a process of its own, over a home with real accounts.

import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { request } from 'node:http'
import type { IncomingMessage } from 'node:http'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, onTestFinished } from 'vitest'
import { openToolkit } from '../../../src/lib/toolkit/open-toolkit.ts'
import { binary, cleanEnv, runCommand } from '../../support/cli.ts'
import { removeFolder, temporaryFolder } from '../../support/temp-folder.ts'
import type { CliResult } from '../../support/cli.ts'
import { newAccount, until } from '../../support/servers/proxy-harness.ts'
import type { GivenAccount } from '../../support/servers/proxy-harness.ts'

/** The document that `proxy start --json` prints. */
export interface Listening {
  url: string
  pid: number
  accounts: number
}

export interface ProxyShown {
  running: boolean
  proxies: (Listening & {
    state: string
    port: number
    strategy: string
    startedAt: string
    workers: number[]
  })[]
}

/** A home with these accounts. */
export async function givenHome(accounts: GivenAccount[] = [], baseUrl?: string): Promise<string> {
  const home = temporaryFolder()
  await addAccounts(home, accounts, baseUrl)
  return home
}

/** A home with one account, closed by this passphrase. Its key is cheap to derive: that takes half a second otherwise. */
export async function givenLockedHome(passphrase: string): Promise<string> {
  const home = temporaryFolder()
  const env = { QWENCTL_HOME: home, QWENCTL_PASSPHRASE: passphrase }
  const toolkit = openToolkit({ env, scryptCost: 2 ** 10 })
  await toolkit.accounts.add({ name: 'work', provider: 'openai', secret: 'sk-locked-0123456789abcdef' })
  await toolkit.close()
  return home
}

/** The names of all client keys, the temporary ones of programs included: `keys list` does not show those. */
export async function listKeyNames(home: string): Promise<string[]> {
  const toolkit = openToolkit({ env: { QWENCTL_HOME: home } })
  const keys = await toolkit.keys.records()
  await toolkit.close()
  return keys.map(({ name }) => name)
}

export async function addAccounts(home: string, accounts: GivenAccount[], baseUrl?: string): Promise<void> {
  const toolkit = openToolkit({ env: { QWENCTL_HOME: home } })
  for (const account of accounts) await toolkit.accounts.add(newAccount(account, baseUrl))
  await toolkit.close()
}

export class ProxyProcess {
  readonly child: ChildProcess
  readonly exit: Promise<{ code: number | null; signal: NodeJS.Signals | null }>
  stdout = ''
  stderr = ''
  hasEnded = false

  constructor(child: ChildProcess) {
    this.child = child
    child.stdout?.setEncoding('utf8').on('data', (text: string) => (this.stdout += text))
    child.stderr?.setEncoding('utf8').on('data', (text: string) => (this.stderr += text))
    this.exit = new Promise((resolve) =>
      child.on('close', (code, signal) => {
        this.hasEnded = true
        resolve({ code, signal })
      }),
    )
  }

  /** Resolves once stdout or stderr contains the text. */
  async says(text: string): Promise<void> {
    await until(() => this.stdout.includes(text) || this.stderr.includes(text) || this.#fail(text))
  }

  /** The document that a `--json` start printed. */
  async listening(): Promise<Listening> {
    await this.says('"url"')
    return JSON.parse(this.stdout) as Listening
  }

  signal(name: NodeJS.Signals): void {
    this.child.kill(name)
  }

  /** Kills it, and resolves when it has ended. */
  async kill(): Promise<void> {
    this.child.kill('SIGKILL')
    await this.exit
  }

  #fail(text: string): false {
    if (this.hasEnded) throw new Error(`it ended without "${text}":\n${this.stdout}${this.stderr}`)
    return false
  }
}

/** Starts the binary; it ends with the test. */
export function startQwenctl(
  home: string,
  argv: string[],
  env: Record<string, string | undefined> = {},
): ProxyProcess {
  const proxy = spawnQwenctl(home, argv, env)
  onTestFinished(() => proxy.kill())
  return proxy
}

function spawnQwenctl(
  home: string,
  argv: string[],
  env: Record<string, string | undefined> = {},
): ProxyProcess {
  const child = spawn(process.execPath, [binary, ...argv], {
    env: cleanEnv(home, env),
    cwd: home,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  return new ProxyProcess(child)
}

type StartedProxy = ProxyProcess & Listening

/** A proxy on a free port over a home with these accounts, for all tests of the file. */
export function shareProxy(accounts: GivenAccount[]): { home: string; proxy: StartedProxy } {
  const shared = {} as { home: string; proxy: StartedProxy }
  let started: ProxyProcess | null = null
  beforeAll(async () => {
    shared.home = mkdtempSync(join(tmpdir(), 'qwenctl-test-'))
    await addAccounts(shared.home, accounts)
    started = spawnQwenctl(shared.home, ['proxy', 'start', '--port', '0', '--json'])
    shared.proxy = Object.assign(started, await started.listening())
  })
  afterAll(async () => {
    await started?.kill()
    removeFolder(shared.home)
  })
  return shared
}

/** A proxy on a free port that listens. */
export async function startedProxy(
  home: string,
  argv: string[] = [],
  env: Record<string, string | undefined> = {},
): Promise<StartedProxy> {
  const proxy = startQwenctl(home, ['proxy', 'start', '--port', '0', '--json', ...argv], env)
  return Object.assign(proxy, await proxy.listening())
}

export async function readStatus(home: string): Promise<ProxyShown> {
  const { stdout } = await runCommand(home, ['proxy', 'status', '--json'])
  const { running, proxies } = JSON.parse(stdout) as ProxyShown
  return { running, proxies }
}

/** The document that a failed command printed with `--json`. */
export function parseError({ stdout }: CliResult): {
  code: string
  message: string
  hint: string
  exit: number
} {
  return (JSON.parse(stdout) as { error: { code: string; message: string; hint: string; exit: number } })
    .error
}

export interface Chat {
  status: number
  text: string
  account: string | undefined
}

/** Sends a chat completion over a connection of its own. */
export async function chatAt(url: string, more: object = {}): Promise<Chat> {
  const response = await openChat(url, more)
  let text = ''
  for await (const chunk of response.setEncoding('utf8')) text += chunk as string
  return {
    status: response.statusCode ?? 0,
    text,
    account: response.headers['x-qwenctl-account'] as string | undefined,
  }
}

/** Resolves with the head. */
export function openChat(url: string, more: object = {}): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const asked = request(`${url}/v1/chat/completions`, {
      method: 'POST',
      agent: false,
      headers: { 'content-type': 'application/json' },
    })
    asked.on('response', resolve)
    asked.on('error', reject)
    asked.end(JSON.stringify({ model: 'm1', messages: [{ role: 'user', content: 'hi' }], ...more }))
  })
}
