import { QwenctlError } from '../../../base/errors.ts'

export interface RedisHost {
  host: string
  port: number
}

/** The address of a shared store, and how to connect to it. */
export interface RedisUrl {
  kind: 'standalone' | 'sentinel' | 'cluster'
  hosts: RedisHost[]
  tls: boolean
  username: string | null
  password: string | null
  /** The database number; 0 for a cluster. */
  database: number
  /** The name of the primary that the sentinels watch; empty unless `kind` is `sentinel`. */
  name: string
}

const FORM = /^(rediss?)(?:\+(sentinel|cluster))?:\/\/(?:([^@/]*)@)?([^/?#@]+)(?:\/([^?#]*))?$/
const DEFAULT_PORTS = { standalone: 6379, sentinel: 26_379, cluster: 6379 }
const EXAMPLES =
  'redis://HOST:6379/0, rediss://USER:PASSWORD@HOST, redis+sentinel://HOST,HOST/NAME or redis+cluster://HOST,HOST'

/** Parses `store.url`. Throws `invalid_value`, and never repeats the text: it may hold a password. */
export function parseRedisUrl(text: string): RedisUrl {
  const url = readRedisUrl(text.trim())
  if (url !== null) return url
  throw new QwenctlError('invalid_value', 'store.url is not the URL of a store', {
    hint: `write ${EXAMPLES}`,
  })
}

/** Null for any other text. */
export function readRedisUrl(text: string): RedisUrl | null {
  const match = FORM.exec(text)
  if (match === null) return null
  const [, scheme, form, login, hostList = '', path = ''] = match
  const kind = (form ?? 'standalone') as RedisUrl['kind']
  const hosts = hostList.split(',').map((host) => readHost(host, DEFAULT_PORTS[kind]))
  const credentials = readLogin(login)
  const [name = '', number = ''] = kind === 'sentinel' ? path.split('/') : ['', path]
  if (credentials === null || hosts.some((host) => host === null)) return null
  if (!isComplete(kind, hosts.length, name) || !isDatabase(kind, number)) return null
  return {
    kind,
    hosts: hosts as RedisHost[],
    tls: scheme === 'rediss',
    ...credentials,
    database: Number(number),
    name,
  }
}

function isComplete(kind: RedisUrl['kind'], hosts: number, name: string): boolean {
  return (kind !== 'standalone' || hosts === 1) && (kind !== 'sentinel' || name !== '')
}

/** A cluster has one database. */
function isDatabase(kind: RedisUrl['kind'], text: string): boolean {
  return /^\d{0,4}$/.test(text) && (kind !== 'cluster' || Number(text) === 0)
}

/**
 * The URL as it may be shown: without the password. A user without a password may be a password without its colon.
 * Text of any other form is hidden as a whole.
 */
export function maskRedisUrl(text: string): string {
  if (readRedisUrl(text.trim()) === null) return text.trim() === '' ? '' : '…'
  return text
    .trim()
    .replace(/\/\/([^@/:]*)(:[^@/]*)?@/, (_all, user: string, password?: string) =>
      password === undefined ? '//…@' : `//${user}:…@`,
    )
}

function readHost(text: string, port: number): RedisHost | null {
  const match = /^(\[[0-9a-fA-F:.]+\]|[^:[\]\s]+)(?::(\d{1,5}))?$/.exec(text)
  if (match === null) return null
  const [, host = '', given] = match
  const number = given === undefined ? port : Number(given)
  return number > 0 && number < 65_536 ? { host: host.replace(/^\[|\]$/g, ''), port: number } : null
}

function readLogin(login: string | undefined): Pick<RedisUrl, 'username' | 'password'> | null {
  if (login === undefined || login === '') return { username: null, password: null }
  const colon = login.indexOf(':')
  const [user, password] = colon < 0 ? [login, ''] : [login.slice(0, colon), login.slice(colon + 1)]
  try {
    const decoded = [decodeURIComponent(user), decodeURIComponent(password)] as const
    return { username: decoded[0] || null, password: decoded[1] || null }
  } catch {
    return null // a % that is no escape
  }
}
