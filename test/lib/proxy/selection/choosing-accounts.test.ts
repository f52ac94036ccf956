import { describe, expect, test } from 'vitest'
import { chat, givenUpstream, json } from '../../../support/servers/fake-upstream.ts'
import { QUESTION, givenProxy, makeKey } from '../../../support/servers/proxy-harness.ts'

const MESSAGE = { model: 'claude-x', max_tokens: 5, messages: [{ role: 'user', content: 'hi' }] }
const ANSWER = { id: 'msg_1', type: 'message', content: [], usage: { input_tokens: 7, output_tokens: 3 } }

describe('/v1/messages', () => {
  test('goes to accounts that speak the dialect and to no other, with its version headers', async () => {
    const upstream = await givenUpstream()
    upstream.nextFor(makeKey('speaks'), json(200, ANSWER))
    const proxy = await givenProxy({
      accounts: [
        { name: 'does-not', baseUrl: upstream.baseUrl },
        { name: 'speaks', provider: 'anthropic', baseUrl: upstream.origin },
      ],
    })
    const headers = {
      'anthropic-version': '2023-06-01',
      'anthropic-beta': 'tools-2099',
      'x-api-key': 'qk_client',
    }
    const reply = await proxy.post('/v1/messages?beta=true', MESSAGE, headers)
    expect(reply.json).toEqual(ANSWER)
    expect(upstream.last).toMatchObject({ path: '/v1/messages?beta=true', key: makeKey('speaks') })
    expect(upstream.last.headers).toMatchObject({
      'anthropic-version': '2023-06-01',
      'anthropic-beta': 'tools-2099',
      'x-api-key': makeKey('speaks'),
    })
    expect(upstream.last.headers.authorization).toBeUndefined()
    expect((await proxy.quota()).speaks?.today).toMatchObject({ inputTokens: 7, outputTokens: 3 })
  })

  test('reaches a custom account with a base URL of a Messages service', async () => {
    const upstream = await givenUpstream()
    upstream.next(json(200, ANSWER))
    const proxy = await givenProxy({ accounts: [{ name: 'c', baseUrl: `${upstream.origin}/anthropic` }] })
    expect((await proxy.post('/v1/messages', MESSAGE)).status).toBe(200)
    expect(upstream.last.path).toBe('/anthropic/v1/messages')
  })

  test('is refused where there is no translation and no account speaks the format', async () => {
    const upstream = await givenUpstream() // any request fails the test
    const only = await givenProxy({
      accounts: [{ name: 'x', provider: 'anthropic', baseUrl: upstream.origin }],
    })
    const other = await only.post('/v1/embeddings', { model: 'm1', input: 'hi' })
    expect(other.status).toBe(404)
    expect(other.json.error.message).toContain('no account has /v1/embeddings')
  })
})

describe('when the model', () => {
  test('names a provider in front, only its accounts serve and the upstream reads the name without it', async () => {
    const upstream = await givenUpstream()
    upstream.nextFor(makeKey('q'), chat())
    const proxy = await givenProxy({
      accounts: [{ name: 'c' }, { name: 'q', provider: 'qwen' }],
      baseUrl: upstream.baseUrl,
    })
    const body = '{"x": 1,\n "model" : "qwen/qwen3-max" , "messages":[]}'
    const reply = await proxy.post('/v1/chat/completions', body)
    expect(reply.headers['x-qwenctl-account']).toBe('q')
    expect(upstream.last.body.toString()).toBe(body.replace('qwen/qwen3-max', 'qwen3-max'))
  })

  test('has a slash of its own, it passes as it is', async () => {
    const upstream = await givenUpstream()
    upstream.next(chat())
    const proxy = await givenProxy({ accounts: [{ name: 'c' }], baseUrl: upstream.baseUrl })
    await proxy.chat({ model: 'meta-llama/llama-3' })
    expect(JSON.parse(upstream.last.body.toString())).toMatchObject({ model: 'meta-llama/llama-3' })
  })

  test('is one that no account serves, it is 404 before anything is sent', async () => {
    const upstream = await givenUpstream()
    const proxy = await givenProxy({
      accounts: [
        { name: 'a', models: ['m1'] },
        { name: 'b', provider: 'openai', models: ['m2'] },
      ],
      baseUrl: upstream.baseUrl,
    })
    const reply = await proxy.chat({ model: 'qwen3-max' })
    expect(reply.status).toBe(404)
    expect(reply.json.error).toMatchObject({ code: 'model_not_found', type: 'invalid_request_error' })
    expect(reply.json.error.message).toContain('qwen3-max')
  })

  test('names its service, the account of that service is asked and the others are not', async () => {
    const upstream = await givenUpstream()
    upstream.nextFor(makeKey('o'), chat())
    upstream.nextFor(makeKey('q'), chat())
    const proxy = await givenProxy({
      accounts: [
        { name: 'q', provider: 'qwen' },
        { name: 'o', provider: 'openai' },
      ],
      baseUrl: upstream.baseUrl,
    })
    expect((await proxy.chat({ model: 'gpt-5.2' })).headers['x-qwenctl-account']).toBe('o')
    expect((await proxy.chat({ model: 'qwen3-max' })).headers['x-qwenctl-account']).toBe('q')
  })
})

