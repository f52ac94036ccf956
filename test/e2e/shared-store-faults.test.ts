// Several machines on one Redis that fails under load. The upstream is the judge.

import { copyFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { expect, onTestFinished, test } from 'vitest'
import { runBinary } from '../support/cli.ts'
import { temporaryFolder } from '../support/temp-folder.ts'
import { chat, givenUpstream } from '../support/servers/fake-upstream.ts'
import { RedisServer, hasRedis } from '../support/servers/redis-server.ts'
import { chatAt, givenHome, startedProxy } from './proxy/proxy-process.ts'

const LIMIT = 60
/** A busy machine is slow, and a grace takes five seconds. */
const PATIENCE = { timeout: 90_000, interval: 50 }
const YEAR_MS = 365 * 86_400_000

/** Three machines with two workers each; the clock of the last one is two years ahead. */
async function givenMachines(storeUrl: string, upstreamUrl: string): Promise<string[]> {
  const first = await givenHome([{ name: 'a', limits: [`${LIMIT}/24h`] }], upstreamUrl)
  expect(await runBinary(first, ['store', 'move', storeUrl])).toMatchObject({ exit: 0 })
  const shift = join(temporaryFolder(), 'shift-clock.cjs')
  writeFileSync(shift, `const now = Date.now; Date.now = () => now() + ${2 * YEAR_MS}\n`)
  const urls: string[] = []
  for (const number of [0, 1, 2]) {
    const home = number === 0 ? first : await givenHome()
    if (number > 0) copyFileSync(join(first, 'master.key'), join(home, 'master.key'))
    const env = number === 2 ? { NODE_OPTIONS: `--require ${shift}` } : {}
    const proxy = await startedProxy(home, ['--workers', '2'], { ...env, QWENCTL_STORE_URL: storeUrl })
    urls.push(proxy.url)
  }
  return urls
}

/**
 * Clients that ask all machines until `stop`: at once after an answer, and a moment after a refusal. So they leave the
 * CPU to a store that comes back. Returns how many requests succeeded.
 */
function applyLoad(urls: string[]) {
  const load = { served: 0, statuses: new Set<number>(), isOver: false }
  const lane = async (url: string) => {
    while (!load.isOver) {
      const { status } = await chatAt(url)
      load.statuses.add(status)
      if (status === 200) load.served += 1
      else await delay(20)
    }
  }
  const lanes = Promise.all([...urls, ...urls].map(lane))
  const stop = () => {
    load.isOver = true
    return lanes
  }
  return { load, stop }
}

test.skipIf(!hasRedis)(
  'a Redis that is paused and killed under load, beside a wrong clock, lets exactly the limit pass',
  async () => {
    const server = await RedisServer.start()
    onTestFinished(() => server.stop())
    const upstream = await givenUpstream()
    upstream.always(chat())
    const urls = await givenMachines(server.url, upstream.baseUrl)
    const { load, stop } = applyLoad(urls)
    await expect.poll(() => load.served, PATIENCE).toBeGreaterThanOrEqual(8)
    server.command('CLIENT', 'PAUSE', '2500', 'ALL')
    await expect.poll(() => load.served, PATIENCE).toBeGreaterThanOrEqual(16)
    await server.kill()
    await server.start()
    await expect.poll(() => load.served, PATIENCE).toBeGreaterThanOrEqual(LIMIT)
    await stop()
    for (const url of urls) expect((await chatAt(url)).status).toBe(429)
    expect(load.served).toBe(LIMIT)
    expect(upstream.count()).toBe(LIMIT)
    for (const status of load.statuses) expect([200, 429, 503]).toContain(status)
  },
  180_000,
)

test.skipIf(!hasRedis)(
  'when three sentinels replace a primary that was cut off under load, exactly the limit passes',
  async () => {
    const primary = await RedisServer.start()
    const replica = await RedisServer.start('--replicaof', '127.0.0.1', String(primary.port))
    const sentinels = [1, 2, 3].map(() => RedisServer.startSentinel(primary.port, 2))
    const ports: number[] = []
    for (const starting of sentinels) {
      const sentinel = await starting
      ports.push(sentinel.port)
      onTestFinished(() => sentinel.stop())
    }
    onTestFinished(() => Promise.all([primary.stop(), replica.stop()]).then(() => undefined))
    await expect
      .poll(() => replica.command('INFO', 'replication'), PATIENCE)
      .toContain('master_link_status:up')
    const upstream = await givenUpstream()
    upstream.always(chat())
    const hosts = ports.map((port) => `127.0.0.1:${port}`).join(',')
    const urls = await givenMachines(`redis+sentinel://${hosts}/main`, upstream.baseUrl)
    const { load, stop } = applyLoad(urls)
    await expect.poll(() => load.served, PATIENCE).toBeGreaterThanOrEqual(20)
    primary.freeze()
    await expect.poll(() => replica.command('INFO', 'replication'), PATIENCE).toContain('role:master')
    primary.resume() // it believes that it is the primary, until a sentinel says otherwise
    await expect.poll(() => load.served, PATIENCE).toBeGreaterThanOrEqual(LIMIT)
    await stop()
    for (const url of urls) expect((await chatAt(url)).status).toBe(429)
    expect(load.served).toBe(LIMIT)
    expect(upstream.count()).toBe(LIMIT)
  },
  180_000,
)
