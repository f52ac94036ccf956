import type { MetricsText } from '../observe/metrics.ts'
import type { Observer } from '../observe/observer.ts'
import type { LogLevel } from '../observe/request-event.ts'
import type { StrategyName } from '../rotation/strategies/strategies.ts'
import type { Settings } from '../toolkit/toolkit.ts'
import type { ManagementHandler } from './server/management-seam.ts'
import type { ObserveSettings } from './proxy-observer.ts'
import type { TransportName } from './transport/transport.ts'
import { checkListenHost } from './server/listen-host.ts'

export interface ProxySettings {
  host: string
  port: number
  strategy: StrategyName
  affinity: boolean
  maxBodyMb: number
  /** Translations refuse unknown fields. */
  refusesUnknownFields?: boolean
  connectTimeoutMs: number
  headersTimeoutMs: number
  idleTimeoutMs: number
  /** How long a client may stall while it has to send or read; missing: ten minutes. */
  clientIdleTimeoutMs?: number
  /** Model lists are fetched in the background; missing: only when a client asks for them. */
  fetchModels?: boolean
  /** Host names that are accepted besides the proxy's own address. */
  allowHosts?: readonly string[]
  /** Only this user's accounts serve; null: all accounts. */
  user: string | null
  /** A secret of this proxy, by which `proxy stop` tells it from another at its address. */
  proof?: string
  /** How bytes are moved; missing: `fast`. */
  transport?: TransportName
  /** Answers the page and `/api`; without a handler neither exists. */
  management?: ManagementHandler
  /** Settings of logs, metrics and traces; missing: nothing is observed. */
  observe?: ObserveSettings
  /** Answers `GET /metrics` with several serving processes; missing: the counts of this process. */
  readMetrics?: (observer: Observer) => Promise<MetricsText>
  /** Whether the presented key is the administrator's, which may read metrics. */
  isAdmin?: (presented: string | null) => boolean
  /** Settings by key that hold for a proxy's whole life. Their changes are reported. */
  fixed?: Record<string, unknown>
}

/** Settings from flags, which override everything. */
export interface Chosen {
  host?: string | undefined
  port?: number | undefined
  strategy?: string | undefined
  user?: string | undefined
  ca?: readonly string[] | undefined
}

const KEYS = [
  ...(['proxy.host', 'proxy.port', 'proxy.strategy', 'proxy.affinity', 'proxy.maxBodyMb'] as const),
  ...(['proxy.connectTimeoutMs', 'proxy.headersTimeoutMs', 'proxy.idleTimeoutMs'] as const),
  ...(['proxy.clientIdleTimeoutMs', 'translate.unknown'] as const),
  ...(['proxy.allowHosts', 'proxy.ca', 'proxy.allowMetadata', 'proxy.transport'] as const),
  'models.fetch',
  ...(['ledger.sync', 'ledger.retentionDays', 'logs.level', 'logs.maxBytes', 'metrics.enabled'] as const),
] as const

/** The settings of a proxy, as flags, variables and the configuration have them now. */
export async function readProxySettings(
  settings: Settings,
  { host, port, strategy, user, ca }: Chosen,
  env: NodeJS.ProcessEnv,
): Promise<ProxySettings> {
  const values = new Map<string, unknown>()
  for (const key of KEYS) values.set(key, await settings.get(key))
  const get = (key: (typeof KEYS)[number]) => values.get(key)
  const fixed = {
    'proxy.host': host ?? get('proxy.host'),
    'proxy.port': port ?? get('proxy.port'),
    'proxy.ca': ca ?? get('proxy.ca'),
    'proxy.allowMetadata': get('proxy.allowMetadata'),
    'proxy.transport': get('proxy.transport'),
    'ledger.sync': get('ledger.sync'),
    'ledger.retentionDays': get('ledger.retentionDays'),
  }
  return {
    host: await checkListenHost(String(fixed['proxy.host'])),
    port: Number(fixed['proxy.port']),
    strategy: (strategy ?? get('proxy.strategy')) as StrategyName,
    affinity: Boolean(get('proxy.affinity')),
    maxBodyMb: Number(get('proxy.maxBodyMb')),
    refusesUnknownFields: get('translate.unknown') === 'refuse',
    connectTimeoutMs: Number(get('proxy.connectTimeoutMs')),
    headersTimeoutMs: Number(get('proxy.headersTimeoutMs')),
    idleTimeoutMs: Number(get('proxy.idleTimeoutMs')),
    clientIdleTimeoutMs: Number(get('proxy.clientIdleTimeoutMs')),
    fetchModels: Boolean(get('models.fetch')),
    allowHosts: get('proxy.allowHosts') as string[],
    transport: get('proxy.transport') as TransportName,
    user: user === undefined || user === '' ? null : user,
    observe: {
      level: get('logs.level') as LogLevel,
      maxLogBytes: Number(get('logs.maxBytes')),
      countsMetrics: Boolean(get('metrics.enabled')),
      env,
    },
    fixed,
  }
}
