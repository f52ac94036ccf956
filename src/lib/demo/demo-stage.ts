import { rmSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { formatTime } from '../base/iso-time.ts'
import type { AttemptReport } from '../proxy/pool/reports.ts'
import { startProxy } from '../proxy/start-proxy.ts'
import type { RunningProxy } from '../proxy/start-proxy.ts'
import { openToolkit } from '../toolkit/open-toolkit.ts'
import type { ProxyView } from '../toolkit/proxies.ts'
import type { Toolkit } from '../toolkit/toolkit.ts'
import type { AccountQuotaView, AccountStatus } from '../toolkit/views.ts'
import { ownVersion } from '../toolkit/own-version.ts'

/** An account of the demo: the count of qwenctl beside the count of the simulated provider. */
export interface DemoAccount {
  name: string
  /** As written: `12/day`. */
  limit: string
  max: number
  /** Counted by qwenctl's ledger. */
  counted: number
  /** Counted by the simulated provider itself, independently of the ledger. */
  upstream: number
  status: AccountStatus
  statusReason: string | null
  /** RFC 3339; null if the account is ready, or if only the user can bring it back. */
  availableAt: string | null
}

export interface StageOptions {
  /** Epoch milliseconds. */
  clock: () => number
  onAttempt: (report: AttemptReport) => void
  onTrouble: (message: string) => void
}

const cast = [
  { name: 'work', max: 12 },
  { name: 'home', max: 8 },
  { name: 'spare', max: 5 },
]
const DRAIN_MS = 2_000
const MIDNIGHT_MARGIN_MS = 5 * 60_000
const DAY_MS = 86_400_000

/** A temporary home, three simulated accounts in it, and the real proxy over them. */
export class DemoStage {
  readonly home: string
  readonly proxy: ProxyView
  readonly #toolkit: Toolkit
  readonly #running: RunningProxy
  readonly #leave: () => void
  /** Every key of an account, the current one last. */
  readonly #keys: Map<string, string[]>

  private constructor(home: string, toolkit: Toolkit, running: RunningProxy, proxy: ProxyView) {
    this.home = home
    this.proxy = proxy
    this.#toolkit = toolkit
    this.#running = running
    this.#leave = toolkit.proxies.register(proxy).remove
    this.#keys = new Map(cast.map(({ name }) => [name, [makeKey(name, 1)]]))
  }

  static async open({ clock, onAttempt, onTrouble }: StageOptions): Promise<DemoStage> {
    const home = await mkdtemp(join(tmpdir(), 'qwenctl-demo-'))
    const sweep = () => rmSync(home, { recursive: true, force: true })
    process.once('exit', sweep) // removes the home after any failure
    // A separate environment isolates the demo and the user's accounts from each other.
    const toolkit = openToolkit({ env: { QWENCTL_HOME: home }, clock })
    try {
      for (const [priority, { name, max }] of cast.entries()) {
        const limits = [`${max}/${windowAt(clock())}`]
        await toolkit.accounts.add({ provider: 'sandbox', name, limits, priority, secret: makeKey(name, 1) })
      }
      const running = await startProxy(toolkit, proxySettings, { onAttempt, onTrouble })
      const { url, port, accounts } = running
      const startedAt = formatTime(clock())
      const { host, strategy } = proxySettings
      return new DemoStage(home, toolkit, running, {
        pid: process.pid,
        url,
        host,
        port,
        accounts,
        strategy,
        startedAt,
        version: ownVersion(),
        workers: [process.pid],
      })
    } catch (error) {
      await toolkit.close()
      await rm(home, { recursive: true, force: true })
      throw error
    }
  }

  async accounts(): Promise<DemoAccount[]> {
    const { accounts } = await this.#toolkit.quotas.show([])
    const { served } = await this.#running.sandbox()
    return accounts.map((account) => {
      const keys = this.#keys.get(account.name) ?? []
      return accountView(
        account,
        keys.reduce((sum, key) => sum + (served.get(key) ?? 0), 0),
      )
    })
  }

  /** Makes the provider refuse the account's key from now on. */
  async revokeKey(name: string): Promise<void> {
    const sandbox = await this.#running.sandbox()
    sandbox.revoke(this.#keys.get(name)?.at(-1) ?? '')
  }

  /** Issues new keys and resets the counters, for requests of the viewer. */
  async refill(): Promise<void> {
    for (const account of await this.accounts()) {
      if (account.status !== 'key-refused') continue
      const keys = this.#keys.get(account.name) ?? []
      const secret = makeKey(account.name, keys.length + 1)
      this.#keys.set(account.name, [...keys, secret])
      await this.#toolkit.accounts.set(account.name, { secret })
    }
    await this.#toolkit.quotas.reset([])
  }

  /** Stops everything and removes the home. */
  async close(): Promise<void> {
    this.#leave()
    await this.#running.stop(DRAIN_MS)
    await this.#toolkit.close()
    await rm(this.home, { recursive: true, force: true })
  }
}

/** The settings of the demo's proxy. */
export const proxySettings = {
  host: '127.0.0.1',
  port: 0,
  strategy: 'priority',
  affinity: true,
  maxBodyMb: 8,
  connectTimeoutMs: 5_000,
  headersTimeoutMs: 10_000,
  idleTimeoutMs: 10_000,
  user: null,
} as const

function makeKey(name: string, edition: number): string {
  return `sk-simulated-${name}-${String(edition).padStart(4, '0')}`
}

/** Just before midnight UTC the counters would reset during the demo, so the window uses another time zone. */
function windowAt(now: number): string {
  return DAY_MS - (now % DAY_MS) < MIDNIGHT_MARGIN_MS ? 'day@Asia/Tokyo' : 'day'
}

function accountView(account: AccountQuotaView, upstream: number): DemoAccount {
  const [limit] = account.limits
  return {
    name: account.name,
    limit: limit === undefined ? 'none' : `${limit.max}/${limit.window}`,
    max: limit?.max ?? 0,
    counted: limit?.used ?? 0,
    upstream,
    status: account.status,
    statusReason: account.statusReason,
    availableAt: account.availableAt,
  }
}
