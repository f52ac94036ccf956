import { expect, test, vi } from 'vitest'
import { chat, givenUpstream, json } from '../../../support/servers/fake-upstream.ts'
import { givenProxy, makeKey, ledgerLines, until } from '../../../support/servers/proxy-harness.ts'
import type { TestProxy } from '../../../support/servers/proxy-harness.ts'
import type { NewClientKey } from '../../../../src/lib/toolkit/keys/client-keys.ts'

const NOON = Date.parse('2026-11-22T12:00:00Z')

async function given(now: { at: number } = { at: NOON }) {
  const upstream = await givenUpstream()
  upstream.always(chat())
  const proxy = await givenProxy({
    accounts: [
      { name: 'a', groups: ['free'] },
      { name: 'b' },
      { name: 'other', user: 'someone', models: ['theirs'] },
    ],
    baseUrl: upstream.baseUrl,
    clock: () => now.at,
  })
  return { upstream, proxy, now }
}

/** Makes a key and waits until the proxy knows it. */
async function givenKey(proxy: TestProxy, wanted: Omit<NewClientKey, 'user'> & { user?: string }) {
  const { secret, key } = await proxy.toolkit.keys.create({ user: 'local', ...wanted })
  const knows = async () =>
    (await proxy.get('/v1/models', { authorization: `Bearer ${secret}` })).status === 200
  await until(
    async () =>
      (await proxy.get('/v1/models', { 'x-api-key': `${secret}x` })).status !== 200 && (await knows()),
  )
  return { secret, key, headers: { authorization: `Bearer ${secret}` } }
}

test('until there is a key any client may come; from then on only one with a key', async () => {
  const { proxy, upstream } = await given()
  expect((await proxy.chat({}, { authorization: 'Bearer sk-anything' })).status).toBe(200)
  const { secret, headers } = await givenKey(proxy, { name: 'ci' })
  expect((await proxy.chat({}, headers)).status).toBe(200)
  expect((await proxy.chat({}, { 'x-api-key': secret })).status).toBe(200)
  const before = upstream.count()
  const wrongs: Record<string, string>[] = [
    {},
    { authorization: 'Bearer sk-anything' },
    { 'x-api-key': `${secret}x` },
  ]
  for (const wrong of wrongs) {
    const reply = await proxy.chat({}, wrong)
    expect(reply.status).toBe(401)
    expect(reply.json.error.code).toBe('invalid_api_key')
  }
  expect(upstream.count()).toBe(before)
  expect((await proxy.get('/health')).status).toBe(200)
  for (const { rawHeaders } of upstream.requests) expect(rawHeaders.join()).not.toContain('qk_')
})

test('a key that was revoked is refused, and an expired one too', async () => {
  const { proxy, now } = await given()
  const first = await givenKey(proxy, { name: 'first' })
  const second = await givenKey(proxy, { name: 'second', expires: '1h' })
  await proxy.toolkit.keys.revoke('first')
  await until(async () => (await proxy.chat({}, first.headers)).status === 401)
  expect((await proxy.chat({}, second.headers)).status).toBe(200)
  now.at += 3_600_000
  const late = await proxy.chat({}, second.headers)
  expect(late.status).toBe(401)
  expect(late.json.error.message).toContain('expired')
})

test('a key is served by its accounts, its groups and its user alone', async () => {
  const { proxy } = await given()
  const servedBy = async (wanted: Omit<NewClientKey, 'name'>, more: object = {}) => {
    const { headers } = await givenKey(proxy, { name: `k${Math.random().toString(36).slice(2)}`, ...wanted })
    const reply = await proxy.chat(more, headers)
    return reply.headers['x-qwenctl-account']
  }
  expect(await servedBy({ accounts: ['b'] })).toBe('b')
  expect(await servedBy({ groups: ['free'] })).toBe('a')
  expect(await servedBy({ user: 'someone' }, { model: 'theirs' })).toBe('other')
  expect(await servedBy({}, { model: 'theirs' })).not.toBe('other')
  await expect(proxy.toolkit.keys.create({ name: 'x', user: 'local', accounts: ['other'] })).rejects.toThrow()
})

