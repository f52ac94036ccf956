import { hostname } from 'node:os'
import { expect, onTestFinished, test } from 'vitest'
import { resolveHome } from '../../../src/lib/store/home.ts'
import { openStore, closeStore } from '../../../src/lib/store/redis/open-store.ts'
import type { ProxyView } from '../../../src/lib/toolkit/proxies.ts'
import { Proxies } from '../../../src/lib/toolkit/proxies.ts'
import { announceProxy, listElsewhere } from '../../../src/lib/toolkit/shared-proxies.ts'
import { RedisServer, hasRedis } from '../../support/servers/redis-server.ts'
import { temporaryFolder } from '../../support/temp-folder.ts'

const view = (port: number): ProxyView => ({
  pid: port,
  url: `http://127.0.0.1:${port}`,
  host: '127.0.0.1',
  port,
  accounts: 2,
  strategy: 'priority',
  startedAt: `2026-11-22T10:00:00.${port}Z`,
  workers: [port],
  version: '0.1.0',
  args: ['--port', String(port)],
})

function givenHome(env: Record<string, string>) {
  const home = resolveHome({ QWENCTL_HOME: temporaryFolder(), ...env })
  onTestFinished(() => closeStore(home))
  return home
}

test.skipIf(!hasRedis)(
  'proxies of other machines are seen while they speak, and not after their end',
  async () => {
    const server = await RedisServer.start()
    onTestFinished(() => server.stop())
    const env = { QWENCTL_STORE_URL: server.url }
    const [one, two] = [givenHome(env), givenHome(env)]
    const [first, second] = [announceProxy(one, () => view(101)), announceProxy(two, () => view(102))]
    const seen = async () =>
      (await listElsewhere(one)).map(({ url, state, machine }) => [url, state, machine])
    const other = 'http://127.0.0.1:102'
    await expect.poll(seen).toEqual([
      ['http://127.0.0.1:101', 'serving', hostname()], // it has no file in this home
      [other, 'serving', hostname()],
    ])
    const registration = new Proxies(one).register({ ...view(101), pid: process.pid })
    onTestFinished(registration.remove)
    second.drain()
    await expect.poll(async () => (await seen()).at(-1)).toEqual([other, 'draining', hostname()])
    await second.stop()
    expect((await seen()).map(([url]) => url)).toEqual(['http://127.0.0.1:101'])
    await first.stop()
    expect(await seen()).toEqual([])
    // A proxy that is silent for too long is gone as well.
    const store = (await openStore(two))!
    await store.link.send(store.keys.proxies, [
      'HSET',
      store.keys.proxies,
      'old',
      `1000 ${JSON.stringify(view(103))}`,
    ])
    expect(await seen()).toEqual([])
  },
)

test('the files of a home know no other machine', async () => {
  const home = givenHome({})
  const announcement = announceProxy(home, () => view(101))
  announcement.drain()
  await announcement.stop()
  expect(await listElsewhere(home)).toEqual([])
})
