import { describe, expect, test } from 'vitest'
import { bytes, chat, events, givenUpstream, json } from '../../../support/servers/fake-upstream.ts'
import { QUESTION, givenProxy, makeKey, ledgerLines } from '../../../support/servers/proxy-harness.ts'

const CLIENT_KEY = 'qk_this-is-the-clients-own'

/** Odd on purpose: blanks, tabs, duplicate unknown keys, a big number, escapes and raw Unicode. */
const ODD_BODY = Buffer.from(
  '\n{ "temperature" :\t0.10 ,"x":1,"x":2, "seed":12345678901234567890123,\r\n "model":"m1","messages":[{"role":"user","content":"h\\u00e9llo ☃ 𝄞 \\/ é"}] , "nested":{"a":{},"b":[ ]}}\n',
)
const ODD_ANSWER = Buffer.from(
  '{ "choices":[{"message":{"content":"caf\\u00e9 ☃"}}],  "n":1.0, "n":1e400,\n"usage":{"prompt_tokens":7,"completion_tokens":3} }\n',
)

test('when a chat completion passes through, its body reaches the upstream and the answer the client byte for byte', async () => {
  const upstream = await givenUpstream()
  upstream.next(bytes(200, { 'content-type': 'application/json; charset=utf-8' }, ODD_ANSWER))
  const proxy = await givenProxy({ accounts: [{ name: 'a' }], baseUrl: upstream.baseUrl })
  const reply = await proxy.post('/v1/chat/completions', ODD_BODY)
  expect(upstream.last.body.equals(ODD_BODY)).toBe(true)
  expect(reply.body.equals(ODD_ANSWER)).toBe(true)
  expect(reply.status).toBe(200)
  expect(reply.headers['content-type']).toBe('application/json; charset=utf-8')
  const { a } = await proxy.quota()
  expect(a?.today).toMatchObject({ requests: 1, succeeded: 1, inputTokens: 7, outputTokens: 3 })
})

test('when an answer begins with a byte order mark, it is an answer, with its use', async () => {
  const upstream = await givenUpstream()
  const marked = Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), ODD_ANSWER])
  upstream.next(bytes(200, { 'content-type': 'application/json' }, marked))
  const proxy = await givenProxy({ accounts: [{ name: 'a' }], baseUrl: upstream.baseUrl })
  const reply = await proxy.chat()
  expect([reply.status, reply.body.equals(marked)]).toEqual([200, true])
  expect((await proxy.quota()).a?.today).toMatchObject({ succeeded: 1, inputTokens: 7, outputTokens: 3 })
})

test('when a stream asks for its usage itself, its body is not touched either', async () => {
  const upstream = await givenUpstream()
  upstream.next(events('data: [DONE]\n\n'))
  const proxy = await givenProxy({ accounts: [{ name: 'a' }], baseUrl: upstream.baseUrl })
  const body = Buffer.from(
    '{"stream" : true, "model":"m1","stream_options":{ "include_usage" : true },"n":1e1}',
  )
  await proxy.post('/v1/chat/completions', body)
  expect(upstream.last.body.equals(body)).toBe(true)
})

test.each([
  ['/v1/chat/completions', '/v1/chat/completions'],
  ['/chat/completions', '/v1/chat/completions'],
  ['/v1/chat/completions?api-version=2&x=%20', '/v1/chat/completions?api-version=2&x=%20'],
  ['/v1/chat/completions?key=qk_0123&api-version=2', '/v1/chat/completions?api-version=2'],
  ['/v1/embeddings?api_key=qk_0123', '/v1/embeddings'],
  ['/v1/completions', '/v1/completions'],
  ['/v1/embeddings', '/v1/embeddings'],
  ['/v1/responses', '/v1/responses'],
])('when a client posts to %s, the upstream is asked at %s', async (path, upstreamPath) => {
  const upstream = await givenUpstream()
  upstream.next(json(200, { choices: [] }))
  const proxy = await givenProxy({ accounts: [{ name: 'a' }], baseUrl: upstream.baseUrl })
  expect((await proxy.post(path, { model: 'm1', input: 'x' })).status).toBe(200)
  expect(upstream.last).toMatchObject({ method: 'POST', path: upstreamPath })
})

