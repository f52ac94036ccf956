import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { chat, events, frame, givenUpstream, json, reset } from '../../../support/servers/fake-upstream.ts'
import { givenProxy, makeKey, until } from '../../../support/servers/proxy-harness.ts'
import { temporaryFolder } from '../../../support/temp-folder.ts'

const two = [
  { name: 'a', limits: ['9999/24h'] },
  { name: 'b', limits: ['9999/24h'] },
]

describe('when the answer is about the request itself', () => {
  test.each([
    [
      400,
      {
        error: {
          message: 'max_tokens is too large',
          type: 'invalid_request_error',
          param: 'max_tokens',
          code: null,
        },
      },
    ],
    [422, { detail: [{ loc: ['body', 'n'], msg: 'must be positive' }] }],
    [413, { error: { message: 'Request too large' } }],
  ])(
    'status %i passes through untouched, no other account is asked, and nothing rests',
    async (status, body) => {
      const upstream = await givenUpstream()
      upstream.next(json(status, body, { 'x-should-retry': 'true', 'x-detail': 'kept' }))
      const proxy = await givenProxy({ accounts: two, baseUrl: upstream.baseUrl })
      const reply = await proxy.chat()
      expect(reply.status).toBe(status)
      expect(reply.text).toBe(JSON.stringify(body))
      expect(reply.headers).toMatchObject({
        'x-detail': 'kept',
        'x-qwenctl-account': 'a',
        'x-qwenctl-attempts': '1',
      })
      const { a } = await proxy.quota()
      expect(a).toMatchObject({ status: 'ready', cooldowns: [] })
      expect(a?.limits[0]?.used).toBe(1)
      expect(await proxy.settlements()).toMatchObject([{ outcome: 'bad-request', status }])
    },
  )

  test.each([
    [402, { message: 'This request requires more credits. You can only afford 30104.', code: 402 }],
    [413, { message: 'Request too large for model `m1`', code: 'rate_limit_exceeded' }],
  ])(
    'when one account declines a request for its size with %i, another is asked, and nothing rests',
    async (status, error) => {
      const upstream = await givenUpstream()
      upstream.next(json(status, { error }))
      upstream.next(json(200, { choices: [] }))
      const proxy = await givenProxy({ accounts: two, baseUrl: upstream.baseUrl })
      expect((await proxy.chat()).status).toBe(200)
      expect((await proxy.quota()).a).toMatchObject({ status: 'ready', cooldowns: [] })
    },
  )

  test('an error of that kind after a 200 has the status of an error', async () => {
    const body = { error: { message: 'bad messages', type: 'invalid_request_error', code: null } }
    const upstream = await givenUpstream()
    upstream.next(json(200, body), events(frame(body)))
    const proxy = await givenProxy({ accounts: two, baseUrl: upstream.baseUrl })
    for (const reply of [await proxy.chat(), await proxy.chat({ stream: true })]) {
      expect(reply.status).toBe(400)
      expect(reply.json).toEqual(body)
    }
  })
})

const twice = (text: string) => [text, text]

