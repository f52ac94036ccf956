import { describe, expect, test } from 'vitest'
import { givenToolkit, KEY, ledgerEvents } from './temporary-home.ts'
import { givenAnswer, givenSocketServer, givenUpstream } from './upstream.ts'

const models = { object: 'list', data: [] }
const refusal = {
  error: { message: `Incorrect API key provided: ${KEY}`, code: 'invalid_api_key', type: 'x' },
}

async function givenAccountAt(baseUrl: string) {
  const toolkit = await givenToolkit({ checkTimeoutMs: 2000 })
  await toolkit.accounts.add({ provider: 'custom', name: 'work', secret: KEY, baseUrl })
  return toolkit
}

describe('checking a credential', () => {
  test('when the provider answers 2xx, it is accepted, asked once with the key and an honest name', async () => {
    const upstream = await givenAnswer(200, models)
    const { accounts } = await givenAccountAt(upstream.baseUrl)
    const verification = await accounts.verify('work')
    expect(verification).toMatchObject({ result: 'accepted', account: { status: 'ready' } })
    expect(verification.latencyMs).toBeGreaterThanOrEqual(0)
    expect(upstream.requests).toHaveLength(1)
    expect(upstream.requests[0]).toMatchObject({
      method: 'GET',
      url: '/v1/models',
      headers: {
        authorization: `Bearer ${KEY}`,
        'user-agent': expect.stringMatching(/^qwenctl\/\d+\.\d+\.\d+/) as string,
      },
    })
  })

  test('when the provider refuses the key, the account is out until it is accepted again', async () => {
    let status = 401
    const upstream = await givenUpstream((_, response) => {
      response.writeHead(status, { 'content-type': 'application/json' })
      response.end(JSON.stringify(status === 401 ? refusal : models))
    })
    const toolkit = await givenAccountAt(upstream.baseUrl)
    const refused = await toolkit.accounts.verify('work')
    expect(refused).toMatchObject({
      result: 'refused',
      account: {
        status: 'key-refused',
        availableAt: null,
        fix: 'qwenctl accounts set custom/work --key-stdin',
      },
    })
    expect(refused.message).not.toContain(KEY)
    await toolkit.accounts.verify('work')
    expect(await ledgerEvents(toolkit, 'cool')).toHaveLength(1)
    status = 200
    expect(await toolkit.accounts.verify('work')).toMatchObject({
      result: 'accepted',
      account: { status: 'ready' },
    })
    await toolkit.accounts.verify('work')
    expect(await ledgerEvents(toolkit, 'clear')).toHaveLength(1)
  })

  test('when an accepted account waits for a person, the check brings it back', async () => {
    const upstream = await givenAnswer(200, models)
    const toolkit = await givenAccountAt(upstream.baseUrl)
    const { id } = await toolkit.accounts.find('work')
    await (await toolkit.ledger()).record([{ type: 'cool', subject: id, until: null, reason: 'quota-hard' }])
    expect(await toolkit.accounts.verify('work')).toMatchObject({
      result: 'accepted',
      account: { status: 'ready', fix: null },
    })
  })

  test('when the answer says nothing about the key of an account without credit, it names what ends that', async () => {
    const upstream = await givenAnswer(402, { error: { message: 'Insufficient balance' } })
    const toolkit = await givenAccountAt(upstream.baseUrl)
    const { id } = await toolkit.accounts.find('work')
    const ledger = await toolkit.ledger()
    await ledger.record([{ type: 'cool', subject: id, until: null, reason: 'quota-hard' }])
    const unchecked = await toolkit.accounts.verify('work')
    expect(unchecked).toMatchObject({ result: 'unchecked', account: { status: 'no-credit' } })
    expect(unchecked.message).toContain('qwenctl quota reset custom/work --cooldowns')
    await toolkit.quotas.endCooldowns(['work'])
    expect(await toolkit.accounts.show('work')).toMatchObject({ status: 'ready', fix: null })
  })

  test('when a refused account was out of quota permanently, it shows that its key is refused', async () => {
    const upstream = await givenAnswer(401, refusal)
    const toolkit = await givenAccountAt(upstream.baseUrl)
    const { id } = await toolkit.accounts.find('work')
    await (await toolkit.ledger()).record([{ type: 'cool', subject: id, until: null, reason: 'quota-hard' }])
    expect(await toolkit.accounts.verify('work')).toMatchObject({ account: { status: 'key-refused' } })
  })

  test('when the provider redirects, the key is not sent on', async () => {
    const target = await givenAnswer(200, models)
    const upstream = await givenUpstream((_, response) => {
      response.writeHead(307, { location: `${target.baseUrl}/models` }).end()
    })
    const { accounts } = await givenAccountAt(upstream.baseUrl)
    expect(await accounts.verify('work')).toMatchObject({
      result: 'unchecked',
      message: expect.stringContaining('redirect (307)') as string,
    })
    expect(target.requests).toEqual([])
  })

  test.each([
    ['a page that is not JSON', 200, '<html>sign in</html>', 'unchecked', /not JSON/],
    ['an error of its own', 503, '{}', 'unreachable', /503/],
    ['that there is no such path', 404, '{}', 'unchecked', /404/],
    ['too many requests', 429, '{"error":{"message":"slow down"}}', 'unchecked', /429.*slow down/],
  ] as const)(
    'when it answers with %s, nothing is said of the key',
    async (_, status, body, result, words) => {
      const upstream = await givenUpstream((_request, response) => response.writeHead(status).end(body))
      const toolkit = await givenAccountAt(upstream.baseUrl)
      const verification = await toolkit.accounts.verify('work')
      expect(verification).toMatchObject({ result, account: { status: 'ready' } })
      expect(verification.message).toMatch(words)
      expect(upstream.requests).toHaveLength(1)
      expect(await ledgerEvents(toolkit, 'cool')).toEqual([])
    },
  )

  test.each([
    ['a bad name', { name: 'bad name' }, 'invalid_value'],
    ['a name in use', { name: 'work' }, 'name_in_use'],
    ['a wrong limit', { name: 'other', limits: ['5/fortnight'] }, 'invalid_limit'],
  ])('when the account could not be added for %s, its key is sent nowhere', async (_, wrong, code) => {
    const upstream = await givenAnswer(200, models)
    const { accounts } = await givenAccountAt(upstream.baseUrl)
    const wanted = { provider: 'custom', secret: KEY, baseUrl: upstream.baseUrl, ...wrong }
    await expect(accounts.checkCredential(wanted)).rejects.toMatchObject({ code })
    expect(upstream.requests).toHaveLength(0)
  })

  test('when no answer comes in time, it is unreachable', async () => {
    const upstream = await givenUpstream(() => undefined)
    const toolkit = await givenToolkit({ checkTimeoutMs: 50 })
    const result = await toolkit.accounts.checkCredential({
      provider: 'custom',
      secret: KEY,
      baseUrl: upstream.baseUrl,
    })
    expect(result).toMatchObject({ result: 'unreachable', latencyMs: null })
    expect(result.message).toContain('no answer within 1 s')
    expect(upstream.requests).toHaveLength(1)
  })

  test('when an answer never ends, the time-out holds for all of it', async () => {
    const upstream = await givenUpstream((_, response) => response.writeHead(200).write('{"data":'))
    const { accounts } = await givenToolkit({ checkTimeoutMs: 200 })
    const result = await accounts.checkCredential({
      provider: 'custom',
      secret: KEY,
      baseUrl: upstream.baseUrl,
    })
    expect(result.result).toBe('unreachable')
  })

  test('when what answers does not speak HTTP, it is unreachable', async () => {
    const baseUrl = await givenSocketServer((socket) => socket.end('SSH-2.0-OpenSSH_9.9\r\n\r\n'))
    const { accounts } = await givenAccountAt(baseUrl)
    expect(await accounts.verify('work')).toMatchObject({
      result: 'unreachable',
      message: expect.stringContaining('does not speak HTTP') as string,
    })
  })

  test('when the connection is cut, it is unreachable', async () => {
    const baseUrl = await givenSocketServer((socket) => socket.on('data', () => socket.resetAndDestroy()))
    const { accounts } = await givenAccountAt(baseUrl)
    expect(await accounts.verify('work')).toMatchObject({
      result: 'unreachable',
      message: expect.stringContaining('broke off') as string,
    })
  })

  test('when nothing listens there, it is unreachable and the account stays ready', async () => {
    const { accounts } = await givenAccountAt('http://127.0.0.1:1/v1')
    expect(await accounts.verify('work')).toMatchObject({
      result: 'unreachable',
      message: '127.0.0.1:1: nothing listens there',
      account: { status: 'ready' },
    })
  })

  test('when the answer is endless, it is cut off', async () => {
    const chunk = 'x'.repeat(1 << 20)
    const upstream = await givenUpstream((_, response) => {
      response.writeHead(200)
      const pour = (): void => {
        while (!response.destroyed && response.write(chunk));
        response.once('drain', pour)
      }
      pour()
    })
    const { accounts } = await givenToolkit({ checkTimeoutMs: 30_000 })
    const result = await accounts.checkCredential({
      provider: 'custom',
      secret: KEY,
      baseUrl: upstream.baseUrl,
    })
    expect(result).toMatchObject({
      result: 'unreachable',
      message: expect.stringContaining('too long') as string,
    })
  })
})