test('a key for a model serves it also where a service lists it by its whole name', async () => {
  const upstream = await givenUpstream()
  upstream.always(chat())
  const proxy = await givenProxy({
    accounts: [
      { name: 'q', provider: 'qwen', models: ['max'] },
      { name: 'r', models: ['qwen/coder', 'qwen/other'] },
    ],
    baseUrl: upstream.baseUrl,
  })
  const { headers } = await givenKey(proxy, { name: 'k', models: ['coder'] })
  const allowed = await proxy.chat({ model: 'qwen/coder' }, headers)
  expect([allowed.status, allowed.headers['x-qwenctl-account']]).toEqual([200, 'r'])
  const refused = await proxy.chat({ model: 'qwen/other' }, headers)
  expect([refused.status, refused.json.error.code]).toEqual([403, 'model_not_allowed'])
})

test('a key is for its models alone, also in the list of models', async () => {
  const { proxy, upstream } = await given()
  upstream.nextFor(makeKey('a'), json(200, { data: [{ id: 'qwen3-max' }, { id: 'gpt' }] }))
  const { secret } = await proxy.toolkit.keys.create({ name: 'm', user: 'local', models: ['qwen3-*'] })
  const headers = { authorization: `Bearer ${secret}` }
  await until(async () => (await proxy.chat({ model: 'gpt' }, headers)).status === 403)
  expect((await proxy.chat({ model: 'gpt' }, headers)).json.error.code).toBe('model_not_allowed')
  expect((await proxy.chat({ model: 'qwen3-max' }, headers)).status).toBe(200)
  expect((await proxy.chat({ model: 'custom/qwen3-max' }, headers)).status).toBe(200)
})

test('the limits of a key hold exactly, whichever account serves it, and show what is left', async () => {
  const { proxy, upstream } = await given()
  const { headers } = await givenKey(proxy, { name: 'small', limits: ['5/day'] })
  const before = upstream.count()
  const replies = await Promise.all(Array.from({ length: 12 }, () => proxy.chat({}, headers)))
  expect(replies.filter(({ status }) => status === 200)).toHaveLength(5)
  expect(upstream.count() - before).toBe(5)
  const refused = replies.find(({ status }) => status === 429)
  expect(refused?.json.error).toMatchObject({ code: 'insufficient_quota' })
  expect(refused?.json.error.message).toContain('small')
  expect(refused?.headers).toMatchObject({ 'retry-after': '43200', 'x-should-retry': 'false' })
  await proxy.quota()
  const [view] = await proxy.toolkit.keys.list()
  expect(view).toMatchObject({ status: 'spent', limits: [{ used: 5, remaining: 0, max: 5 }] })
})

test('the use of a key without limits is known: when it was last used, in history, and for a later limit', async () => {
  const { proxy, now } = await given()
  const { headers } = await givenKey(proxy, { name: 'free' })
  const { toolkit } = proxy
  expect((await toolkit.keys.show('free')).lastUsedAt).toBeNull()
  now.at += 5_000
  for (let n = 0; n < 3; n++) expect((await proxy.chat({}, headers)).status).toBe(200)
  await vi.waitFor(async () =>
    expect((await toolkit.keys.show('free')).lastUsedAt).toBe(new Date(now.at).toISOString()),
  )
  const { rows } = await toolkit.history.show({ by: 'key', days: 1, per: 'day' })
  expect(rows.map(({ label, requests }) => [label, requests])).toEqual([['free', 3]])
  await toolkit.keys.change('free', { limits: ['4/day'] })
  await vi.waitFor(async () => expect((await toolkit.keys.show('free')).limits[0]?.used).toBe(3))
  await proxy.running.stop(0)
  const again = await givenProxy({ home: proxy.home, clock: () => now.at })
  expect((await again.toolkit.keys.show('free')).lastUsedAt).toBe(new Date(now.at).toISOString())
})

