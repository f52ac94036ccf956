import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Place } from './place.ts'
import { freePort, Started } from './processes.ts'
import { packageVersion, tools } from './machine.ts'
import { startQwenctl } from './qwenctl.ts'
import { startNginx } from './upstream.ts'

export interface Subject {
  name: string
  port: number
  /** Null for the direct way, which has no process. */
  process: Started | null
  /** Additional headers of its clients. */
  headers: Record<string, string>
  /** qwenctl's own count of requests today. */
  counted: (() => Promise<number>) | null
}

type StartSubject = (place: Place) => Promise<Subject>

const MANY_ACCOUNTS = 10_000

const peer = (script: string) => join(import.meta.dirname, '..', 'peers', script)

/** By the name that `--only` takes; null if it is not installed. */
export const subjects: Record<string, { start: StartSubject; isInstalled: () => boolean }> = {
  direct: { start: direct, isInstalled: () => true },
  nginx: { start: nginx, isInstalled: () => tools.nginx() !== null },
  haproxy: { start: haproxy, isInstalled: () => tools.haproxy() !== null },
  'http-proxy-3': {
    start: (place) => script('http-proxy-3', [peer('http-proxy-3.js')], place),
    isInstalled: () => packageVersion('http-proxy-3') !== null,
  },
  fastify: {
    start: (place) => script('fastify', [peer('fastify-http-proxy.js')], place),
    isInstalled: () => packageVersion('@fastify/http-proxy') !== null,
  },
  skeleton: {
    start: (place) => script('skeleton', [peer('skeleton.js')], place),
    isInstalled: () => true,
  },
  portkey: { start: onePortkey, isInstalled: hasPortkey },
  'portkey-3': { start: balancingPortkey, isInstalled: hasPortkey },
  qwenctl: { start: (place) => qwenctl(place), isInstalled: () => true },
  'qwenctl-quiet': { start: quiet, isInstalled: () => true },
  'qwenctl-many': { start: many, isInstalled: () => true },
  'qwenctl-redis': { start: onRedis, isInstalled: () => tools.redis() !== null },
}

async function direct(place: Place): Promise<Subject> {
  return { name: 'direct', port: place.upstreamPort, process: null, headers: {}, counted: null }
}

async function nginx(place: Place): Promise<Subject> {
  const port = await freePort()
  const http = `
  upstream stub { server 127.0.0.1:${place.upstreamPort}; keepalive 256; keepalive_requests 1000000000; keepalive_timeout 600s; }
  server {
    listen 127.0.0.1:${port} backlog=4096;
    location / {
      proxy_pass http://stub;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_buffering ${place.isStream ? 'off' : 'on'};
    }
  }`
  const started = await startNginx(place.folder, http, place.core)
  return plain('nginx', port, await started.listens(port))
}

async function haproxy(place: Place): Promise<Subject> {
  const port = await freePort()
  const path = join(place.folder, 'haproxy.cfg')
  writeFileSync(
    path,
    `global
  nbthread 1
  maxconn 4096
defaults
  mode http
  timeout connect 5s
  timeout client 600s
  timeout server 600s
  timeout http-keep-alive 600s
  http-reuse always
listen bench
  bind 127.0.0.1:${port}
  server stub 127.0.0.1:${place.upstreamPort} pool-max-conn -1
`,
  )
  const started = new Started({ command: 'haproxy', args: ['-db', '-q', '-f', path], core: place.core })
  return plain('haproxy', port, await started.listens(port))
}

async function script(name: string, args: string[], place: Place): Promise<Subject> {
  const port = await freePort()
  const ports = [String(port), String(place.upstreamPort)]
  const started = new Started({ command: process.execPath, args: [...args, ...ports], core: place.core })
  return plain(name, port, await started.listens(port))
}

function hasPortkey(): boolean {
  return packageVersion('@portkey-ai/gateway') !== null
}

/** The minimum: one provider, one credential, no choice. */
async function onePortkey(place: Place): Promise<Subject> {
  return portkey('portkey', place, {
    'x-portkey-provider': 'openai',
    'x-portkey-custom-host': `http://127.0.0.1:${place.upstreamPort}/v1`,
  })
}

/** Portkey with qwenctl's task: its own load balancing chooses among as many accounts for each request. */
async function balancingPortkey(place: Place): Promise<Subject> {
  const targets = Array.from({ length: place.accounts }, (_, index) => ({
    provider: 'openai',
    api_key: `sk-bench-${index}`,
    custom_host: `http://127.0.0.1:${place.upstreamPort}/v1`,
    weight: 1,
  }))
  const config = { strategy: { mode: 'loadbalance' }, targets }
  return portkey('portkey-3', place, { 'x-portkey-config': JSON.stringify(config) })
}

async function portkey(name: string, place: Place, headers: Record<string, string>): Promise<Subject> {
  const port = await freePort()
  const server = join(
    import.meta.dirname,
    '..',
    'node_modules',
    '@portkey-ai',
    'gateway',
    'build',
    'start-server.js',
  )
  const args = ['--import', peer('loopback-only.js'), server, `--port=${port}`, '--headless']
  const env = { ...process.env, NODE_ENV: 'production' }
  const started = new Started({ command: process.execPath, args, core: place.core, env })
  return { ...plain(name, port, await started.listens(port)), headers }
}

async function qwenctl(place: Place, env: NodeJS.ProcessEnv = {}): Promise<Subject> {
  const port = await freePort()
  const { started, counted } = await startQwenctl(place, port, env)
  return { ...plain('qwenctl', port, await started.listens(port)), counted }
}

/** Without a log line per request, like all others. */
async function quiet(place: Place): Promise<Subject> {
  return { ...(await qwenctl(place, { QWENCTL_LOG_LEVEL: 'warn' })), name: 'qwenctl-quiet' }
}

async function many(place: Place): Promise<Subject> {
  return { ...(await qwenctl({ ...place, accounts: MANY_ACCOUNTS })), name: 'qwenctl-many' }
}

/** The same accounts and counts in a Redis server on this machine. */
async function onRedis(place: Place): Promise<Subject> {
  const [port, redisPort] = [await freePort(), await freePort()]
  const where = ['--port', String(redisPort), '--bind', '127.0.0.1', '--dir', place.folder, '--save', '']
  const redis = new Started({
    command: 'redis-server',
    args: [...where, '--appendonly', 'yes', '--appendfsync', 'everysec'],
    core: null,
  })
  await redis.listens(redisPort)
  const storeUrl = `redis://127.0.0.1:${redisPort}/0`
  const { started, counted } = await startQwenctl(place, port, {}, storeUrl)
  return { ...plain('qwenctl-redis', port, await started.listens(port)), counted }
}

function plain(name: string, port: number, started: Started): Subject {
  return { name, port, process: started, headers: {}, counted: null }
}
