import { describe, expect, test } from 'vitest'
import { added, givenApi } from '../../support/servers/management-harness.ts'
import { chat, givenUpstream, json } from '../../support/servers/fake-upstream.ts'
import { QUESTION, until } from '../../support/servers/proxy-harness.ts'

const BASE = 'http://127.0.0.1:9/v1'

describe('adding', () => {
  test('an account with a key that its provider accepts is there, and serves within a second', async () => {
    const upstream = await givenUpstream()
    upstream.always(json(200, { object: 'list', data: [] }))
    const api = await givenApi()
    const { status, json: answer } = await api.post('/api/accounts', {
      provider: 'custom',
      name: 'work',
      key: 'sk-good-0123456789abcdef',
      baseUrl: upstream.baseUrl,
      limits: ['5/day'],
      groups: ['night'],
    })
    expect(status).toBe(201)
    expect(answer.verification).toMatchObject({ result: 'accepted' })
    expect(answer.account).toMatchObject({ name: 'work', user: 'local', groups: ['night'], status: 'ready' })
    upstream.always(chat())
    await until(async () => (await api.proxy.chat()).status === 200)
    const shown = await api.get(`/api/accounts/${answer.account.id}`)
    expect(shown.json.account.limits[0]).toMatchObject({ max: 5, used: 1 })
  })

  test('when the provider refuses the key, it is 422 with the field, and nothing is stored', async () => {
    const upstream = await givenUpstream()
    upstream.always(json(401, { error: { message: 'bad key' } }))
    const api = await givenApi()
    const reply = await api.post('/api/accounts', {
      provider: 'custom',
      key: 'sk-bad-0123456789abcdef',
      baseUrl: upstream.baseUrl,
    })
    expect(reply.status).toBe(422)
    expect(reply.json.error).toMatchObject({ code: 'credentials_refused', field: 'key' })
    expect((await api.get('/api/accounts')).json.accounts).toEqual([])
  })

  test.each([
    ['custom', undefined],
    ['openai', 'sk-good-0123456789abcdef'],
  ])('the base URL of a %s account gets the /v1 that its server needs', async (provider, key) => {
    const upstream = await givenUpstream()
    upstream.always((call) =>
      call.seen.path.startsWith('/v1/')
        ? json(200, { object: 'list', data: [] })(call)
        : json(404, { error: 'not found' })(call),
    )
    const api = await givenApi()
    const root = upstream.baseUrl.replace(/\/v1$/, '')
    const { status, json: answer } = await api.post('/api/accounts', { provider, key, baseUrl: root })
    expect(status).toBe(201)
    expect(answer.verification).toMatchObject({ result: 'accepted' })
    expect(answer.account.baseUrl).toBe(`${root}/v1`)
  })

  test('a server without keys that does not answer is not added, unless that is wanted', async () => {
    const api = await givenApi()
    const wanted = { provider: 'custom', name: 'box', baseUrl: BASE }
    const reply = await api.post('/api/accounts', wanted)
    expect([reply.status, reply.json.error.code]).toEqual([502, 'upstream_unavailable'])
    expect((await api.get('/api/accounts')).json.accounts).toEqual([])
    expect((await api.post('/api/accounts', { ...wanted, verify: false })).status).toBe(201)
  })

  test.each([
    ['ollama', 'http://models.example.com:11434', 201],
    ['custom', 'http://models.example.com/v1', 422],
    ['openai', undefined, 422],
  ])('at %s (%s) without a key, and without a check, it is %i', async (provider, baseUrl, status) => {
    const api = await givenApi()
    const reply = await api.post('/api/accounts', { provider, baseUrl, verify: false })
    expect(reply.status).toBe(status)
    if (status === 201) expect(reply.json.account.auth.type).toBe('none')
    else expect(reply.json.error.field).toBe('key')
  })

  test('with invalid values it is 422 with the path of every one', async () => {
    const api = await givenApi()
    const wrong = {
      name: 'a/b',
      groups: ['night', 'a b'],
      limits: ['x', '2/day', 'y'],
      quotaGroup: 'q q',
      key: 'sk 1',
    }
    const refused = async (more: object) => {
      const { status, json: answer } = await api.post('/api/accounts', { ...wrong, ...more })
      expect(status).toBe(422)
      return (answer.error as unknown as { fields: { field: string; message: string }[] }).fields.map(
        ({ field, message }) => {
          expect(message).not.toBe('')
          return field
        },
      )
    }
    const shared = ['name', 'groups[1]', 'limits[0]', 'limits[2]', 'quotaGroup', 'key']
    const known = await refused({ provider: 'custom', baseUrl: 'ftp://a' })
    expect(known.toSorted()).toEqual([...shared, 'baseUrl'].toSorted())
    expect((await refused({ provider: 'nosuch' })).toSorted()).toEqual([...shared, 'provider'].toSorted())
    const mixed = await refused({ provider: 'custom', baseUrl: BASE, priority: 'high', colour: 1 })
    expect(mixed.toSorted()).toEqual([...shared, 'priority', 'colour'].toSorted())
  })

  test('when the provider cannot be reached, it is 502', async () => {
    const api = await givenApi()
    const reply = await api.post('/api/accounts', {
      provider: 'custom',
      key: 'sk-0123456789abcdef',
      baseUrl: BASE,
    })
    expect(reply.status).toBe(502)
  })

  test('a second one of the name is 409, and the first stays as it is', async () => {
    const api = await givenApi()
    const first = await added(api, { name: 'work', priority: 3 })
    const body = {
      provider: 'custom',
      name: 'work',
      key: 'sk-0123456789abcdef',
      baseUrl: BASE,
      verify: false,
    }
    const reply = await api.post('/api/accounts', body)
    expect(reply.status).toBe(409)
    expect(reply.json.error).toMatchObject({ code: 'name_in_use', field: 'name' })
    expect((await api.get('/api/accounts')).json.accounts).toEqual([first])
  })

  test('twenty at once are all there', async () => {
    const api = await givenApi()
    await Promise.all(Array.from({ length: 20 }, (_, index) => added(api, { name: `a${index}` })))
    expect((await api.get('/api/accounts')).json.accounts).toHaveLength(20)
  })
})