test('tokens count for a key as they do for the account', async () => {
  const { proxy } = await given()
  const { headers } = await givenKey(proxy, { name: 'tokens', limits: ['1000000tokens/day'] })
  await proxy.chat({}, headers)
  const quota = await proxy.quota()
  const spent = (quota.a?.today.inputTokens ?? 0) + (quota.a?.today.outputTokens ?? 0)
  expect(spent).toBeGreaterThan(0)
  const [view] = await proxy.toolkit.keys.list()
  expect(view?.limits[0]).toMatchObject({ metric: 'tokens', used: spent })
})

test('an address that keeps presenting wrong keys is not listened to for a while, and right ones still pass', async () => {
  const { proxy, now } = await given()
  const { headers } = await givenKey(proxy, { name: 'good' })
  now.at += 120_000 // whatever failed while waiting for the key is forgotten
  const wrong = { authorization: 'Bearer qk_guess' }
  const statuses: number[] = []
  for (let index = 0; index < 22; index += 1) statuses.push((await proxy.chat({}, wrong)).status)
  expect(statuses.slice(0, 20).every((status) => status === 401)).toBe(true)
  expect(statuses.slice(20)).toEqual([429, 429])
  expect((await proxy.chat({}, headers)).status).toBe(200)
  now.at += 61_000
  expect((await proxy.chat({}, wrong)).status).toBe(401)
})

test('a key made for one command asks a key of no other client', async () => {
  const { proxy } = await given()
  const { headers } = await givenKeyForCommand(proxy)
  expect((await proxy.chat()).status).toBe(200)
  expect((await proxy.chat({}, headers)).headers['x-qwenctl-account']).toBe('b')
})

async function givenKeyForCommand(proxy: TestProxy, more: object = {}) {
  const { secret } = await proxy.toolkit.keys.create({
    name: 'one-command',
    user: 'local',
    accounts: ['b'],
    isTemporary: true,
    ...more,
  })
  const headers = { authorization: `Bearer ${secret}` }
  await until(async () => (await proxy.chat({}, headers)).headers['x-qwenctl-account'] === 'b')
  return { headers }
}

test('a key that was revoked leaves the ledger 40 days after its last request, and a present one stays', async () => {
  const { proxy, now } = await given()
  const [gone, kept] = [
    await givenKey(proxy, { name: 'gone', limits: ['5/day'] }),
    await givenKey(proxy, { name: 'kept', limits: ['5/day'] }),
  ]
  for (const { headers } of [gone, kept]) expect((await proxy.chat({}, headers)).status).toBe(200)
  await proxy.settlements()
  await proxy.toolkit.keys.revoke('gone')
  const { state } = await proxy.toolkit.ledger()
  const isCounted = ({ key }: { key: { id: string } }) => state.subjects.has(key.id)
  now.at += 39 * 86_400_000
  await givenKey(proxy, { name: 'other' })
  expect([isCounted(gone), isCounted(kept)]).toEqual([true, true])
  now.at += 2 * 86_400_000
  await givenKey(proxy, { name: 'another' })
  await expect.poll(() => isCounted(gone)).toBe(false)
  expect(isCounted(kept)).toBe(true)
  expect((await proxy.toolkit.keys.show('kept')).limits).toMatchObject([{ max: 5, used: 0 }])
})

test('a view says whether the use of its key is recorded: not for one command, but for a client without an end', async () => {
  const { proxy } = await given()
  const viewOf = async (more: object) => {
    await givenKeyForCommand(proxy, more)
    await proxy.settlements()
    const { isUseRecorded, lastUsedAt } = await proxy.toolkit.keys.show('one-command')
    await proxy.toolkit.keys.revoke('one-command')
    return [isUseRecorded, lastUsedAt !== null]
  }
  expect(await viewOf({ expires: '1h' })).toEqual([false, false])
  expect(await viewOf({ expires: '1h', limits: ['99/day'] })).toEqual([true, true])
  expect(await viewOf({})).toEqual([true, true])
})