test('when an answer is larger than what is held, it still passes byte for byte and its usage is counted', async () => {
  const upstream = await givenUpstream()
  const big = Buffer.from(
    `{"choices":[{"message":{"content":"${'x'.repeat(3_000_000)}"}}],"usage":{"prompt_tokens":5,"completion_tokens":9}}`,
  )
  upstream.next(bytes(200, { 'content-type': 'application/json', 'content-length': String(big.length) }, big))
  const proxy = await givenProxy({ accounts: [{ name: 'a' }], baseUrl: upstream.baseUrl })
  const reply = await proxy.chat()
  expect(reply.body.equals(big)).toBe(true)
  expect(reply.headers['content-length']).toBe(String(big.length))
  expect((await proxy.quota()).a?.today).toMatchObject({ succeeded: 1, inputTokens: 5, outputTokens: 9 })
})

describe('an error that quotes the credential of its account', () => {
  // No pattern knows it for a key.
  const secret = 'correcthorse/battery+9f8e7d6c'
  const quoting = { error: { message: `no ${secret} and ${secret}`, code: secret } }
  // PHP escapes the slash, other languages the plus.
  const escaped = JSON.stringify(quoting)
    .replaceAll('/', String.raw`\/`)
    .replaceAll('+', String.raw`\u002B`)
  const nested = JSON.stringify({ error: { message: `upstream: ${escaped}` } })
  test.each([
    ['/v1/chat/completions', json(400, quoting, { 'x-debug': `Bearer ${secret}` })],
    ['/v1/messages', json(400, quoting)],
    ['/v1/chat/completions', json(401, quoting)],
    ['/v1/chat/completions', json(429, quoting)],
    ['/v1/chat/completions', json(500, quoting)],
    ['/v1/chat/completions', json(200, quoting)],
    ['/v1/chat/completions', bytes(403, { 'content-type': 'text/html' }, `<p>no ${secret}</p>`)],
    ['/v1/chat/completions', events(`data: ${JSON.stringify(quoting)}\n\n`)],
    ['/v1/chat/completions', bytes(401, { 'content-type': 'application/json' }, escaped)],
    ['/v1/chat/completions', bytes(429, { 'content-type': 'application/json' }, nested)],
    ['/v1/chat/completions', events(`data: ${escaped}\n\n`)],
    ['/v1/messages', events(`data: ${nested}\n\n`)],
  ])('shows it nowhere, and is otherwise as it is: %s', async (path, answer) => {
    const upstream = await givenUpstream()
    upstream.always(answer)
    const proxy = await givenProxy({
      accounts: [{ name: 'a', secret }],
      baseUrl: upstream.baseUrl,
    })
    const stream = path.endsWith('completions')
    const reply = await proxy.post(path, { ...QUESTION, max_tokens: 5, stream })
    expect(reply.status).toBeGreaterThan(399)
    expect(reply.text + JSON.stringify(reply.headers)).not.toContain(secret)
    const asterisks = '*'.repeat(secret.length)
    if (reply.headers['x-debug'] !== undefined) {
      expect(reply.headers['x-debug']).toBe(`Bearer ${asterisks}`)
      expect(reply.text).toBe(JSON.stringify(quoting).replaceAll(secret, asterisks))
    }
    expect(JSON.stringify([proxy.attempts, await proxy.quota()])).not.toContain(secret)
    expect(JSON.stringify(ledgerLines(proxy.home))).not.toContain(secret)
  })
})

