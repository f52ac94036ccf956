import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import { describe, expect, onTestFinished, test } from 'vitest'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { openToolkit } from '../../../../src/lib/toolkit/open-toolkit.ts'
import {
  closedPort,
  httpProxy,
  serverCertificate,
  socksProxy,
} from '../../../support/servers/egress-proxies.ts'
import {
  chat,
  delta,
  DONE,
  events,
  givenUpstream,
  STOP,
  USAGE_CHUNK,
} from '../../../support/servers/fake-upstream.ts'
import type { FakeUpstream } from '../../../support/servers/fake-upstream.ts'
import { givenProxy, makeKey, newAccount } from '../../../support/servers/proxy-harness.ts'
import { temporaryFolder } from '../../../support/temp-folder.ts'

const authority = fileURLToPath(new URL('../../../support/certs/authority.pem', import.meta.url))

/** A base URL with a host that only a proxy knows: a direct connection would find no server. */
function hidden(upstream: FakeUpstream): { baseUrl: string; names: Record<string, number> } {
  const { port } = new URL(upstream.origin)
  return { baseUrl: `http://upstream.test:${port}/v1`, names: { 'upstream.test': Number(port) } }
}

describe('an account with egress proxies', () => {
  test('sends its requests through its proxy, keeps the tunnel, and shows no password', async () => {
    const upstream = await givenUpstream()
    upstream.always(chat())
    const { baseUrl, names } = hidden(upstream)
    const way = await httpProxy({ names, credential: 'me:s3cret-word' })
    const egressProxy = `http://me:s3cret-word@127.0.0.1:${way.port}`
    const proxy = await givenProxy({ accounts: [{ name: 'far', egressProxy }], baseUrl })
    for (let count = 0; count < 3; count += 1) expect((await proxy.chat()).status).toBe(200)
    expect(way.requests).toMatchObject([
      { host: 'upstream.test', asked: 'name', credential: 'me:s3cret-word' },
    ])
    expect(upstream.keys).toEqual(Array(3).fill(makeKey('far')))
    expect(await proxy.used()).toMatchObject({ far: undefined })
    expect(JSON.stringify(proxy.attempts)).not.toContain('s3cret')
  })

  test('streams through socks5h, which looks the name up', async () => {
    const upstream = await givenUpstream()
    upstream.next(events(delta('one'), STOP, USAGE_CHUNK, DONE))
    const { baseUrl, names } = hidden(upstream)
    const way = await socksProxy({ names })
    const egressProxy = `socks5h://127.0.0.1:${way.port}`
    const proxy = await givenProxy({ accounts: [{ name: 'far', egressProxy }], baseUrl })
    const reply = await (await proxy.stream()).whole()
    expect(reply.text).toContain('one')
    expect(way.requests).toMatchObject([{ host: 'upstream.test', asked: 'name' }])
  })

  test('goes through the next of the list when the first is down', async () => {
    const upstream = await givenUpstream()
    upstream.always(chat())
    const { baseUrl, names } = hidden(upstream)
    const way = await httpProxy({ names })
    const egressProxy = `http://127.0.0.1:${await closedPort()} http://127.0.0.1:${way.port}`
    const proxy = await givenProxy({ accounts: [{ name: 'far', egressProxy }], baseUrl })
    expect((await proxy.chat()).status).toBe(200)
    expect(way.requests).toHaveLength(1)
  })

  test('never goes direct: where no proxy opens a way, the next account serves and nothing is charged', async () => {
    const upstream = await givenUpstream()
    upstream.always(chat())
    const dead = `http://me:s3cret-word@127.0.0.1:${await closedPort()}`
    let now = Date.now()
    const proxy = await givenProxy({
      clock: () => now,
      accounts: [
        { name: 'far', egressProxy: dead, limits: ['5/day'] },
        { name: 'near', limits: ['5/day'] },
      ],
      baseUrl: upstream.baseUrl,
    })
    for (let count = 0; count < 2; count += 1) {
      const reply = await proxy.chat()
      expect(reply.headers['x-qwenctl-account']).toBe('near')
      if (count === 0) now += 2_000 // failures at one time are one
    }
    expect(upstream.keys).toEqual(Array(2).fill(makeKey('near')))
    // Two failures in a row rest the way out of `far`, and not the base that `near` shares with it.
    expect(await proxy.used()).toEqual({ far: 0, near: 2 })
    const { far, near } = await proxy.quota()
    expect(far?.cooldowns).toMatchObject([{ scope: 'provider', reason: 'unreachable' }])
    expect(near?.cooldowns).toEqual([])
    expect(JSON.stringify([proxy.attempts, far])).not.toContain('s3cret')
  })

  test('alone with a proxy that is down, is reported as unreachable without a password', async () => {
    const upstream = await givenUpstream()
    const egressProxy = `http://me:s3cret-word@127.0.0.1:${await closedPort()}`
    const proxy = await givenProxy({ accounts: [{ name: 'far', egressProxy }], baseUrl: upstream.baseUrl })
    const reply = await proxy.chat()
    expect(reply.status).toBe(502)
    expect(reply.json.error.message).toContain('connection refused')
    expect(reply.text).not.toContain('s3cret')
  })

  test('looks up its models through its proxy', async () => {
    const upstream = await givenUpstream()
    upstream.always(({ res }) => void res.end(JSON.stringify({ data: [{ id: 'm-far' }] })))
    const { baseUrl, names } = hidden(upstream)
    const way = await httpProxy({ names })
    const egressProxy = `http://127.0.0.1:${way.port}`
    const proxy = await givenProxy({ accounts: [{ name: 'far', egressProxy }], baseUrl })
    expect((await proxy.get('/v1/models')).json.data).toMatchObject([{ id: 'm-far' }])
    expect(way.requests).toHaveLength(1)
  })

  test('that gets a proxy while the proxy runs goes through it from then on', async () => {
    const upstream = await givenUpstream()
    upstream.always(chat())
    const way = await httpProxy()
    const proxy = await givenProxy({ accounts: [{ name: 'far' }], baseUrl: upstream.baseUrl })
    await proxy.chat()
    expect(way.requests).toHaveLength(0)
    await proxy.toolkit.accounts.set('far', { egressProxy: `http://127.0.0.1:${way.port}` })
    await expect
      .poll(async () => (await proxy.chat()).status === 200 && way.requests.length, { timeout: 20_000 })
      .toBe(1)
  })

  test('with sealed proxies that do not open is passed over, and says so like one with such a key', async () => {
    const upstream = await givenUpstream()
    upstream.always(chat())
    const way = await httpProxy()
    const home = temporaryFolder()
    const toolkit = openToolkit({ env: { QWENCTL_HOME: home } })
    const egressProxy = `http://127.0.0.1:${way.port}`
    await toolkit.accounts.add(newAccount({ name: 'far', egressProxy }, upstream.baseUrl))
    await toolkit.accounts.add(newAccount({ name: 'near' }, upstream.baseUrl))
    await toolkit.close()
    damageEgress(home)
    const proxy = await givenProxy({ home, troubles: /^custom\/far does not serve: / })
    expect(proxy.troubles).toEqual([expect.stringContaining('its egress proxy does not open: ')])
    expect((await proxy.chat()).headers).toMatchObject({
      'x-qwenctl-account': 'near',
      'x-qwenctl-attempts': '1',
    })
    expect(upstream.keys).toEqual([makeKey('near')])
    expect((await proxy.quota()).far).toMatchObject({
      status: 'unreachable',
      statusReason: expect.stringMatching(/^its egress proxy does not open: /),
      fix: 'qwenctl accounts set custom/far --egress-proxy URL',
    })
  })

  test('reaches a service over TLS behind an https proxy, both vouched for by --ca', async () => {
    const service = createServer(serverCertificate, (request, response) => {
      request.resume()
      response
        .writeHead(200, { 'content-type': 'application/json' })
        .end('{"object":"chat.completion","choices":[]}')
    })
    await new Promise<void>((resolve) => service.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => {
      service.closeAllConnections()
      service.close()
    })
    const { port } = service.address() as AddressInfo
    const way = await httpProxy({ tls: true, names: { 'upstream.test': port } })
    const egressProxy = `https://localhost:${way.port}`
    const baseUrl = `https://upstream.test:${port}/v1`
    const proxy = await givenProxy({ accounts: [{ name: 'far', egressProxy }], baseUrl, ca: [authority] })
    expect((await proxy.chat()).status).toBe(200)
    expect(way.requests).toMatchObject([{ host: 'upstream.test' }])
  })
})

/** As after a copy of the file from another machine: what is sealed opens nowhere. */
function damageEgress(home: string): void {
  const file = join(home, 'accounts.json')
  const text = readFileSync(file, 'utf8')
  const { accounts } = JSON.parse(text) as { accounts: { egressProxy: { sealed: string } | null }[] }
  const sealed = accounts[0]?.egressProxy?.sealed ?? ''
  writeFileSync(
    file,
    text.replace(sealed, `${sealed.slice(0, -6)}${sealed.endsWith('AAAAAA') ? 'BBBBBB' : 'AAAAAA'}`),
  )
}