describe('a body that cannot be', () => {
  const sound = { provider: 'custom', name: 'n', key: 'sk-0123456789abcdef', baseUrl: BASE, verify: false }

  test.each([
    ['an unknown field', { ...sound, nmae: 1 }, 'invalid_body', 'nmae'],
    ['a number for a name', { ...sound, name: 7 }, 'invalid_body', 'name'],
    ['a limit that is none', { ...sound, limits: ['1/day', 'many'] }, 'invalid_limit', 'limits[1]'],
    ['a limit of another type', { ...sound, limits: [5] }, 'invalid_body', 'limits[0]'],
    ['two limits of one window', { ...sound, limits: ['1/day', '2/day'] }, 'invalid_limit', 'limits'],
    ['a name that cannot be', { ...sound, name: '../up' }, 'invalid_value', 'name'],
    ['a user that cannot be', { ...sound, user: 'a:b' }, 'invalid_value', 'user'],
    ['a group that cannot be', { ...sound, groups: ['ok', 'a b'] }, 'invalid_value', 'groups[1]'],
    ['a quota group that cannot be', { ...sound, quotaGroup: '' }, 'invalid_value', 'quotaGroup'],
    ['half a priority', { ...sound, priority: 1.5 }, 'invalid_body', 'priority'],
    ['no weight at all', { ...sound, weight: 0 }, 'invalid_value', 'weight'],
    ['a base URL that is none', { ...sound, baseUrl: 'x' }, 'invalid_value', 'baseUrl'],
    ['cloud metadata', { ...sound, baseUrl: 'http://169.254.169.254/v1' }, 'invalid_value', 'baseUrl'],
    ['an egress proxy that is none', { ...sound, egressProxy: 'ftp://x' }, 'invalid_value', 'egressProxy'],
    ['a model with a blank', { ...sound, models: ['m', 'a b'] }, 'invalid_value', 'models[1]'],
    ['a provider that there is not', { ...sound, provider: 'qwn' }, 'unknown_provider', 'provider'],
    ['no provider', { name: 'n' }, 'invalid_body', 'provider'],
    ['no key', { provider: 'openai', name: 'n' }, 'missing_answer', 'key'],
    ['a key with a blank', { ...sound, key: 'sk 1' }, 'invalid_value', 'key'],
    ['no base URL', { provider: 'custom', key: 'sk-0123456789abcdef' }, 'missing_answer', 'baseUrl'],
    ['a list', [], 'invalid_body', undefined],
    ['what is no JSON', 'provider=custom', 'invalid_body', undefined],
  ])('%s is 422 and says where', async (_, body, code, field) => {
    const api = await givenApi()
    const reply = await api.post('/api/accounts', body)
    expect([reply.status, reply.json.error.code, reply.json.error.field]).toEqual([422, code, field])
    expect((await api.get('/api/accounts')).json.accounts).toEqual([])
  })

  test('one of more than 1 MiB is 413, and the connection stays usable', async () => {
    const api = await givenApi()
    const reply = await api.post('/api/accounts', { ...sound, name: 'x'.repeat(2 << 20) })
    expect(reply.status).toBe(413)
    expect((await api.get('/api')).status).toBe(200)
  })
})