describe('an error too large to hold that quotes the credential of its account', () => {
  const secret = 'correcthorse/battery+9f8e7d6c'
  const asterisks = '*'.repeat(secret.length)
  const filler = 'x'.repeat(700_001)
  const large = `{"error":{"message":"${filler}${secret}${filler}${secret}"}}`
  const http = { name: 'a', secret, provider: 'http', service: 's' }

  test.each([
    ['a model', '/v1/chat/completions', { name: 'a', secret }, 400],
    ['a model that says 200', '/v1/chat/completions', { name: 'a', secret }, 200],
    ['a service', '/services/s/x', http, 400],
    ['a service that fails', '/services/s/x', http, 500],
  ])('does not show it: %s', async (_, path, account, status) => {
    const upstream = await givenUpstream()
    upstream.always(({ res }) => {
      res.writeHead(status, {
        'content-type': 'application/json',
        'content-length': large.length,
        'x-debug': secret,
      })
      for (let at = 0; at < large.length; at += 65_521) res.write(large.slice(at, at + 65_521))
      res.end()
    })
    const baseUrl = account === http ? upstream.origin : upstream.baseUrl
    const proxy = await givenProxy({ accounts: [{ ...account, baseUrl }] })
    const reply = await proxy.post(path, QUESTION)
    expect(reply.text).not.toContain(secret)
    expect(JSON.stringify(reply.headers)).not.toContain(secret)
    if (status === 500) return
    expect(reply.status).toBe(status)
    expect(reply.text).toBe(large.replaceAll(secret, asterisks))
    expect(reply.headers).toMatchObject({ 'content-length': String(large.length), 'x-debug': asterisks })
  })

  test('an answer of that size passes byte for byte', async () => {
    const upstream = await givenUpstream()
    const answer = `{"choices":[{"message":{"content":"${filler}${secret}${filler}"}}]}`
    upstream.always(bytes(200, { 'content-type': 'application/json', 'x-debug': `Bearer ${secret}` }, answer))
    const proxy = await givenProxy({ accounts: [{ name: 'a', secret }], baseUrl: upstream.baseUrl })
    const reply = await proxy.chat()
    expect(reply.text).toBe(answer)
    expect(reply.headers['x-debug']).toBe(`Bearer ${asterisks}`)
  })

  test.each(['/v1/chat/completions', '/v1/messages'])(
    'an error in a stream that has begun does not show it either: %s',
    async (path) => {
      const upstream = await givenUpstream()
      const start = 'data: {"choices":[{"index":0,"delta":{"content":"a"}}]}\n\n'
      upstream.always(events(start, `data: {"error":{"message":"no ${secret}"}}\n\n`))
      const proxy = await givenProxy({ accounts: [{ name: 'a', secret }], baseUrl: upstream.baseUrl })
      const reply = await proxy.post(path, { ...QUESTION, max_tokens: 5, stream: true })
      expect(reply.text).toContain(`no ${asterisks}`)
      expect(reply.text).not.toContain(secret)
      expect(JSON.stringify([proxy.attempts, ledgerLines(proxy.home)])).not.toContain(secret)
    },
  )
})

describe('headers', () => {
  test('when a client sends headers of its own, credentials, connection and qwenctl headers stay behind and the rest arrives', async () => {
    const upstream = await givenUpstream()
    upstream.next(chat())
    const proxy = await givenProxy({ accounts: [{ name: 'a', groups: ['g'] }], baseUrl: upstream.baseUrl })
    await proxy.post('/v1/chat/completions', QUESTION, {
      authorization: `Bearer ${CLIENT_KEY}`,
      'x-api-key': CLIENT_KEY,
      'api-key': CLIENT_KEY,
      'x-goog-api-key': CLIENT_KEY,
      cookie: `session=${CLIENT_KEY}`,
      'openai-organization': 'org-of-the-client',
      'x-forwarded-for': '203.0.113.7',
      'x-qwenctl-account': 'a',
      'x-qwenctl-group': 'g',
      'x-qwenctl-whatever': 'v',
      connection: 'keep-alive, x-hop',
      'x-hop': 'only for the proxy',
      te: 'trailers',
      'accept-encoding': 'gzip, br',
      'user-agent': 'SomeClient/1.2 (x; y)',
      'X-Stainless-Lang': 'js',
      'openai-beta': 'assistants=v2',
    })
    const { headers, rawHeaders } = upstream.last
    expect(headers.authorization).toBe(`Bearer ${makeKey('a')}`)
    expect(headers.host).toBe(new URL(upstream.baseUrl).host)
    expect(headers['user-agent']).toBe('SomeClient/1.2 (x; y)')
    expect(headers['openai-beta']).toBe('assistants=v2')
    expect(headers['accept-encoding']).toBe('identity')
    expect(rawHeaders).toContain('X-Stainless-Lang')
    expect(rawHeaders.join('\n')).not.toContain(CLIENT_KEY)
    const names = Object.keys(headers)
    expect(
      names.filter((name) =>
        /^x-qwenctl-|^x-hop$|^te$|^cookie$|^x-forwarded|organization|api-key/.test(name),
      ),
    ).toEqual([])
  })

  test('when an answer comes back, the account says nothing of itself in its headers, and each answer is named', async () => {
    const upstream = await givenUpstream()
    upstream.always(
      json(
        200,
        { choices: [] },
        {
          'x-request-id': 'req_upstream',
          'openai-organization': 'org-of-the-account',
          'x-ratelimit-remaining-requests': '7',
          'set-cookie': 'a=b',
          'access-control-allow-origin': '*',
          'retry-after': '3',
          'openai-processing-ms': '12',
        },
      ),
    )
    const proxy = await givenProxy({ accounts: [{ name: 'a' }], baseUrl: upstream.baseUrl })
    const first = await proxy.chat()
    const second = await proxy.chat()
    expect(first.headers).toMatchObject({
      'x-qwenctl-account': 'a',
      'x-qwenctl-attempts': '1',
      'x-qwenctl-upstream-request-id': 'req_upstream',
      'openai-processing-ms': '12',
    })
    expect(
      Object.keys(first.headers).filter((name) =>
        /organization|ratelimit|cookie|access-control|retry-after/.test(name),
      ),
    ).toEqual([])
    expect(first.headers['x-request-id']).toMatch(/^\S+$/)
    expect(second.headers['x-request-id']).not.toBe(first.headers['x-request-id'])
  })

  test.each([
    ['a malformed body', 'POST', '/v1/chat/completions', '{', 400],
    ['an unknown path', 'GET', '/v1/nothing', undefined, 404],
    ['a wrong method', 'GET', '/v1/chat/completions', undefined, 405],
    ['health', 'GET', '/health', undefined, 200],
    ['readiness', 'GET', '/ready', undefined, 503],
    ['models', 'GET', '/v1/models', undefined, 200],
    ['no accounts', 'POST', '/v1/chat/completions', '{"model":"m"}', 503],
  ])(
    'when the answer is about %s, it carries the three headers too',
    async (_, method, path, body, status) => {
      const proxy = await givenProxy({ accounts: [] })
      const reply = await proxy.ask(method, path, body === undefined ? {} : { body })
      expect(reply.status).toBe(status)
      expect(reply.headers['x-request-id']).toMatch(/^\S+$/)
      expect(reply.headers['x-qwenctl-attempts']).toBe('0')
      expect(reply.headers['x-qwenctl-account']).toBe('-')
    },
  )

  test('when no account could answer, the error tells the account asked last and how many were asked', async () => {
    const upstream = await givenUpstream()
    upstream.next(json(500, { error: { message: 'a' } }), json(500, { error: { message: 'b' } }))
    const proxy = await givenProxy({ accounts: [{ name: 'a' }, { name: 'b' }], baseUrl: upstream.baseUrl })
    const reply = await proxy.chat()
    expect(reply.status).toBe(502)
    expect(reply.headers).toMatchObject({ 'x-qwenctl-account': 'b', 'x-qwenctl-attempts': '2' })
  })
})

