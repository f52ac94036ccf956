import { copyFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { parseDocument, runBinary } from '../support/cli.ts'
import { chat, givenUpstream } from '../support/servers/fake-upstream.ts'
import { makeKey } from '../support/servers/proxy-harness.ts'
import { RedisServer, hasRedis } from '../support/servers/redis-server.ts'
import type { ProxyProcess } from './proxy/proxy-process.ts'
import { chatAt, givenHome, startedProxy } from './proxy/proxy-process.ts'

type Started = Awaited<ReturnType<typeof startedProxy>>

/** Several machines: homes of their own with one key and one store. */
async function givenMachines(count: number, limits: string[], upstreamUrl: string) {
  const server = await RedisServer.start('--appendfsync', 'always')
  onTestFinished(() => server.stop())
  const first = await givenHome([{ name: 'a', limits }], upstreamUrl)
  expect(await runBinary(first, ['store', 'move', server.url])).toMatchObject({ exit: 0 })
  const homes = [first]
  for (let number = 1; number < count; number += 1) {
    const home = await givenHome()
    copyFileSync(join(first, 'master.key'), join(home, 'master.key'))
    homes.push(home)
  }
  return { server, homes, env: { QWENCTL_STORE_URL: server.url } }
}

async function end(proxies: ProxyProcess[]): Promise<void> {
  for (const proxy of proxies) proxy.signal('SIGTERM')
  for (const proxy of proxies) await proxy.exit
}

test.skipIf(!hasRedis)(
  'three machines with two workers each, asked for ten times the limit, send exactly the limit',
  async () => {
    const upstream = await givenUpstream()
    upstream.always(chat())
    const { homes, env } = await givenMachines(3, ['24/24h'], upstream.baseUrl)
    const proxies: Started[] = []
    for (const home of homes) proxies.push(await startedProxy(home, ['--workers', '2'], env))
    const answers = await Promise.all(
      Array.from({ length: 240 }, (_, index) => chatAt(proxies[index % 3]!.url)),
    )
    let served = answers.filter(({ status }) => status === 200).length
    expect(served).toBeLessThanOrEqual(24)
    // On a busy machine the store may answer too late for some; they get 503, and may ask again.
    for (const { status } of answers) expect([200, 429, 503]).toContain(status)
    for (let tries = 0; served < 24 && tries < 60; tries += 1)
      if ((await chatAt(proxies[tries % 3]!.url)).status === 200) served += 1
    expect(served).toBe(24)
    expect(upstream.count(makeKey('a'))).toBe(24)
    for (const { url } of proxies) expect((await chatAt(url)).status).not.toBe(200)
    await end(proxies)
    for (const home of homes) {
      const { accounts } = parseDocument(await runBinary(home, ['quota', 'show', '--json'], { env }))
      expect(accounts).toMatchObject([{ limits: [{ used: 24, remaining: 0 }], today: { succeeded: 24 } }])
    }
  },
  180_000,
)

test.skipIf(!hasRedis)(
  'when Redis and a proxy are killed under load, nothing beyond the limit is sent, and the rest recovers without help',
  async () => {
    const upstream = await givenUpstream()
    upstream.always(chat())
    const { server, homes, env } = await givenMachines(2, ['30/24h'], upstream.baseUrl)
    const [one, two] = [await startedProxy(homes[0]!, [], env), await startedProxy(homes[1]!, [], env)]
    for (let round = 0; round < 5; round += 1) expect((await chatAt(one.url)).status).toBe(200)
    await server.kill()
    const refused = await chatAt(two.url)
    expect(refused.status).toBe(503)
    expect(JSON.stringify(refused)).toContain('store_unreachable')
    one.signal('SIGKILL')
    await server.start()
    const end = performance.now() + 60_000
    while ((await chatAt(two.url)).status !== 200)
      if (performance.now() > end) throw new Error('it stays away')
    const answers = await Promise.all(Array.from({ length: 60 }, () => chatAt(two.url)))
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(24)
    expect(upstream.count(makeKey('a'))).toBe(30)
    two.signal('SIGTERM')
    expect((await two.exit).code).toBe(0)
  },
  180_000,
)