describe('one account', () => {
  test('is changed as a whole: name, key, settings, and whether it is the default', async () => {
    const api = await givenApi()
    const { id } = await added(api, { name: 'a' })
    const { status, json: answer } = await api.patch(`/api/accounts/${id}`, {
      name: 'b',
      enabled: false,
      isDefault: true,
      key: 'sk-other-0123456789abcdef',
      limits: ['9/day'],
      priority: 2,
      models: ['m1'],
    })
    expect(status).toBe(200)
    const { account } = answer
    expect(account).toMatchObject({ name: 'b', enabled: false, isDefault: true, priority: 2, models: ['m1'] })
    expect(account.auth.hint).toBe('sk-…cdef')
    expect(account.limits[0]?.max).toBe(9)
    const { toolkit } = api.proxy
    expect(await toolkit.accounts.readSecret(await toolkit.accounts.find(id))).toBe(
      'sk-other-0123456789abcdef',
    )
  })

  test('stays as it is when one thing of a change is refused', async () => {
    const api = await givenApi()
    await added(api, { name: 'taken' })
    const before = await added(api, { name: 'a' })
    const path = `/api/accounts/${before.id}`
    for (const [change, status] of [
      [{ name: 'taken', priority: 9, limits: ['1/day'] }, 409],
      [{ enabled: false, limits: ['never'] }, 422],
      [{ priority: 9, user: 'somebody' }, 422],
      [{ priority: 9, provider: 'openai' }, 422],
    ] as const) {
      expect((await api.patch(path, change)).status).toBe(status)
      expect((await api.get(path)).json.account).toEqual(before)
    }
  })

  test('two callers that change different things of it at once lose neither', async () => {
    const api = await givenApi()
    const { id } = await added(api)
    const path = `/api/accounts/${id}`
    await Promise.all([
      api.patch(path, { priority: 4 }),
      api.patch(path, { weight: 3 }),
      api.patch(path, { groups: ['g'] }),
      api.post(`${path}/disable`),
    ])
    expect((await api.get(path)).json.account).toMatchObject({
      priority: 4,
      weight: 3,
      groups: ['g'],
      enabled: false,
    })
  })

  test.each([
    ['enable', 'disable', true],
    ['disable', 'start', false],
    ['start', 'disable', true],
    ['stop', 'enable', true],
  ])('%s takes it where it should be', async (verb, before, enabled) => {
    const api = await givenApi()
    const { id } = await added(api)
    await api.post(`/api/accounts/${id}/${before}`)
    expect((await api.post(`/api/accounts/${id}/${verb}`)).json.account.enabled).toBe(enabled)
  })

  test('reset zeroes its counters, and DELETE cooldowns ends its rest alone', async () => {
    const upstream = await givenUpstream()
    const api = await givenApi({ accounts: [{ name: 'a', limits: ['5/minute'] }], baseUrl: upstream.baseUrl })
    upstream.next(json(429, { error: { message: 'slow down' } }, { 'retry-after': '60' }))
    await api.proxy.chat()
    await api.proxy.quota()
    const [resting] = (await api.get('/api/accounts')).json.accounts
    expect(resting).toMatchObject({ cooldowns: [{ reason: 'rate-short' }], limits: [{ used: 1 }] })
    const path = `/api/accounts/${resting?.id}`
    const awake = (await api.delete(`${path}/cooldowns`)).json.account
    expect(awake).toMatchObject({ cooldowns: [], limits: [{ used: 1 }] })
    upstream.always(chat())
    await until(async () => (await api.proxy.chat()).status === 200)
    expect((await api.post(`${path}/reset`)).json.account.limits).toMatchObject([{ used: 0 }])
  })

  test('verify and refresh say what came of it', async () => {
    const upstream = await givenUpstream()
    upstream.always(json(401, { error: { message: 'gone' } }))
    const api = await givenApi()
    const { id } = await added(api, { baseUrl: upstream.baseUrl })
    const verified = await api.post(`/api/accounts/${id}/verify`)
    expect(verified.json).toMatchObject({ result: 'refused', account: { status: 'key-refused' } })
    expect((await api.post(`/api/accounts/${id}/refresh`)).json.result).toBe('no-login')
  })

  test('removed, it is in the archive, comes back under another name, and can be destroyed', async () => {
    const api = await givenApi()
    const { id } = await added(api, { name: 'old' })
    expect((await api.delete(`/api/accounts/${id}`)).json.account.id).toBe(id)
    expect((await api.get(`/api/accounts/${id}`)).status).toBe(404)
    expect((await api.get('/api/archive')).json.accounts).toMatchObject([{ id, name: 'old' }])
    const back = await api.post(`/api/archive/${id}/restore`, { name: 'new' })
    expect(back.json.account).toMatchObject({ id, name: 'new' })
    await api.delete(`/api/accounts/${id}`)
    expect((await api.delete(`/api/archive/${id}`)).status).toBe(200)
    expect((await api.get('/api/archive')).json.accounts).toEqual([])
    expect((await api.post(`/api/archive/${id}/restore`)).status).toBe(404)
  })

  test('purged, it is nowhere', async () => {
    const api = await givenApi()
    const { id } = await added(api)
    await api.delete(`/api/accounts/${id}?purge=true`)
    expect((await api.get('/api/archive')).json.accounts).toEqual([])
    expect((await api.delete(`/api/accounts/${id}`)).status).toBe(404)
  })

  test('an unknown id is 404 on every path, and a name is no id', async () => {
    const api = await givenApi()
    await added(api, { name: 'work' })
    const routes = api.management.routes.filter(({ path }) => /^\/api\/(accounts|archive)\/\{id\}/.test(path))
    expect(routes.length).toBeGreaterThan(10)
    for (const id of ['acc_0000000000000000', 'work', 'custom%2Fwork', '%2e%2e']) {
      for (const { method, path } of routes) {
        const reply = await api.ask(method, path.replace('{id}', id), { body: {} })
        expect([reply.status, reply.json.error.code], `${method} ${path} ${id}`).toEqual([
          404,
          'account_not_found',
        ])
      }
    }
  })
})

