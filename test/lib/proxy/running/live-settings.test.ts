import { join } from 'node:path'
import { writeFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { readProxySettings } from '../../../../src/lib/proxy/proxy-settings.ts'
import type { Chosen } from '../../../../src/lib/proxy/proxy-settings.ts'
import {
  ControlledStream,
  DONE,
  STOP,
  USAGE_CHUNK,
  chat,
  delta,
  givenUpstream,
  hang,
} from '../../../support/servers/fake-upstream.ts'
import { logEntries } from '../../../support/given-observer.ts'
import { givenProxy, until } from '../../../support/servers/proxy-harness.ts'
import type { GivenProxy, Reply, TestProxy } from '../../../support/servers/proxy-harness.ts'

/** A proxy that follows its configuration, as `proxy start` has it: flags fix what they say. */
function givenFollowingProxy(given: GivenProxy, flags: Chosen = {}): Promise<TestProxy> {
  const chosen = { port: 0, ...flags }
  return givenProxy({
    ...given,
    follow: (toolkit) =>
      readProxySettings(toolkit.settings, chosen, {}).then((settings) => ({
        ...settings,
        fetchModels: false,
      })),
  })
}

const set = (proxy: TestProxy, key: string, value: string) => proxy.toolkit.settings.set(key, value)

const ten = async (proxy: TestProxy): Promise<Reply[]> => {
  const replies: Reply[] = []
  for (let count = 0; count < 10; count += 1) replies.push(await proxy.chat())
  return replies
}
const served = (replies: Reply[]) => new Set(replies.map(({ headers }) => headers['x-qwenctl-account']))

describe('when the configuration changes while a proxy runs', () => {
  test('the strategy is another, without a dropped request, and what shows it knows', async () => {
    const upstream = await givenUpstream()
    upstream.always(chat())
    const proxy = await givenFollowingProxy({
      accounts: [{ name: 'a' }, { name: 'b' }],
      baseUrl: upstream.baseUrl,
    })
    await set(proxy, 'proxy.affinity', 'false')
    await set(proxy, 'proxy.strategy', 'fill-first')
    const all: Reply[] = []
    const many = async () => {
      const replies = await ten(proxy)
      all.push(...replies)
      return served(replies).size
    }
    await until(async () => (await many()) === 1)
    await set(proxy, 'proxy.strategy', 'round-robin')
    await until(async () => (await many()) === 2)
    expect(all.filter(({ status }) => status !== 200)).toEqual([])
    expect(proxy.taken.at(-1)).toMatchObject({ strategy: 'round-robin', affinity: false })
  })

  test('the largest body, time-outs and host names are others', async () => {
    const upstream = await givenUpstream()
    upstream.always(hang)
    const proxy = await givenFollowingProxy({ accounts: [{ name: 'a' }], baseUrl: upstream.baseUrl })
    const large = { messages: [{ role: 'user', content: 'x'.repeat(1_100_000) }], model: 'm1' }
    await set(proxy, 'proxy.maxBodyMb', '1')
    await until(() => proxy.taken.at(-1)?.maxBodyMb === 1)
    expect((await proxy.post('/v1/chat/completions', large)).status).toBe(413)
    await set(proxy, 'proxy.headersTimeoutMs', '1')
    await until(() => proxy.taken.at(-1)?.headersTimeoutMs === 1)
    expect((await proxy.chat()).status).toBe(504)
    const named = async () => (await proxy.get('/health', { host: 'proxy.example' })).status
    expect(await named()).toBe(403)
    await set(proxy, 'proxy.allowHosts', 'proxy.example')
    await until(async () => (await named()) === 200)
    // The same connection, with a head that was found good before.
    await set(proxy, 'proxy.allowHosts', '')
    await until(async () => (await named()) === 403)
  })

  test('a stream under way continues', async () => {
    const upstream = await givenUpstream()
    const live = new ControlledStream()
    upstream.next(live.answer)
    const proxy = await givenFollowingProxy({ accounts: [{ name: 'a' }], baseUrl: upstream.baseUrl })
    const opening = proxy.stream()
    await live.opened
    live.send(delta('one'))
    const reply = await opening
    await reply.sees('one')
    await set(proxy, 'proxy.strategy', 'round-robin')
    await until(() => proxy.taken.length > 0)
    live.end(STOP + USAGE_CHUNK + DONE)
    expect((await reply.whole()).text).toContain('[DONE]')
  })

  test('the log says more or less, and metrics go and come back with their counts', async () => {
    const upstream = await givenUpstream()
    upstream.always(chat())
    const proxy = await givenFollowingProxy({ accounts: [{ name: 'a' }], baseUrl: upstream.baseUrl })
    const lines = (kind: string) => {
      proxy.running.observer.flushSync()
      return logEntries(join(proxy.home, 'logs')).filter((entry) => entry.kind === kind)
    }
    await proxy.chat()
    await until(() => lines('request').length === 1)
    await set(proxy, 'logs.level', 'off')
    await until(() => proxy.taken.at(-1)?.observe?.level === 'off')
    await proxy.chat()
    await set(proxy, 'metrics.enabled', 'false')
    await until(async () => (await proxy.get('/metrics')).status === 404)
    expect(proxy.running.observer.isOn).toBe(false)
    await set(proxy, 'logs.level', 'debug')
    await set(proxy, 'metrics.enabled', 'true')
    await until(async () => (await proxy.get('/metrics')).status === 200)
    await until(() => proxy.taken.at(-1)?.observe?.level === 'debug')
    await proxy.chat()
    await until(() => lines('attempt').length === 1)
    expect(lines('request')).toHaveLength(2)
    expect((await proxy.get('/metrics')).text).toMatch(/qwenctl_requests_total\{[^}]*outcome="ok"\} 3\n/)
  })

  test('what a flag fixed stays', async () => {
    const upstream = await givenUpstream()
    const given = { accounts: [{ name: 'a' }], baseUrl: upstream.baseUrl }
    const proxy = await givenFollowingProxy(given, { strategy: 'fill-first' })
    await set(proxy, 'proxy.strategy', 'round-robin')
    await set(proxy, 'proxy.port', '4000') // the flag says 0
    await set(proxy, 'proxy.maxBodyMb', '7')
    await until(() => proxy.taken.at(-1)?.maxBodyMb === 7)
    expect(proxy.taken.at(-1)?.strategy).toBe('fill-first')
  })

  test('what cannot change while it runs is said once, and stays', async () => {
    const upstream = await givenUpstream()
    const troubles = /^proxy\.host is "(?:localhost|::1)" now/
    const given = { accounts: [{ name: 'a' }], baseUrl: upstream.baseUrl, troubles }
    const proxy = await givenFollowingProxy(given)
    await set(proxy, 'proxy.host', 'localhost')
    await until(() => proxy.troubles.length > 0)
    await set(proxy, 'proxy.maxBodyMb', '7')
    await until(() => proxy.taken.at(-1)?.maxBodyMb === 7)
    expect(proxy.troubles).toEqual([
      'proxy.host is "localhost" now, which holds from the next start on; this proxy continues with "127.0.0.1"',
    ])
    await set(proxy, 'proxy.host', '127.0.0.1') // as it is: nothing to say
    await set(proxy, 'proxy.host', '::1')
    await until(() => proxy.troubles.length > 1)
    expect(proxy.troubles.slice(1)).toEqual([
      'proxy.host is "::1" now, which holds from the next start on; this proxy continues with "127.0.0.1"',
    ])
    expect((await proxy.get('/health')).status).toBe(200)
  })

  test('what nothing reads is said once, and all else holds', async () => {
    const upstream = await givenUpstream()
    const troubles = /^unknown setting proxy\.stratgy/
    const given = { accounts: [{ name: 'a' }], baseUrl: upstream.baseUrl, troubles }
    const proxy = await givenFollowingProxy(given)
    writeFileSync(proxy.toolkit.settings.path, 'proxy:\n  stratgy: weighted\n  maxBodyMb: 7\n')
    await until(() => proxy.taken.at(-1)?.maxBodyMb === 7)
    await set(proxy, 'proxy.maxBodyMb', '8')
    await until(() => proxy.taken.at(-1)?.maxBodyMb === 8)
    expect(proxy.troubles).toEqual([
      `unknown setting proxy.stratgy (ignored); did you mean proxy.strategy? (in ${proxy.toolkit.settings.path})`,
    ])
  })

  test('a file that is not well formed changes nothing, and is reported', async () => {
    const upstream = await givenUpstream()
    const troubles = /^the configuration stays as it was: /
    const given = { accounts: [{ name: 'a' }], baseUrl: upstream.baseUrl, troubles }
    const proxy = await givenFollowingProxy(given)
    writeFileSync(proxy.toolkit.settings.path, 'proxy:\n  strategy: luck\n')
    await until(() => proxy.troubles.length > 0)
    expect(proxy.troubles[0]).toContain('"luck"')
    expect(proxy.taken).toEqual([])
    writeFileSync(proxy.toolkit.settings.path, 'proxy:\n  strategy: weighted\n')
    await until(() => proxy.taken.at(-1)?.strategy === 'weighted')
  })
})
