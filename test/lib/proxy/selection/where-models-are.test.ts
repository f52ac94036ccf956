import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { chat, givenUpstream, json, reset } from '../../../support/servers/fake-upstream.ts'
import { givenProxy, makeKey, until } from '../../../support/servers/proxy-harness.ts'
import { temporaryFolder } from '../../../support/temp-folder.ts'

const list = (...ids: string[]) => json(200, { object: 'list', data: ids.map((id) => ({ id })) })
const fetching = { fetchModels: true }

/** The turns of a conversation that each account received. */
const posts = ({ requests }: { requests: { method: string; key: string | null }[] }) =>
  requests.filter(({ method }) => method === 'POST').map(({ key }) => key)

describe('a proxy that fetches model lists', () => {
  test('asks only the server here for a model that it alone lists, also while it is down', async () => {
    const here = await givenUpstream()
    here.always(list('llama3.2:3b'))
    const cloud = await givenUpstream()
    cloud.always(list('gpt-5'))
    const proxy = await givenProxy({
      accounts: [
        { name: 'oai', provider: 'openai', baseUrl: cloud.baseUrl },
        { name: 'qw', provider: 'qwen', baseUrl: cloud.baseUrl },
        { name: 'ollama', baseUrl: here.baseUrl },
      ],
      settings: fetching,
    })
    here.always(chat('from here'))
    for (let n = 0; n < 3; n += 1) {
      const reply = await proxy.chat({ model: 'llama3.2:3b', messages: [{ role: 'user', content: `q${n}` }] })
      expect(reply.headers).toMatchObject({ 'x-qwenctl-account': 'ollama', 'x-qwenctl-attempts': '1' })
    }
    here.always(reset)
    await until(async () => (await proxy.chat({ model: 'llama3.2:3b' })).status === 429)
    expect(posts(cloud)).toEqual([])
  })

  test('knows the lists of the run before', async () => {
    const home = temporaryFolder()
    const upstream = await givenUpstream()
    upstream.always(list('m1'))
    const first = await givenProxy({
      home,
      accounts: [{ name: 'lists' }, { name: 'other', provider: 'openai' }],
      baseUrl: upstream.baseUrl,
      settings: fetching,
    })
    await first.get('/v1/models')
    await first.toolkit.models.close()
    expect(readFileSync(join(home, 'cache/models.json'), 'utf8')).toContain('m1')
    const known = first.toolkit.models.readKnowledge((await first.toolkit.accounts.records())[0]!)
    expect(known.listed?.has('m1')).toBe(true)
    const second = await givenProxy({ home })
    const { models } = second.toolkit
    expect(models.readList((await second.toolkit.accounts.records())[0]!)?.models).toMatchObject([
      { id: 'm1' },
    ])
  })

  test('asks the next account, and none twice, where lists lack the model; then it is 404 each time', async () => {
    const upstream = await givenUpstream()
    upstream.always(list('gpt-5', 'gpt-5-mini'))
    const proxy = await givenProxy({
      accounts: [{ name: 'a' }, { name: 'b', provider: 'openai' }],
      baseUrl: upstream.baseUrl,
      settings: fetching,
    })
    await proxy.get('/v1/models')
    upstream.always(json(404, { error: { message: 'The model does not exist', code: 'model_not_found' } }))
    for (const attempts of ['2', '0', '0']) {
      const { status, headers, json: body } = await proxy.chat({ model: 'gtp-5' })
      expect([status, headers['x-qwenctl-error'], headers['x-qwenctl-attempts']]).toEqual([
        404,
        'model_not_found',
        attempts,
      ])
      expect(body.error.message).toContain('did you mean gpt-5')
    }
  })

  test('says that no account has the model, also while another one of the same service is out', async () => {
    const upstream = await givenUpstream()
    upstream.nextFor(makeKey('c'), chat('hi'))
    const proxy = await givenProxy({
      accounts: [{ name: 'a' }, { name: 'b' }, { name: 'c', limits: ['1/5h'] }],
      baseUrl: upstream.baseUrl,
    })
    await proxy.chat({ model: 'm1' }, { 'x-qwenctl-account': 'c' })
    upstream.always(json(404, { error: { message: 'The model does not exist', code: 'model_not_found' } }))
    for (const attempts of ['2', '0']) {
      const { status, headers } = await proxy.chat({ model: 'gtp-5' })
      expect([status, headers['x-qwenctl-error'], headers['x-qwenctl-attempts']]).toEqual([
        404,
        'model_not_found',
        attempts,
      ])
    }
  })

  test('says that no account has the model, also while a key of the same service is refused', async () => {
    const upstream = await givenUpstream()
    upstream.always(json(404, { error: { message: 'The model does not exist', code: 'model_not_found' } }))
    upstream.nextFor(
      makeKey('c'),
      json(401, { error: { message: 'Incorrect API key', code: 'invalid_api_key' } }),
    )
    const proxy = await givenProxy({
      accounts: [{ name: 'a' }, { name: 'b' }, { name: 'c' }],
      baseUrl: upstream.baseUrl,
    })
    await proxy.chat({ model: 'm1' }, { 'x-qwenctl-account': 'c' })
    for (const attempts of ['2', '0']) {
      const { status, headers } = await proxy.chat({ model: 'gtp-5' })
      expect([status, headers['x-qwenctl-error'], headers['x-qwenctl-attempts']]).toEqual([
        404,
        'model_not_found',
        attempts,
      ])
    }
  })

  test('names the refused key of another service that may have the model', async () => {
    const [upstream, elsewhere] = [await givenUpstream(), await givenUpstream()]
    upstream.always(json(404, { error: { message: 'The model does not exist', code: 'model_not_found' } }))
    elsewhere.next(json(401, { error: { message: 'Incorrect API key', code: 'invalid_api_key' } }))
    const proxy = await givenProxy({
      accounts: [
        { name: 'a', baseUrl: upstream.baseUrl },
        { name: 'c', baseUrl: elsewhere.baseUrl },
      ],
    })
    await proxy.chat({ model: 'm1' }, { 'x-qwenctl-account': 'c' })
    const { status, json: body } = await proxy.chat({ model: 'm7' })
    expect(status).toBe(403)
    expect(body.error.message).toContain('custom/c: its key is refused')
  })

  test('does not say that an account without the model returns', async () => {
    const here = await givenUpstream()
    here.always(list('llama3.2:3b'))
    const cloud = await givenUpstream()
    cloud.always(list('gpt-5'))
    const proxy = await givenProxy({
      accounts: [
        { name: 'oai', provider: 'openai', baseUrl: cloud.baseUrl },
        { name: 'ollama', baseUrl: here.baseUrl },
      ],
      settings: fetching,
    })
    await proxy.get('/v1/models')
    const broke = { error: { message: 'You exceeded your current quota', code: 'insufficient_quota' } }
    cloud.always(json(429, broke))
    for (let n = 0; n < 2; n += 1) {
      const { status, json: body } = await proxy.chat({ model: 'gpt-5' })
      expect(status).toBe(402)
      expect(body.error.message).toContain('openai/oai: the provider says there is no credit or quota left')
      expect(body.error.message).not.toContain('ollama')
    }
  })

  test('says which disabled account has the model', async () => {
    const upstream = await givenUpstream()
    const proxy = await givenProxy({
      accounts: [
        { name: 'off', models: ['m7'] },
        { name: 'on', models: ['m1'] },
      ],
      baseUrl: upstream.baseUrl,
    })
    await proxy.toolkit.accounts.setEnabled('off', false)
    await until(async () => (await proxy.chat({ model: 'm7' })).status === 403)
    const { json: body } = await proxy.chat({ model: 'm7' })
    expect(body.error.message).toContain('qwenctl accounts enable custom/off')
  })
})

