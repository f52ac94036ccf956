import { QwenctlError } from '../base/errors.ts'
import { isRunning } from '../toolkit/batch/batch-views.ts'
import type { LineSender } from '../toolkit/batch/line-sender.ts'
import type { Toolkit } from '../toolkit/toolkit.ts'
import { turnClock } from '../base/turn-clock.ts'
import type { MetricSources } from '../observe/gauges.ts'
import type { Observer } from '../observe/observer.ts'
import type { ProxyContext } from './pipeline/proxy-context.ts'
import type { AttemptReport, RefusalReport } from './pool/reports.ts'
import { LivePool } from './pool/live-pool.ts'
import { isLoopback } from '../base/loopback.ts'
import { ModelLists } from './pool/model-lists.ts'
import { LiveSettings } from './live-settings.ts'
import { cooldownNote, openProxyObserver } from './proxy-observer.ts'
import type { ProxySettings } from './proxy-settings.ts'
import type { SandboxUpstream } from './sandbox/sandbox-upstream.ts'
import { startSandboxUpstream } from './sandbox/sandbox-upstream.ts'
import type { OpenedBatches } from './open-batches.ts'
import { openBatches } from './open-batches.ts'
import { askLocally } from './server/local-request.ts'
import { Heartbeats } from './pipeline/exchange/heartbeats.ts'
import { ProxyServer } from './server/server.ts'
import { chooseTransport } from './transport/choose-transport.ts'
import type { Transport, TransportName } from './transport/transport.ts'
import { UpstreamPool } from './upstream/upstream-pool.ts'

export type { ProxySettings }

export interface ProxyEvents {
  onAttempt?: (report: AttemptReport) => void
  onRefusal?: (report: RefusalReport) => void
  /** Receives settings that were changed while it runs. */
  onSettings?: (settings: ProxySettings) => void
  onTrouble: (message: string) => void
}

/** A running proxy. */
export interface RunningProxy {
  url: string
  port: number
  /** Accounts that may serve now or later: the enabled ones. */
  accounts: number
  readonly inFlight: number
  /** The requests in flight that wait for an account. */
  readonly waiting: number
  /** How it moves bytes. */
  readonly transport: TransportName
  /** The observer of this process alone. */
  readonly observer: Observer
  /** The simulated upstream, started when an account needs it. */
  sandbox(): Promise<SandboxUpstream>
  /** Sends a line of a batch through the pool, without a client key. */
  send: LineSender
  /**
   * Drains: requests in progress may end within `graceMs`. The toolkit stays open, and its opener closes it.
   */
  stop(graceMs?: number): Promise<void>
}

const DRAIN_MS = 30_000

/**
 * Starts a proxy over the accounts of a toolkit. `read` returns the settings that should be in force, and
 * runs again when the configuration changes. Without it the settings stay, and only aliases change. Throws
 * `port_in_use`, `vault_locked`, `store_unwritable`, or `invalid_value` for an address that others could
 * reach.
 */
export async function startProxy(
  toolkit: Toolkit,
  settings: ProxySettings,
  events: ProxyEvents,
  read: () => Promise<ProxySettings> = () => Promise.resolve(settings),
): Promise<RunningProxy> {
  const parts = await openParts(toolkit, settings, events)
  parts.follow(read)
  const { batches, live, server, observer } = parts
  try {
    if (!isLoopback(settings.host)) {
      if (!live.keys.isRequired) refuseOpenAddress(settings.host)
      live.keys.requireAlways()
    }
    await openVaultEarly(toolkit, live)
    const { url, port } = await server.listen()
    if (settings.proof !== undefined) batches.resume()
    const accounts = live.accounts.filter(({ enabled }) => enabled).length
    observer.note({ kind: 'started', url, accounts, strategy: settings.strategy })
    return {
      url,
      port,
      accounts,
      observer,
      transport: parts.transport,
      get inFlight() {
        return server.inFlight
      },
      get waiting() {
        return live.queue.size
      },
      sandbox: parts.sandbox,
      send: (request, signal) => askLocally(server, request, null, signal),
      stop: async (graceMs = DRAIN_MS) => {
        await batches.stop()
        await server.drain(graceMs)
        await batches.close()
        observer.note({ kind: 'stopped' })
        await parts.release()
      },
    }
  } catch (error) {
    await parts.release()
    throw error
  }
}

/** The parts of a proxy. */
interface ProxyParts {
  live: LivePool
  server: ProxyServer
  observer: Observer
  transport: TransportName
  sandbox: () => Promise<SandboxUpstream>
  /** Starts to apply configuration changes. */
  follow: (read: () => Promise<ProxySettings>) => void
  batches: OpenedBatches
  release: () => Promise<void>
}