describe('when no account can answer', () => {
  test('because every upstream failed, it is 502 with what each said, and without a key', async () => {
    const upstream = await givenUpstream()
    upstream.nextFor(makeKey('a'), reset)
    upstream.nextFor(makeKey('b'), json(500, { error: { message: `boom for ${makeKey('b')}` } }))
    const proxy = await givenProxy({ accounts: two, baseUrl: upstream.baseUrl })
    const reply = await proxy.chat()
    expect(reply.status).toBe(502)
    expect(reply.json.error).toMatchObject({ code: 'upstream_unavailable', type: 'server_error' })
    // The first has answered.
    expect(reply.json.error.message).toMatch(
      /^no upstream could serve it \(custom\/a: .*closed.*custom\/b answered 500: boom/,
    )
    expect(reply.text).not.toContain(makeKey('b'))
  })

  test('because one is rate limited and the other failed, it is not said that every quota is used up', async () => {
    const upstream = await givenUpstream()
    upstream.nextFor(makeKey('a'), json(429, { error: { message: 'slow down' } }, { 'retry-after': '30' }))
    upstream.nextFor(makeKey('b'), json(500, { error: { message: 'boom' } }))
    const proxy = await givenProxy({ accounts: two, baseUrl: upstream.baseUrl })
    const reply = await proxy.chat()
    expect(reply.status).toBe(502)
    expect(reply.headers['x-should-retry']).toBeUndefined()
  })

  test('because all are rate limited, it is 429 until the first of them returns', async () => {
    const upstream = await givenUpstream()
    upstream.nextFor(makeKey('a'), json(429, { error: { message: 'slow down' } }, { 'retry-after': '300' }))
    upstream.nextFor(makeKey('b'), json(429, { error: { message: 'slow down' } }, { 'retry-after': '100' }))
    const proxy = await givenProxy({ accounts: two, baseUrl: upstream.baseUrl })
    for (const attempts of ['2', '0']) {
      const reply = await proxy.chat()
      expect(reply.status).toBe(429)
      expect(Number(reply.headers['retry-after'])).toBeGreaterThan(90)
      expect(Number(reply.headers['retry-after'])).toBeLessThanOrEqual(100)
      expect(reply.headers['x-qwenctl-attempts']).toBe(attempts)
      expect(reply.json.error.message).toContain('custom/b returns first')
    }
  })

  test('because every key is refused, it is 403 and names the command that brings each back', async () => {
    const upstream = await givenUpstream()
    upstream.next(json(401, { error: { message: 'no' } }), json(401, { error: { message: 'no' } }))
    const proxy = await givenProxy({ accounts: two, baseUrl: upstream.baseUrl })
    for (let index = 0; index < 2; index += 1) {
      const reply = await proxy.chat()
      expect(reply.status).toBe(403)
      expect(reply.headers).toMatchObject({ 'x-qwenctl-error': 'needs_action', 'x-should-retry': 'false' })
      expect(reply.json.error.message).toContain('custom/a: its key is refused (no)')
      expect(reply.json.error.message).toContain('qwenctl accounts set custom/a --key-stdin')
      expect(reply.headers['retry-after']).toBeUndefined()
    }
  })

  test('because every account is out of credit, it is 402 and no time is given', async () => {
    const upstream = await givenUpstream()
    const body = json(402, { error: { message: 'Insufficient Balance', code: 'insufficient_balance' } })
    upstream.next(body, body)
    const proxy = await givenProxy({ accounts: two, baseUrl: upstream.baseUrl })
    for (let index = 0; index < 2; index += 1) {
      const reply = await proxy.chat()
      expect([reply.status, reply.headers['x-qwenctl-error']]).toEqual([402, 'needs_action'])
      expect(reply.json.error.code).toBe('insufficient_quota')
      expect(reply.json.error.message).toContain(
        'custom/a: the provider says there is no credit or quota left',
      )
      expect(reply.json.error.message).toContain('qwenctl auth verify custom/a')
      expect(reply.headers['retry-after']).toBeUndefined()
    }
  })

  test('because no account has the model, it is 404 with the nearest names, each time', async () => {
    const body = { error: { message: 'The model nope does not exist', code: 'model_not_found' } }
    const upstream = await givenUpstream()
    upstream.next(json(404, body), json(404, body))
    const proxy = await givenProxy({ accounts: two, baseUrl: upstream.baseUrl })
    const reply = await proxy.chat({ model: 'nope' })
    const again = await proxy.chat({ model: 'nope' })
    for (const {
      status,
      headers,
      json: { error },
    } of [reply, again]) {
      expect([status, error.code, headers['x-qwenctl-error']]).toEqual([404, ...twice('model_not_found')])
      expect(headers['retry-after']).toBeUndefined()
      expect(error.message).toContain('no account has the model nope')
    }
    expect(reply.json.error.message).toContain('custom/b answered 404: The model nope does not exist')
    expect(again.headers['x-qwenctl-attempts']).toBe('0')
    upstream.next(chat())
    expect((await proxy.chat({ model: 'other' })).status).toBe(200)
  })
})

test('when one account’s stored credential is damaged, it is out from the start, and the others serve', async () => {
  const upstream = await givenUpstream()
  upstream.always(chat(), makeKey('b'))
  const home = temporaryFolder()
  const troubles = /^custom\/a does not serve: its key does not open/
  await givenProxy({ home, accounts: two, baseUrl: upstream.baseUrl, troubles })
  const file = join(home, 'accounts.json')
  const document = JSON.parse(readFileSync(file, 'utf8')) as {
    accounts: { credential: { sealed: string } }[]
  }
  const { credential } = document.accounts[0]!
  const parts = credential.sealed.split('.')
  parts[4] = Buffer.from('tampered with in the file').toString('base64url')
  credential.sealed = parts.join('.')
  writeFileSync(file, JSON.stringify(document))
  const proxy = await givenProxy({ home, troubles })
  expect(proxy.troubles).toHaveLength(1)
  for (let request = 1; request <= 2; request++) {
    const reply = await proxy.chat()
    expect(reply.headers).toMatchObject({ 'x-qwenctl-account': 'b', 'x-qwenctl-attempts': '1' })
  }
  const { a } = await proxy.quota()
  expect(a).toMatchObject({ status: 'no-key' })
  expect(a?.limits[0]?.used).toBe(0)
  expect((await proxy.get('/v1/models')).status).toBe(200)
})

test('when an overload continues, that model has a cooldown, and a success lets it serve again', async () => {
  const upstream = await givenUpstream()
  upstream.always(json(503, {}))
  const proxy = await givenProxy({ accounts: [two[0]!], baseUrl: upstream.baseUrl })
  expect((await proxy.chat()).status).toBe(502) // the first failure rests nothing: it may be the only account
  expect((await proxy.quota()).a?.cooldowns).toEqual([])
  await until(async () => (await proxy.chat()).status === 429)
  expect((await proxy.quota()).a?.cooldowns).toMatchObject([
    { scope: 'provider', model: 'm1', reason: 'overloaded' },
  ])
  upstream.always(chat())
  expect((await proxy.chat({ model: 'another' })).status).toBe(200)
  await until(async () => (await proxy.chat()).status === 200)
})
