import { createServer } from 'node:https'
import { readFile } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { Toolkit } from '../../../../src/lib/toolkit/toolkit.ts'
import { UpstreamPool } from '../../../../src/lib/proxy/upstream/upstream-pool.ts'
import type { TestProxy } from '../../../support/servers/egress-proxies.ts'
import {
  closedPort,
  httpProxy,
  oddProxy,
  serverCertificate,
  socksProxy,
} from '../../../support/servers/egress-proxies.ts'
import { givenLoginServer, TOKENS } from '../../../support/servers/login-server.ts'
import { filesBelow, givenToolkit, KEY } from '../temporary-home.ts'
import { givenAnswer } from '../upstream.ts'
import { temporaryFolder } from '../../../support/temp-folder.ts'

const authority = fileURLToPath(new URL('../../../support/certs/authority.pem', import.meta.url))
const models = { object: 'list', data: [] }
// No resolver knows it: only a proxy can lead there.
const NAME = 'upstream.test'

/** A service over TLS with a certificate of the test authority. */
async function givenTlsService(): Promise<{ port: number; keys: unknown[] }> {
  const service = { port: 0, keys: [] as unknown[] }
  const server = createServer(serverCertificate, (request, response) => {
    service.keys.push(request.headers.authorization)
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(models))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  service.port = (server.address() as AddressInfo).port
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return service
}

const wanted = (baseUrl: string, egressProxy: string | null) => ({
  provider: 'custom',
  name: 'work',
  secret: KEY,
  baseUrl,
  egressProxy,
})

const kinds = [
  ['http', (behaviour: object) => httpProxy(behaviour)],
  ['https', (behaviour: object) => httpProxy({ ...behaviour, tls: true })],
  ['socks5h', (behaviour: object) => socksProxy(behaviour)],
] as const

describe.each(kinds)('an account with a proxy of kind %s', (kind, open) => {
  test.each(['http', 'https'])(
    'is checked through it before and after it is stored, over %s',
    async (scheme) => {
      const service = await givenTlsService()
      const plain = await givenAnswer(200, models)
      const port = scheme === 'https' ? service.port : Number(new URL(plain.baseUrl).port)
      const proxy = await open({ names: { [NAME]: port }, credential: 'me:pass-word' })
      const { accounts } = await givenToolkit({ ca: [authority] })
      const account = wanted(`${scheme}://${NAME}/v1`, `${kind}://me:pass-word@localhost:${proxy.port}`)
      expect(await accounts.checkCredential(account)).toMatchObject({ result: 'accepted' })
      await accounts.add(account)
      expect(await accounts.verify('work')).toMatchObject({ result: 'accepted' })
      const asked = {
        host: NAME,
        port: scheme === 'https' ? 443 : 80,
        asked: 'name',
        credential: 'me:pass-word',
      }
      expect(proxy.requests).toEqual([asked, asked])
      const sent =
        scheme === 'https' ? service.keys : plain.requests.map(({ headers }) => headers.authorization)
      expect(sent).toEqual([`Bearer ${KEY}`, `Bearer ${KEY}`])
    },
  )

  test('when it is down, the account is unreachable, and the service is not asked past it', async () => {
    const plain = await givenAnswer(200, models)
    const port = await closedPort()
    const { accounts } = await givenToolkit()
    const result = await accounts.checkCredential(
      wanted(plain.baseUrl, `${kind}://me:hidden-word@127.0.0.1:${port}`),
    )
    expect(result).toMatchObject({ result: 'unreachable', latencyMs: null })
    expect(result.message).toContain(`${kind}://me:…@127.0.0.1:${port}: connection refused (ECONNREFUSED)`)
    expect(plain.requests).toEqual([])
  })
})

test('when a proxy hangs, that is said before the time for the whole check is over', async () => {
  const plain = await givenAnswer(200, models)
  const proxy = await oddProxy()
  const { accounts } = await givenToolkit({ checkTimeoutMs: 3000 })
  const result = await accounts.checkCredential(wanted(plain.baseUrl, `http://localhost:${proxy.port}`))
  expect(result.result).toBe('unreachable')
  expect(result.message).toContain(`http://localhost:${proxy.port}: no answer within 1500 ms`)
  expect(plain.requests).toEqual([])
})

test('with a list, the first that opens a way serves', async () => {
  const plain = await givenAnswer(200, models)
  const [port, proxy] = [await closedPort(), await socksProxy()]
  const { accounts } = await givenToolkit()
  const via = `http://127.0.0.1:${port},socks5://localhost:${proxy.port}`
  await accounts.add(wanted(plain.baseUrl, via))
  expect(await accounts.verify('work')).toMatchObject({ result: 'accepted' })
  expect(proxy.requests).toMatchObject([{ host: '127.0.0.1', asked: 'address' }])
})

describe('what is kept', () => {
  test('is the list in its order, sealed, and shown without passwords', async () => {
    const home = temporaryFolder()
    const { accounts } = await givenToolkit({ home })
    const via = 'socks5h://me:hidden%20word-1@a.example, http://me:hidden-word-2@b.example:8080'
    const view = await accounts.add(wanted('https://api.example.com/v1', via))
    expect(view.egressProxy).toBe('socks5h://me:…@a.example:1080, http://me:…@b.example:8080')
    const opened = await accounts.readEgress(await accounts.find('work'))
    expect(opened).toMatchObject([
      { kind: 'socks5h', host: 'a.example', port: 1080, user: 'me', password: 'hidden word-1' },
      { kind: 'http', host: 'b.example', port: 8080, user: 'me', password: 'hidden-word-2' },
    ])
    for (const { path, text } of await filesBelow(home)) expect(text, path).not.toMatch(/hidden.{0,3}word/)
  })

  test('is replaced as a whole, and taken away', async () => {
    const { accounts } = await givenToolkit()
    await accounts.add(wanted('https://api.example.com/v1', 'http://a.example:1 http://b.example:2'))
    const changed = await accounts.set('work', { egressProxy: 'http://c.example:3' })
    expect(changed.egressProxy).toBe('http://c.example:3')
    expect((await accounts.set('work', { egressProxy: null })).egressProxy).toBeNull()
    expect(await accounts.readEgress(await accounts.find('work'))).toEqual([])
  })

  test('goes along with a clone', async () => {
    const { accounts } = await givenToolkit()
    const via = 'http://me:hidden-word@a.example:1, socks5://b.example:2'
    await accounts.add(wanted('https://api.example.com/v1', via))
    await accounts.add(await accounts.prepareClone('work', 'twin', { secret: null }))
    const urls = (await accounts.readEgress(await accounts.find('twin'))).map(({ url }) => url)
    expect(urls).toEqual(['http://me:hidden-word@a.example:1', 'socks5://b.example:2'])
  })
})

/** An account at that service, asked as the proxy asks: with what the toolkit gives it. */
async function askThroughPool(
  toolkit: Toolkit,
  origin: string,
): Promise<{ status: number | null; error: string | null }> {
  const pool = new UpstreamPool((await toolkit.egress()).dialing)
  onTestFinished(() => pool.close())
  const via = await toolkit.accounts.readEgress(await toolkit.accounts.find('work'))
  const request = { method: 'GET', path: '/v1/models', headers: [], body: null }
  return new Promise((resolve) => {
    const answer = { status: null as number | null, error: null as string | null }
    pool.call(pool.origin(origin, via), request, {
      onHead: ({ status }) => (answer.status = status),
      onData: () => undefined,
      onEnd: () => resolve(answer),
      onError: ({ message }) => resolve({ ...answer, error: message }),
    })
  })
}

describe('the pool of the proxy, with what the toolkit gives it', () => {
  test('sends an account’s requests through its proxies, and trusts the authorities of the settings', async () => {
    const service = await givenTlsService()
    const proxy = await httpProxy({ tls: true, names: { [NAME]: service.port }, credential: 'me:w' })
    const toolkit = await givenToolkit({ env: { QWENCTL_CA: authority } })
    await toolkit.accounts.add(wanted(`https://${NAME}/v1`, `https://me:w@localhost:${proxy.port}`))
    expect(await askThroughPool(toolkit, `https://${NAME}`)).toEqual({ status: 200, error: null })
    expect(service.keys).toHaveLength(1)
  })

  test('without them, refuses what only they sign', async () => {
    const service = await givenTlsService()
    const toolkit = await givenToolkit()
    await toolkit.accounts.add(wanted(`https://${NAME}/v1`, null))
    const { error } = await askThroughPool(toolkit, `https://localhost:${service.port}`)
    expect(error).toMatch(/not signed by a known authority|UNABLE_TO/)
  })

  test('remembers what a check has found to be down', async () => {
    const plain = await givenAnswer(200, models)
    const toolkit = await givenToolkit()
    await toolkit.accounts.add(wanted(plain.baseUrl, `http://127.0.0.1:${await closedPort()}`))
    await toolkit.accounts.verify('work')
    const { error } = await askThroughPool(toolkit, new URL(plain.baseUrl).origin)
    expect(error).toContain('connection refused (ECONNREFUSED), a moment ago')
  })
})

describe('logins of an account with a proxy', () => {
  async function givenLogin(proxy: TestProxy) {
    const login = (await givenLoginServer()).begins({ interval: 1 }, [200, { ...TOKENS, expires_in: 1 }])
    const toolkit = await givenToolkit({ sleep: async () => undefined })
    const account = {
      ...wanted('https://api.example.com/v1', `http://127.0.0.1:${proxy.port}`),
      secret: undefined,
    }
    const { secret: _none, ...rest } = account
    const overrides = {
      deviceEndpoint: login.deviceEndpoint,
      tokenEndpoint: login.tokenEndpoint,
      clientId: 'me',
    }
    return { login, toolkit, account: rest, overrides }
  }

  test('begin, end and are renewed through it', async () => {
    const proxy = await httpProxy()
    const { login, toolkit, account, overrides } = await givenLogin(proxy)
    const pending = await toolkit.logins.begin(account, overrides)
    await toolkit.accounts.add({ ...account, tokens: await pending.tokens() })
    expect(await toolkit.accounts.refresh('work')).toMatchObject({ result: 'renewed' })
    expect(login.seen.map(({ path }) => path)).toEqual(['/device', '/token', '/token'])
    const again = await toolkit.logins.begin({ provider: 'custom', baseUrl: account.baseUrl }, overrides, {
      account: await toolkit.accounts.find('work'),
    })
    await again.tokens()
    expect(proxy.requests).toHaveLength(login.seen.length)
  })

  test('are unreachable when it is down, and ask no server past it', async () => {
    const proxy = await httpProxy()
    const { login, toolkit, account, overrides } = await givenLogin(proxy)
    await proxy.close()
    await expect(toolkit.logins.begin(account, overrides)).rejects.toMatchObject({
      code: 'upstream_unavailable',
      message: expect.stringContaining('no egress proxy gives a way') as string,
    })
    expect(login.seen).toEqual([])
  })
})

describe('the environment', () => {
  test('names no proxy: an account without one goes directly', async () => {
    const plain = await givenAnswer(200, models)
    const nowhere = `http://127.0.0.1:${await closedPort()}`
    const names = ['HTTP_PROXY', 'HTTPS_PROXY', 'ALL_PROXY', 'http_proxy', 'https_proxy']
    const before = names.map((name) => process.env[name])
    for (const name of names) process.env[name] = nowhere
    onTestFinished(() => {
      names.forEach((name, index) => {
        if (before[index] === undefined) Reflect.deleteProperty(process.env, name)
        else process.env[name] = before[index]
      })
    })
    const { accounts } = await givenToolkit()
    expect(await accounts.checkCredential(wanted(plain.baseUrl, null))).toMatchObject({ result: 'accepted' })
  })
})

describe('addresses of cloud metadata', () => {
  const message = /address of cloud metadata/

  test('are no base URL of an account, new or changed, nor of a login', async () => {
    const { accounts, logins } = await givenToolkit()
    const wrong = { code: 'invalid_value', message: expect.stringMatching(message) as string }
    const baseUrl = 'http://169.254.169.254/v1'
    await expect(accounts.add(wanted(baseUrl, null))).rejects.toMatchObject(wrong)
    await expect(accounts.checkCredential(wanted(baseUrl, null))).rejects.toMatchObject(wrong)
    await accounts.add(wanted('https://api.example.com/v1', null))
    await expect(accounts.set('work', { baseUrl: 'http://[::ffff:a9fe:a9fe]/v1' })).rejects.toMatchObject(
      wrong,
    )
    const login = { provider: 'custom', baseUrl: 'https://api.example.com/v1' }
    const tokenEndpoint = 'https://api.example.com/token'
    for (const deviceEndpoint of ['https://metadata.google.internal/device', 'http://0xa9fea9fe/device'])
      await expect(logins.begin(login, { deviceEndpoint, tokenEndpoint })).rejects.toMatchObject(wrong)
  })

  test('may be, where a setting says so', async () => {
    const { accounts } = await givenToolkit({ env: { QWENCTL_ALLOW_METADATA: 'true' } })
    const view = await accounts.add(wanted('http://169.254.169.254/v1', null))
    expect(view.baseUrl).toBe('http://169.254.169.254/v1')
  })

  test('are not called, also for an account that has such a base URL already', async () => {
    const home = temporaryFolder()
    const lax = await givenToolkit({ home, env: { QWENCTL_ALLOW_METADATA: 'true' } })
    const proxy = await httpProxy()
    await lax.accounts.add(wanted('http://169.254.169.254/v1', `http://127.0.0.1:${proxy.port}`))
    await lax.accounts.add({ ...wanted('http://100.100.100.200/v1', null), name: 'direct' })
    const { accounts } = await givenToolkit({ home })
    for (const name of ['work', 'direct']) {
      const { result, message: said } = await accounts.verify(name)
      expect(result).toBe('unreachable')
      expect(said).toMatch(message)
    }
    expect(proxy.requests).toEqual([])
  })
})

test('a file of authorities that is none stops what would need it, and is named', async () => {
  const file = '/nowhere/authorities.pem'
  const toolkit = await givenToolkit({ ca: [file] })
  const wrong = { code: 'invalid_value', message: expect.stringContaining(file) as string }
  await expect(toolkit.egress()).rejects.toMatchObject(wrong)
  await expect(toolkit.accounts.checkCredential(wanted('http://127.0.0.1:1/v1', null))).rejects.toMatchObject(
    wrong,
  )
  await toolkit.accounts.add(wanted('https://api.example.com/v1', null))
  expect(await readFile(toolkit.home.accountsFile, 'utf8')).toContain('api.example.com')
})
