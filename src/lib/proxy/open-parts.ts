import { QwenctlError } from '../base/errors.ts'
import { turnClock } from '../base/turn-clock.ts'
import type { MetricSources } from '../observe/gauges.ts'
import type { Observer } from '../observe/observer.ts'
import { isRunning } from '../toolkit/batch/batch-views.ts'
import type { LineSender } from '../toolkit/batch/line-sender.ts'
import type { Toolkit } from '../toolkit/toolkit.ts'
import { LiveSettings } from './live-settings.ts'
import type { OpenedBatches } from './open-batches.ts'
import { openBatches } from './open-batches.ts'
import { Heartbeats } from './pipeline/exchange/heartbeats.ts'
import type { ProxyContext } from './pipeline/proxy-context.ts'
import { LivePool } from './pool/live-pool.ts'
import { ModelLists } from './pool/model-lists.ts'
import type { AttemptReport, RefusalReport } from './pool/reports.ts'
import { cooldownNote, openProxyObserver } from './proxy-observer.ts'
import type { ProxySettings } from './proxy-settings.ts'
import type { SandboxUpstream } from './sandbox/sandbox-upstream.ts'
import { startSandboxUpstream } from './sandbox/sandbox-upstream.ts'
import { askLocally } from './server/local-request.ts'
import { ProxyServer } from './server/server.ts'
import { chooseTransport } from './transport/choose-transport.ts'
import type { Transport, TransportName } from './transport/transport.ts'
import { UpstreamPool } from './upstream/upstream-pool.ts'

export interface ProxyEvents {
  onAttempt?: (report: AttemptReport) => void
  onRefusal?: (report: RefusalReport) => void
  /** Receives settings that were changed while it runs. */
  onSettings?: (settings: ProxySettings) => void
  onTrouble: (message: string) => void
}

/** The parts of a proxy. */
export interface ProxyParts {
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

/** Opens everything that a proxy needs, except its listener. */
export async function openParts(
  toolkit: Toolkit,
  settings: ProxySettings,
  events: ProxyEvents,
): Promise<ProxyParts> {
  const observer = await openProxyObserver(toolkit.home, settings.observe, events.onTrouble)
  const onTrouble = (message: string) => {
    events.onTrouble(message)
    observer.note({ kind: 'trouble', message })
  }
  const { transport, missing } = chooseTransport(settings.transport)
  if (missing.length > 0) onTrouble(formatMissing(missing))
  const upstreams = await openUpstreams(toolkit, settings, transport)
  let sandbox: Promise<SandboxUpstream> | null = null
  const startSandbox = () => (sandbox ??= startSandboxUpstream())
  const sandboxBase = async () => (await startSandbox()).url
  const parts = { events, observer, upstreams, onTrouble, sandboxBase }
  const context = await openContext(toolkit, settings, parts)
  const { server, batches } = openServer(toolkit, settings, { context, transport, observer, onTrouble })
  observer.watch(listSources(context, server, toolkit))
  let stopFollowing = () => undefined as void
  const stopNotices = toolkit.notices.watch(events.onTrouble)
  return {
    live: context.live,
    server,
    observer,
    batches,
    transport: transport.name,
    sandbox: startSandbox,
    follow: (read) => {
      const { onSettings } = events
      const listeners = { onSettings, onTrouble }
      const changes = new LiveSettings({ context, server, observer }, settings, read, listeners)
      stopFollowing = toolkit.watchSettings(() => changes.changed())
    },
    release: async () => {
      stopNotices()
      stopFollowing()
      context.lists.close()
      context.live.close()
      upstreams.close()
      await (await sandbox)?.close()
      await observer.close()
    },
  }
}

async function openUpstreams(
  toolkit: Toolkit,
  { connectTimeoutMs, headersTimeoutMs, idleTimeoutMs }: ProxySettings,
  transport: Transport,
): Promise<UpstreamPool> {
  const { dialing } = await toolkit.egress()
  return new UpstreamPool({ connectTimeoutMs, headersTimeoutMs, idleTimeoutMs, transport, ...dialing })
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
    showsStacks: process.env.DEBUG?.startsWith('qwenctl') === true,
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

/** Opens the accounts, the model lists of their services, and what else every request needs. */
async function openContext(
  toolkit: Toolkit,
  settings: ProxySettings,
  { events, observer, upstreams, onTrouble, sandboxBase }: PoolParts,
): Promise<ProxyContext> {
  const { strategy, affinity, user } = settings
  const book = toolkit.models
  const lists = new ModelLists({ upstreams, book, clock: turnClock }, settings.fetchModels ?? false)
  const live = await LivePool.open(toolkit, {
    ...events,
    strategy,
    affinity,
    user,
    upstreams,
    sandboxBase,
    random: Math.random,
    onTrouble,
    onMembers: (pool, members) => lists.admit(pool, members),
    onCooldown: (notice, account) => observer.note(cooldownNote(notice, account)),
  })
  lists.run(live)
  return {
    live,
    lists,
    book,
    upstreams,
    heartbeats: new Heartbeats(turnClock),
    maxBodyBytes: settings.maxBodyMb * 1_048_576,
    refusesUnknownFields: settings.refusesUnknownFields === true,
    clock: turnClock,
  }
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

function formatMissing(missing: readonly string[]): string {
  return `this Node (${process.version}) has no ${missing.join(', no ')}: the proxy uses the transport "portable", which is slower (qwenctl config set proxy.transport portable ends this message)`
}