describe('when a header pins an account', () => {
  test.each(['b', 'custom/b', 'local:custom/b'])(
    'as %s, it alone is asked, though others come first',
    async (pin) => {
      const upstream = await givenUpstream()
      upstream.nextFor(makeKey('b'), chat())
      const proxy = await givenProxy({ accounts: [{ name: 'a' }, { name: 'b' }], baseUrl: upstream.baseUrl })
      const reply = await proxy.chat({}, { 'x-qwenctl-account': pin })
      expect(reply.headers['x-qwenctl-account']).toBe('b')
    },
  )

  test('that is rate limited, its own answer comes back with its own time and no other account is asked', async () => {
    const upstream = await givenUpstream()
    upstream.nextFor(makeKey('a'), json(429, { error: { message: 'slow' } }, { 'retry-after': '17' }))
    const proxy = await givenProxy({ accounts: [{ name: 'a' }, { name: 'b' }], baseUrl: upstream.baseUrl })
    const first = await proxy.chat({}, { 'x-qwenctl-account': 'a' })
    expect([first.status, first.text]).toEqual([429, '{"error":{"message":"slow"}}'])
    expect(first.headers).toMatchObject({ 'retry-after': '17', 'x-qwenctl-attempts': '1' })
    const second = await proxy.chat({}, { 'x-qwenctl-account': 'a' })
    expect(second.status).toBe(429)
    expect(second.json.error.code).toBe('rate_limit_exceeded')
    expect(Number(second.headers['retry-after'])).toBeLessThanOrEqual(17)
  })

  test.each([
    [401, 'Incorrect API key', 403, /^no account can serve. custom\/a: its key is refused .*--key-stdin$/],
    [
      402,
      'Insufficient Balance',
      402,
      /^no account can serve. custom\/a: the provider says there is no credit/,
    ],
  ])(
    'that only a person can bring back from a %i (%s), its command comes back and no other account is asked',
    async (answered, message, status, words) => {
      const upstream = await givenUpstream()
      upstream.always(json(answered, { error: { message } }), makeKey('a'))
      const proxy = await givenProxy({ accounts: [{ name: 'a' }, { name: 'b' }], baseUrl: upstream.baseUrl })
      // The first answer and those of an account that is known to wait for a person are the same.
      for (let request = 0; request < 2; request += 1) {
        const reply = await proxy.chat({}, { 'x-qwenctl-account': 'a' })
        expect([reply.status, reply.headers['x-qwenctl-error']]).toEqual([status, 'needs_action'])
        expect(reply.json.error.message).toMatch(words)
      }
      expect(upstream.count(makeKey('b'))).toBe(0)
    },
  )

  test.each([
    ['that does not exist', 'nobody', 404, 'account_not_found'],
    ['by a name that two accounts have', 'twin', 400, 'ambiguous_account'],
    ['that is disabled', 'off', 403, 'needs_action'],
    ['that does not serve the model', 'other', 404, 'model_not_found'],
  ])('%s, it is refused and nothing is sent', async (_, pin, status, code) => {
    const upstream = await givenUpstream()
    const proxy = await givenProxy({
      accounts: [
        { name: 'twin' },
        { name: 'twin', provider: 'qwen' },
        { name: 'off' },
        { name: 'other', models: ['m9'] },
      ],
      baseUrl: upstream.baseUrl,
    })
    await proxy.toolkit.accounts.setEnabled('off', false)
    const pinned = () => proxy.chat({}, { 'x-qwenctl-account': pin })
    await expect.poll(async () => (await pinned()).json.error.code, { timeout: 10_000 }).toBe(code)
    expect((await pinned()).status).toBe(status)
  })

  test.each([
    [
      'a model that it does not serve',
      'other',
      '/v1/chat/completions',
      'model_not_found',
      /^custom\/other, which .* pinned to, .*: does not serve model m1/,
    ],
  ])('and the request wants %s, the refusal is about that account', async (_, pin, path, code, words) => {
    const upstream = await givenUpstream()
    const accounts = [{ name: 'a' }, { name: 'other', models: ['m9'] }]
    const proxy = await givenProxy({ accounts, baseUrl: upstream.baseUrl })
    const reply = await proxy.post(path, { ...QUESTION, max_tokens: 5 }, { 'x-qwenctl-account': pin })
    expect([reply.status, reply.headers['x-qwenctl-error']]).toEqual([404, code])
    expect(reply.json.error.message).toMatch(words)
  })

  test('and the account is out, the refusal speaks of it alone', async () => {
    const upstream = await givenUpstream()
    const accounts = [{ name: 'a', limits: ['1/24h'] }, { name: 'other' }]
    const proxy = await givenProxy({ accounts, baseUrl: upstream.baseUrl })
    upstream.next(chat())
    const pinned = () => proxy.chat({}, { 'x-qwenctl-account': 'a' })
    expect((await pinned()).status).toBe(200)
    const reply = await pinned()
    expect([reply.status, reply.json.error.code]).toEqual([429, 'insufficient_quota'])
    expect(reply.json.error.message).toMatch(
      /^custom\/a, which the request is pinned to, is out and returns at 20.*1 of 1 used/,
    )
    expect(upstream.count()).toBe(1)
  })
})