test('lists are narrowed by user, provider and group', async () => {
  const api = await givenApi()
  await added(api, { name: 'a', user: 'ann' })
  await added(api, { name: 'b', user: 'bob', groups: ['g'] })
  await added(api, { name: 's', provider: 'sandbox', key: undefined, baseUrl: undefined })
  const namesAt = async (path: string) => (await api.get(path)).json.accounts.map(({ name }) => name).join()
  expect(await namesAt('/api/accounts?user=ann')).toBe('a')
  expect(await namesAt('/api/accounts?provider=sandbox&user=')).toBe('s')
  expect(await namesAt('/api/quota?group=g')).toBe('b')
  expect(await namesAt('/api/quota')).toBe('a,b,s')
  expect((await api.get('/api/accounts?usr=ann')).json.error).toMatchObject({
    code: 'invalid_value',
    field: 'usr',
  })
  expect((await api.get('/api/accounts?user=a&user=b')).status).toBe(400)
})

test('the same numbers as everywhere: /api/quota is quota show', async () => {
  const upstream = await givenUpstream()
  upstream.always(chat())
  const api = await givenApi({ accounts: [{ name: 'a', limits: ['5/day'] }], baseUrl: upstream.baseUrl })
  await api.proxy.chat(QUESTION)
  await api.proxy.quota()
  const { accounts, totals } = (await api.get('/api/quota')).json
  const shown = await api.proxy.toolkit.quotas.show([])
  expect({ accounts, totals }).toEqual({ accounts: shown.accounts, totals: shown.totals })
})

test('a running proxy follows within a second: disabled an account serves no more, enabled it does, with another key it is asked with that', async () => {
  const upstream = await givenUpstream()
  upstream.always(chat())
  const api = await givenApi({ accounts: [{ name: 'a' }], baseUrl: upstream.baseUrl })
  const [account] = (await api.get('/api/accounts')).json.accounts
  const path = `/api/accounts/${account?.id}`
  const within = async (condition: () => Promise<boolean>) => {
    const began = performance.now()
    await until(condition)
    return performance.now() - began
  }
  await api.post(`${path}/disable`)
  const times = [await within(async () => (await api.proxy.chat()).status === 503)]
  await api.post(`${path}/enable`)
  times.push(await within(async () => (await api.proxy.chat()).status === 200))
  await api.patch(path, { key: 'sk-another-0123456789abcdef' })
  times.push(
    await within(async () => {
      await api.proxy.chat()
      return upstream.last.headers.authorization === 'Bearer sk-another-0123456789abcdef'
    }),
  )
  expect(times).toHaveLength(3)
})