test('the key itself is nowhere in the home', async () => {
  const { proxy } = await given()
  const { secret, headers } = await givenKey(proxy, { name: 'ci', limits: ['5/day'] })
  await proxy.chat({}, headers)
  await proxy.settlements()
  expect(JSON.stringify(ledgerLines(proxy.home))).not.toContain(secret.slice(3))
  expect(JSON.stringify(await proxy.toolkit.keys.records())).not.toContain(secret.slice(3))
})

test('a rotated key has two secrets for the overlap, with one count, and then one', async () => {
  const { proxy, now } = await given()
  const first = await givenKey(proxy, { name: 'ci', limits: ['3/day'] })
  const fetchStatus = async (headers: Record<string, string>) =>
    (await proxy.get('/v1/models', headers)).status
  const rotate = async (overlap?: string) => {
    const { secret } = await proxy.toolkit.keys.rotate('ci', overlap)
    const headers = { authorization: `Bearer ${secret}` }
    await until(async () => (await fetchStatus(headers)) === 200)
    return headers
  }
  const second = await rotate('24h')
  const third = await rotate('1h')
  const replies = []
  for (const headers of [first.headers, second, third, first.headers])
    replies.push((await proxy.chat({}, headers)).status)
  expect(replies).toEqual([200, 200, 200, 429])
  now.at += 3_600_000
  expect([await fetchStatus(first.headers), await fetchStatus(second), await fetchStatus(third)]).toEqual([
    200, 401, 200,
  ])
  now.at += 23 * 3_600_000
  const late = await proxy.chat({}, first.headers)
  expect(late.status).toBe(401)
  expect(late.json.error.message).toContain('"ci" has a new secret')
})

test('a rotation without an overlap ends every former secret, and a pause stops them all', async () => {
  const { proxy } = await given()
  const first = await givenKey(proxy, { name: 'ci' })
  const fetchStatus = async (headers: Record<string, string>) =>
    (await proxy.get('/v1/models', headers)).status
  const { secret } = await proxy.toolkit.keys.rotate('ci', '24h')
  const second = { authorization: `Bearer ${secret}` }
  await until(async () => (await fetchStatus(second)) === 200)
  await proxy.toolkit.keys.change('ci', { isPaused: true })
  await until(async () => (await fetchStatus(second)) === 401)
  expect(await fetchStatus(first.headers)).toBe(401)
  await proxy.toolkit.keys.change('ci', { isPaused: false })
  await until(async () => (await fetchStatus(first.headers)) === 200)
  await proxy.toolkit.keys.rotate('ci')
  await until(async () => (await fetchStatus(first.headers)) === 401)
  expect(await fetchStatus(second)).toBe(401)
  expect((await proxy.toolkit.keys.show('ci')).overlapsUntil).toBeNull()
})

test('the error about a key that is paused, expired or of a user without accounts names the next command', async () => {
  const { proxy, now } = await given()
  const paused = await givenKey(proxy, { name: 'still' })
  await proxy.toolkit.keys.change('still', { isPaused: true })
  const expired = await givenKey(proxy, { name: 'old', expires: '1h' })
  const alone = await givenKey(proxy, { name: 'alone', user: 'carol' })
  now.at += 3_600_000
  const ask = async ({ headers }: { headers: Record<string, string> }) =>
    (await proxy.chat({}, headers)).json.error.message
  await expect.poll(() => ask(paused)).toContain('"still" is paused; qwenctl keys resume still')
  expect(await ask(expired)).toContain('; qwenctl keys set old --expires 30d')
  expect(await ask(alone)).toContain('there is no enabled account of user carol')
  expect(await ask(alone)).toContain('qwenctl auth list --user carol')
})