describe('when a header names a group', () => {
  test('only its accounts serve, and an unknown group has none', async () => {
    const upstream = await givenUpstream()
    upstream.nextFor(makeKey('b'), chat())
    const proxy = await givenProxy({
      accounts: [{ name: 'a' }, { name: 'b', groups: ['team'] }],
      baseUrl: upstream.baseUrl,
    })
    expect((await proxy.chat({}, { 'x-qwenctl-group': 'team' })).headers['x-qwenctl-account']).toBe('b')
    const reply = await proxy.chat({}, { 'x-qwenctl-group': 'nobodys' })
    expect(reply.status).toBe(503)
    expect(reply.json.error.message).toContain('in group nobodys')
    const empty = await proxy.chat({}, { 'x-qwenctl-group': '' })
    expect(empty.json.error.message).toContain('in group "" (x-qwenctl-group is empty)')
  })
})

test('an account that lists a model by its whole name gets it, if the provider before the slash lacks it', async () => {
  const upstream = await givenUpstream()
  upstream.always(chat())
  const proxy = await givenProxy({
    accounts: [
      { name: 'q', provider: 'qwen', models: ['qwen3-coder-plus'] },
      { name: 'r', provider: 'openrouter', models: ['qwen/qwen3-coder', 'qwen/qwen3-coder-plus'] },
    ],
    baseUrl: upstream.baseUrl,
  })
  const ask = async (model: string) => {
    const { status, headers } = await proxy.chat({ model })
    return [status, headers['x-qwenctl-account'], status === 200 ? sentModel(upstream) : null]
  }
  expect(await ask('qwen/qwen3-coder')).toEqual([200, 'r', 'qwen/qwen3-coder'])
  expect(await ask('qwen/qwen3-coder-plus')).toEqual([200, 'q', 'qwen3-coder-plus'])
  expect(await ask('openrouter/qwen/qwen3-coder-plus')).toEqual([200, 'r', 'qwen/qwen3-coder-plus'])
  expect(await ask('qwen/nothing')).toEqual([404, '-', null])
})

const sentModel = (upstream: { last: { body: Buffer } }) =>
  (JSON.parse(upstream.last.body.toString()) as { model: string }).model

describe('sandbox accounts', () => {
  test('answer when there are no others', async () => {
    const proxy = await givenProxy({ accounts: [{ name: 's', provider: 'sandbox' }] })
    const reply = await proxy.chat({ model: 'sandbox-small' })
    expect(reply.status).toBe(200)
    expect(reply.text).toContain('simulated')
    expect((await proxy.quota()).s?.today).toMatchObject({ requests: 1, succeeded: 1 })
  })

  test('have their own models alone, unless a list of their own names others', async () => {
    const proxy = await givenProxy({
      accounts: [{ name: 's', provider: 'sandbox', models: ['sandbox-small', 'mine'] }],
    })
    const plain = await givenProxy({ accounts: [{ name: 's', provider: 'sandbox' }] })
    expect((await proxy.chat({ model: 'mine' })).status).toBe(200)
    const reply = await plain.chat({ model: 'sandbox-smal' })
    expect([reply.status, reply.json.error.code]).toEqual([404, 'model_not_found'])
    expect(reply.json.error.message).toContain('sandbox-small')
    expect(await plain.used()).toEqual({ s: 0 })
  })

  test('never answer in the place of a real account, however out or broken that is', async () => {
    const upstream = await givenUpstream()
    upstream.next(chat('real'), json(500, {}), chat('real'))
    const proxy = await givenProxy({
      accounts: [
        { name: 's', provider: 'sandbox', priority: -1 },
        { name: 'real', limits: ['2/24h'], baseUrl: upstream.baseUrl },
      ],
    })
    expect((await proxy.chat()).text).toContain('real')
    expect((await proxy.chat()).status).toBe(502)
    // The 500 used up nothing of a window of a day.
    expect((await proxy.chat()).text).toContain('real')
    expect((await proxy.chat()).status).toBe(429)
    const simulated = await proxy.chat({ model: 'sandbox-small' })
    expect(simulated.headers['x-qwenctl-account']).toBe('s')
    expect((await proxy.quota()).s?.today.requests).toBe(1)
  })
})

test('when accounts belong to several users and the proxy is one user’s, the others’ accounts do not serve', async () => {
  const upstream = await givenUpstream()
  upstream.nextFor(makeKey('mine'), chat())
  const proxy = await givenProxy({
    accounts: [
      { name: 'theirs', user: 'alice' },
      { name: 'mine', user: 'bob' },
    ],
    baseUrl: upstream.baseUrl,
    settings: { user: 'bob' },
  })
  expect((await proxy.chat()).headers['x-qwenctl-account']).toBe('mine')
  expect((await proxy.chat({}, { 'x-qwenctl-account': 'theirs' })).status).toBe(404)
})