async function openParts(
  toolkit: Toolkit,
  settings: ProxySettings,
  events: ProxyEvents,
): Promise<ProxyParts> {
  const { dialing } = await toolkit.egress()
  const observer = await openProxyObserver(toolkit.home, settings.observe, events.onTrouble)
  const onTrouble = (message: string) => {
    events.onTrouble(message)
    observer.note({ kind: 'trouble', message })
  }
  let sandbox: Promise<SandboxUpstream> | null = null
  const startSandbox = () => (sandbox ??= startSandboxUpstream())
  const { connectTimeoutMs, headersTimeoutMs, idleTimeoutMs } = settings
  const { transport, missing } = chooseTransport(settings.transport)
  if (missing.length > 0) onTrouble(formatMissing(missing))
  const upstreams = new UpstreamPool({
    ...{ connectTimeoutMs, headersTimeoutMs, idleTimeoutMs, transport },
    ...dialing,
  })
  const sandboxBase = async () => (await startSandbox()).url
  const { live, lists } = await openPool(toolkit, settings, {
    events,
    observer,
    upstreams,
    onTrouble,
    sandboxBase,
  })
  const maxBodyBytes = settings.maxBodyMb * 1_048_576
  const refusesUnknownFields = settings.refusesUnknownFields === true
  const context = {
    ...{ live, lists, book: toolkit.models, upstreams, maxBodyBytes, refusesUnknownFields },
    heartbeats: new Heartbeats(turnClock),
    clock: turnClock,
  }
  const { server, batches } = openServer(toolkit, settings, { context, transport, observer, onTrouble })
  observer.watch(listSources(context, server, toolkit))
  let stopFollowing = () => undefined as void
  const follow: ProxyParts['follow'] = (read) => {
    const onSettings = events.onSettings
    const changes = new LiveSettings({ context, server, observer }, settings, read, { onSettings, onTrouble })
    stopFollowing = toolkit.watchSettings(() => changes.changed())
  }
  const stopNotices = toolkit.notices.watch(events.onTrouble)
  const release = async () => {
    stopNotices()
    stopFollowing()
    lists.close()
    live.close()
    upstreams.close()
    await (await sandbox)?.close()
    await observer.close()
  }
  const { name } = transport
  return { live, server, observer, transport: name, sandbox: startSandbox, follow, batches, release }
}

interface ServerParts {
  context: ProxyContext
  transport: Transport
  observer: Observer
  onTrouble: (message: string) => void
}

/** Makes the server of clients, and the batches that they send. */
function openServer(
  toolkit: Toolkit,
  settings: ProxySettings,
  { context, transport, observer, onTrouble }: ServerParts,
): { server: ProxyServer; batches: OpenedBatches } {
  const batches = openBatches(toolkit, {
    user: settings.user,
    senderFor: (keyId) => senderFor(server, context.live, keyId),
    onTrouble,
  })
  const { readMetrics = (own: Observer) => own.metrics() } = settings
  const server = new ProxyServer(context, {
    host: settings.host,
    port: settings.port,
    transport,
    allowHosts: settings.allowHosts ?? [],
    management: settings.management ?? null,
    onTrouble,
    observer,
    isAdmin: settings.isAdmin,
    batches: batches.handler,
    proof: settings.proof,
    metrics: async () => (observer.countsMetrics ? readMetrics(observer) : null),
    clientIdleMs: settings.clientIdleTimeoutMs,
    runId: `req-${Date.now().toString(36)}${process.pid.toString(36)}`,
  })
  return { server, batches }
}

/** Sends lines with a client key; null: without one. Throws `invalid_api_key` if the key was removed. */
function senderFor(server: ProxyServer, live: LivePool, keyId: string | null): LineSender {
  return async (request, signal) => {
    const key = keyId === null ? null : live.keys.byId(keyId)
    if (keyId === null || key !== null) return askLocally(server, request, key, signal)
    throw new QwenctlError('invalid_api_key', 'the client key of the batch is revoked, paused or expired')
  }
}

interface PoolParts {
  events: ProxyEvents
  observer: Observer
  upstreams: UpstreamPool
  onTrouble: (message: string) => void
  sandboxBase: () => Promise<string>
}

/** Opens the accounts, and the model lists of their services. */
async function openPool(toolkit: Toolkit, settings: ProxySettings, parts: PoolParts) {
  const { events, observer, upstreams, onTrouble, sandboxBase } = parts
  const book = toolkit.models
  const lists = new ModelLists({ upstreams, book, clock: turnClock }, settings.fetchModels ?? false)
  const live = await LivePool.open(toolkit, {
    ...{ strategy: settings.strategy, affinity: settings.affinity, user: settings.user },
    ...{ upstreams, sandboxBase, random: Math.random },
    ...events,
    onTrouble,
    onMembers: (pool, members) => lists.meet(pool, members),
    onCooldown: (notice, account) => observer.note(cooldownNote(notice, account)),
  })
  lists.run(live)
  return { live, lists }
}

/** The sources of metrics about the present moment. */
function listSources(
  { live, upstreams }: ProxyContext,
  server: ProxyServer,
  { jobs, batches }: Toolkit,
): MetricSources {
  const tally = jobs.tally()
  return {
    accounts: () => live.accounts,
    ledger: live.ledger,
    inFlight: () => server.inFlight,
    upstreamConnections: () => upstreams.stats.open,
    jobRuns: () => tally.read(),
    batches: () => batches.list().filter(isRunning),
  }
}

/** A missing or wrong passphrase shows at the start, not at the first request. */
async function openVaultEarly(toolkit: Toolkit, live: LivePool): Promise<void> {
  const first = live.accounts.find(({ credential }) => credential.type !== 'none')
  if (first === undefined) return
  try {
    await toolkit.accounts.readSecret(first)
  } catch (error) {
    if (error instanceof QwenctlError && error.code === 'vault_locked') throw error
    // One damaged credential is reported when its account is used, and does not stop the others.
  }
}

/** Without client keys, any client that reaches the address could spend the accounts. */
function refuseOpenAddress(host: string): never {
  throw new QwenctlError('invalid_value', `${host} can be reached by others, and there are no client keys`, {
    hint: 'make one first: qwenctl keys create NAME; or listen on 127.0.0.1',
  })
}

function formatMissing(missing: readonly string[]): string {
  return `this Node (${process.version}) has no ${missing.join(', no ')}: the proxy uses the transport "portable", which is slower (qwenctl config set proxy.transport portable ends this message)`
}
