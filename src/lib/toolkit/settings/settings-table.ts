import { LOCAL_USER } from '../../account/account.ts'
import { maskRedisUrl } from '../../store/redis/link/redis-url.ts'
import { DEFAULT_PREFIX } from '../../store/redis/store-place.ts'
import { strategyNames } from '../../rotation/strategies/strategies.ts'

export { strategyNames }

/** Far more than cores: a larger value is a mistake. */
export const MOST_WORKERS = 64

/** The parser for the text of a setting. */
export type SettingType =
  | { kind: 'text' }
  | { kind: 'whole'; min: number; max: number }
  | { kind: 'boolean' }
  | { kind: 'choice'; of: readonly string[] }
  | { kind: 'list' }
  | { kind: 'percents' }
  /** An empty value is allowed too: not set. */
  | { kind: 'web-address' }
  | { kind: 'command' }
  /** The URL of a shared store; an empty value is allowed too: not set. */
  | { kind: 'store-address' }
  /** Below 100: `20%`. */
  | { kind: 'percent' }
  /** `30s`, `2m`. */
  | { kind: 'duration'; maxMs: number }

export interface SettingRow {
  /** Its path in config.yaml, with dots. */
  key: string
  type: SettingType
  default: string | number | boolean | readonly string[]
  /** The environment variable that overrides the file. */
  variable: string
  description: string
  /** The public part of a value; missing: all of it. */
  shown?: (value: unknown) => unknown
}

const DAY_MS = 86_400_000
const LONGEST_WAIT_MS = 3_600_000

const milliseconds: SettingType = { kind: 'whole', min: 1, max: DAY_MS }

/**
 * Every setting. Names and defaults are promises: `docs/reference/configuration.md` is checked against this table.
 */