test('when a client sends requests without waiting for answers, each is answered whole, in the order they came', async () => {
  const upstream = await givenUpstream()
  const proxy = await givenProxy({ accounts: [{ name: 'a' }], baseUrl: upstream.baseUrl })
  const asked = [1, 2, 3, 4, 5]
  upstream.always(({ seen, res }) => {
    const { n } = JSON.parse(seen.body.toString()) as { n: number }
    json(200, { echo: n, text: 'y'.repeat(n % 2 === 0 ? 40_000 : 10) })({ seen, res, socket: res.socket! })
  })
  const written = asked.map((n) => {
    const body = JSON.stringify({ ...QUESTION, n })
    const last = n === asked.length ? 'connection: close\r\n' : ''
    return `POST /v1/chat/completions HTTP/1.1\r\nhost: 127.0.0.1\r\n${last}content-length: ${body.length}\r\n\r\n${body}`
  })
  const text = await proxy.raw(written.join(''))
  expect(text.match(/HTTP\/1\.1 200/g)).toHaveLength(asked.length)
  expect([...text.matchAll(/"echo":(\d)/g)].map((match) => Number(match[1]))).toEqual(asked)
})

test('when a request cannot be said in the format of the only account, no account was asked, and the answer says so', async () => {
  const upstream = await givenUpstream()
  const proxy = await givenProxy({ accounts: [{ name: 'a' }], baseUrl: upstream.baseUrl })
  for (let time = 0; time < 2; time += 1) {
    const reply = await proxy.post('/v1/messages', QUESTION)
    expect(reply.status).toBe(400)
    expect(reply.headers).toMatchObject({ 'x-qwenctl-attempts': '0', 'x-qwenctl-account': '-' })
    expect(reply.json.error.message).toBe(
      '"max_tokens" is missing: a Messages request must say it, as a number; set "max_tokens" to the most tokens that the answer may have',
    )
  }
  expect(upstream.count()).toBe(0)
})
