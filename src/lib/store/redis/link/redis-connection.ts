import type * as redisClient from '@redis/client'
import { QwenctlError } from '../../../base/errors.ts'
import type { RedisUrl } from './redis-url.ts'

/** A connection to the server that holds the keys of a home. */
export interface RedisConnection {
  /** Sends a command to the server of `key`. Rejects with the server's error, or the connection's. */
  send(key: string, args: readonly string[]): Promise<unknown>
  close(): void
}

const CONNECT_TIMEOUT_MS = 2_000

type Client = typeof redisClient

/**
 * Connects with `@redis/client`, which is loaded only here. A client that loses its connection stays closed: the
 * caller connects again with a new one. This also avoids an open fault: a Sentinel client that does not recover
 * (redis/node-redis issue 3237, read 2026-11-29).
 */
export async function connectRedis(url: RedisUrl, timeoutMs: number): Promise<RedisConnection> {
  const client = await loadClient()
  if (url.kind === 'sentinel') return connectSentinel(client, url, timeoutMs)
  if (url.kind === 'cluster') return connectCluster(client, url, timeoutMs)
  return connectServer(client, url, timeoutMs)
}

/**
 * Connects, or ends the client after the timeout. A server may accept the connection and never answer, and sentinels
 * may all be unreachable: the client then waits without end. Source: `@redis/client` 6.3.1, `socket.js` and
 * `sentinel/index.js`, read 2026-11-30.
 */
async function connectInTime(
  client: { connect(): Promise<unknown>; destroy(): unknown },
  timeoutMs: number,
): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`no connection within ${timeoutMs} ms`)), timeoutMs)
  })
  const connecting = client.connect()
  try {
    await Promise.race([connecting, late])
  } catch (error) {
    connecting.catch(() => undefined)
    await destroyQuietly(client)
    throw error
  } finally {
    clearTimeout(timer)
  }
}

async function destroyQuietly(client: { destroy(): unknown }): Promise<void> {
  try {
    await client.destroy()
  } catch {
    // it was closed already
  }
}

async function loadClient(): Promise<Client> {
  try {
    return await import('@redis/client')
  } catch (cause) {
    throw new QwenctlError('store_unreachable', 'the Redis client is not installed', {
      hint: 'npm install -g @redis/client, beside qwenctl',
      cause,
    })
  }
}

function nodeOptions({ username, password, tls }: RedisUrl) {
  const socket = { connectTimeout: CONNECT_TIMEOUT_MS, reconnectStrategy: false as const, noDelay: true }
  return {
    RESP: 2 as const,
    disableOfflineQueue: true,
    disableClientInfo: true,
    name: 'qwenctl',
    maintNotifications: 'disabled' as const,
    ...(username === null ? {} : { username }),
    ...(password === null ? {} : { password }),
    socket: tls ? { ...socket, tls: true } : socket,
  }
}

async function connectServer(
  { createClient }: Client,
  url: RedisUrl,
  timeoutMs: number,
): Promise<RedisConnection> {
  const options = nodeOptions(url)
  const [address] = url.hosts
  const client = createClient({
    ...options,
    database: url.database,
    socket: { ...options.socket, ...address },
  } as Parameters<typeof createClient>[0])
  client.on('error', ignoreError)
  await connectInTime(client, timeoutMs)
  return {
    send: (_key, args) => client.sendCommand(args),
    close: () => client.destroy(),
  }
}

async function connectSentinel(
  { createSentinel }: Client,
  url: RedisUrl,
  timeoutMs: number,
): Promise<RedisConnection> {
  const { database } = url
  const { RESP: _version, ...options } = nodeOptions(url)
  const client = createSentinel({
    name: url.name,
    sentinelRootNodes: url.hosts,
    RESP: 2,
    nodeClientOptions: { ...options, database },
    sentinelClientOptions: { socket: { connectTimeout: CONNECT_TIMEOUT_MS } },
    maxCommandRediscovers: 3,
  })
  client.on('error', ignoreError)
  await connectInTime(client, timeoutMs)
  return {
    send: (_key, args) => client.sendCommand(false, [...args]),
    close: () => void destroyQuietly(client),
  }
}

async function connectCluster(
  { createCluster }: Client,
  url: RedisUrl,
  timeoutMs: number,
): Promise<RedisConnection> {
  const { RESP: _version, ...defaults } = nodeOptions(url)
  const client = createCluster({
    rootNodes: url.hosts.map((socket) => ({ socket })),
    defaults,
    RESP: 2,
  })
  client.on('error', ignoreError)
  await connectInTime(client, timeoutMs)
  return {
    send: (key, args) => client.sendCommand(key, false, [...args]),
    close: () => client.destroy(),
  }
}

/** The command in flight fails with the same error; without a listener the process would end. */
function ignoreError(): void {
  // see above
}