export const settingsTable: readonly SettingRow[] = [
  {
    key: 'proxy.port',
    type: { kind: 'whole', min: 0, max: 65_535 },
    default: 3000,
    variable: 'QWENCTL_PORT',
    description: 'port the proxy listens on; 0 picks a free one',
  },
  {
    key: 'store.url',
    type: { kind: 'store-address' },
    default: '',
    variable: 'QWENCTL_STORE_URL',
    description: 'shared store of many machines (redis://, rediss://, …); empty: the files of this home',
    shown: (value) => maskRedisUrl(String(value)),
  },
  {
    key: 'store.prefix',
    type: { kind: 'text' },
    default: DEFAULT_PREFIX,
    variable: 'QWENCTL_STORE_PREFIX',
    description: 'separates the homes in one Redis',
  },
  {
    key: 'store.ack',
    type: { kind: 'choice', of: ['primary', 'replica'] },
    default: 'primary',
    variable: 'QWENCTL_STORE_ACK',
    description: 'where a reservation is before its request is sent: on the primary, or also on one replica',
  },
  {
    key: 'proxy.host',
    type: { kind: 'text' },
    default: '127.0.0.1',
    variable: 'QWENCTL_HOST',
    description: 'address the proxy listens on',
  },
  {
    key: 'proxy.strategy',
    type: { kind: 'choice', of: strategyNames },
    default: 'priority',
    variable: 'QWENCTL_STRATEGY',
    description: 'which account serves next',
  },
  {
    key: 'proxy.workers',
    type: { kind: 'whole', min: 1, max: MOST_WORKERS },
    default: 1,
    variable: 'QWENCTL_WORKERS',
    description: 'processes that serve together; one is enough for most',
  },
  {
    key: 'proxy.affinity',
    type: { kind: 'boolean' },
    default: true,
    variable: 'QWENCTL_AFFINITY',
    description: 'keep a conversation on the account that has its prompt cached',
  },
  {
    key: 'proxy.reserve',
    type: { kind: 'percent' },
    default: '0%',
    variable: 'QWENCTL_RESERVE',
    description: 'share of every limit of every account that proxies leave to other uses',
  },
  {
    key: 'proxy.wait',
    type: { kind: 'duration', maxMs: LONGEST_WAIT_MS },
    default: '0s',
    variable: 'QWENCTL_WAIT',
    description: 'how long a request waits for an account when all are out; 0s answers 429 at once',
  },
  {
    key: 'proxy.maxWait',
    type: { kind: 'duration', maxMs: LONGEST_WAIT_MS },
    default: '5m',
    variable: 'QWENCTL_MAX_WAIT',
    description: 'longest wait that a client can ask for with `x-qwenctl-wait`; 0s lets none',
  },
  {
    key: 'proxy.waitQueue',
    type: { kind: 'whole', min: 1, max: 100_000 },
    default: 256,
    variable: 'QWENCTL_WAIT_QUEUE',
    description: 'so many requests wait at most, for each proxy; one more gets its 429 at once',
  },
  {
    key: 'proxy.maxBodyMb',
    type: { kind: 'whole', min: 1, max: 1024 },
    default: 64,
    variable: 'QWENCTL_MAX_BODY_MB',
    description: 'largest request body accepted, in MiB',
  },
  {
    key: 'translate.unknown',
    type: { kind: 'choice', of: ['leave-out', 'refuse'] },
    default: 'leave-out',
    variable: 'QWENCTL_TRANSLATE_UNKNOWN',
    description: 'unknown fields of a request that is translated: leave-out names them in x-qwenctl-left-out',
  },
  {
    key: 'proxy.headersTimeoutMs',
    type: milliseconds,
    default: 600_000,
    variable: 'QWENCTL_HEADERS_TIMEOUT_MS',
    description: 'longest wait for the first byte of an answer',
  },
  {
    key: 'proxy.idleTimeoutMs',
    type: milliseconds,
    default: 300_000,
    variable: 'QWENCTL_IDLE_TIMEOUT_MS',
    description: 'longest silence within an answer',
  },
  {
    key: 'proxy.clientIdleTimeoutMs',
    type: milliseconds,
    default: 600_000,
    variable: 'QWENCTL_CLIENT_IDLE_TIMEOUT_MS',
    description: 'longest silence of a client that is sending its request, or has an answer to take',
  },
  {
    key: 'proxy.connectTimeoutMs',
    type: milliseconds,
    default: 10_000,
    variable: 'QWENCTL_CONNECT_TIMEOUT_MS',
    description: 'longest wait for a connection to a provider',
  },
  {
    key: 'proxy.allowHosts',
    type: { kind: 'list' },
    default: [],
    variable: 'QWENCTL_ALLOW_HOSTS',
    description: 'host names the proxy answers to besides its own address',
  },
  {
    key: 'proxy.ca',
    type: { kind: 'list' },
    default: [],
    variable: 'QWENCTL_CA',
    description: 'files with certificates (PEM) to trust besides those that Node trusts',
  },
  {
    key: 'proxy.allowMetadata',
    type: { kind: 'boolean' },
    default: false,
    variable: 'QWENCTL_ALLOW_METADATA',
    description: 'let base URLs lead to the addresses at which clouds hand out credentials',
  },
  {
    key: 'proxy.transport',
    type: { kind: 'choice', of: ['fast', 'portable'] },
    default: 'fast',
    variable: 'QWENCTL_TRANSPORT',
    description: 'how bytes are moved: `fast` by sockets, or `portable` by the documented HTTP of Node',
  },
  {
    key: 'plans.every',
    type: { kind: 'duration', maxMs: DAY_MS },
    default: '15m',
    variable: 'QWENCTL_PLANS_EVERY',
    description: 'how often a proxy asks providers for their own counts of a plan; 0s turns it off',
  },
  {
    key: 'plans.unofficial',
    type: { kind: 'boolean' },
    default: false,
    variable: 'QWENCTL_PLANS_UNOFFICIAL',
    description: 'ask for plans also at addresses that a provider does not document (zai, Kimi Code)',
  },
  {
    key: 'models.fetch',
    type: { kind: 'boolean' },
    default: true,
    variable: 'QWENCTL_MODELS_FETCH',
    description:
      'fetch the model lists of services in the background, so that requests go where the model is',
  },
  {
    key: 'ledger.sync',
    type: { kind: 'choice', of: ['interval', 'always', 'off'] },
    default: 'interval',
    variable: 'QWENCTL_LEDGER_SYNC',
    description: 'when counts are forced to the disk: what a power cut may cost',
  },
  {
    key: 'ledger.retentionDays',
    type: { kind: 'whole', min: 35, max: 3650 },
    default: 35,
    variable: 'QWENCTL_LEDGER_RETENTION_DAYS',
    description: 'days for which every single request is kept; totals per day stay',
  },
  {
    key: 'jobs.prime',
    type: { kind: 'boolean' },
    default: false,
    variable: 'QWENCTL_JOBS_PRIME',
    description: 'jobs may start windows of plans (jobs add --prime); the terms of some providers forbid it',
  },
  {
    key: 'jobs.maxConcurrent',
    type: { kind: 'whole', min: 0, max: 10_000 },
    default: 10,
    variable: 'QWENCTL_JOBS_MAX_CONCURRENT',
    description: 'most runs of jobs at the same time, over all jobs and proxies; 0 is no limit',
  },
  {
    key: 'jobs.maxPerHour',
    type: { kind: 'whole', min: 0, max: 1_000_000 },
    default: 0,
    variable: 'QWENCTL_JOBS_MAX_PER_HOUR',
    description: 'most runs of jobs begun within an hour, over all accounts; 0 is no limit',
  },
  {
    key: 'jobs.pauseAfterFailures',
    type: { kind: 'whole', min: 0, max: 1000 },
    default: 5,
    variable: 'QWENCTL_JOBS_PAUSE_AFTER_FAILURES',
    description: 'failed runs in a row that pause a job for an account; 0 never pauses',
  },
  {
    key: 'logs.level',
    type: { kind: 'choice', of: ['off', 'error', 'warn', 'info', 'debug'] },
    default: 'info',
    variable: 'QWENCTL_LOG_LEVEL',
    description: 'what proxies write to their log; from `info` on, a line for every request',
  },
  {
    key: 'logs.maxBytes',
    type: { kind: 'whole', min: 1 << 20, max: 2 ** 40 },
    default: 64 << 20,
    variable: 'QWENCTL_LOG_MAX_BYTES',
    description: 'what all log files together may take; the oldest go first',
  },
  {
    key: 'metrics.enabled',
    type: { kind: 'boolean' },
    default: true,
    variable: 'QWENCTL_METRICS',
    description: 'count requests for `GET /metrics`, and answer there',
  },
  {
    key: 'notify.at',
    type: { kind: 'percents' },
    default: [],
    variable: 'QWENCTL_NOTIFY_AT',
    description: 'shares of a limit that send a notification, once per window: 80%,95%',
  },
  {
    key: 'notify.webhook',
    type: { kind: 'web-address' },
    default: '',
    variable: 'QWENCTL_NOTIFY_WEBHOOK',
    description: 'address that receives notifications, by a POST of JSON',
    // The rest of a webhook's address serves as a key.
    shown: (value) => (typeof value === 'string' && value !== '' ? `${new URL(value).origin}/…` : value),
  },
  {
    key: 'notify.command',
    type: { kind: 'command' },
    default: '',
    variable: 'QWENCTL_NOTIFY_COMMAND',
    description: 'program that receives notifications, with its arguments; JSON on its standard input',
  },
  {
    key: 'user',
    type: { kind: 'text' },
    default: LOCAL_USER,
    variable: 'QWENCTL_USER',
    description: 'owner of an account that names none',
  },
]