test('no list is fetched for a pool of one service, until a client asks for it', async () => {
  const upstream = await givenUpstream()
  const lists = () => upstream.requests.filter(({ method }) => method === 'GET').length
  upstream.always(chat('hi'))
  const proxy = await givenProxy({
    accounts: [{ name: 'a' }, { name: 'b' }],
    baseUrl: upstream.baseUrl,
    settings: fetching,
  })
  expect((await proxy.chat({ model: 'm1' })).status).toBe(200)
  expect(lists()).toBe(0)
  upstream.always(list('m1'))
  await proxy.get('/v1/models')
  expect(lists()).toBe(1)
})

test('an account without the endpoint is passed over, costs nothing, and none with it is 404', async () => {
  const upstream = await givenUpstream()
  upstream.nextFor(makeKey('a'), json(404, { detail: 'Not Found' }))
  upstream.nextFor(makeKey('b'), json(200, { data: [] }))
  const accounts = [
    { name: 'a', limits: ['100/24h'] },
    { name: 'b', limits: ['100/24h'] },
  ]
  const proxy = await givenProxy({ accounts, baseUrl: upstream.baseUrl })
  const embed = () => proxy.post('/v1/embeddings', { model: 'm1', input: 'x' })
  expect((await embed()).headers).toMatchObject({ 'x-qwenctl-account': 'b', 'x-qwenctl-attempts': '2' })
  upstream.nextFor(makeKey('b'), json(405, ''))
  const refused = await embed()
  expect([refused.status, refused.headers['x-qwenctl-error']]).toEqual([404, 'route_not_served'])
  expect(refused.headers['x-qwenctl-attempts']).toBe('1')
  const again = await embed()
  expect([again.status, again.headers['x-qwenctl-attempts']]).toEqual([404, '0'])
  const { a, b } = await proxy.quota()
  expect([a?.limits[0]?.used, b?.limits[0]?.used]).toEqual([0, 1])
})
