// A client key sees, names and counts the accounts that may serve it, and no others.

import { expect, test } from 'vitest'
import { chat, givenUpstream, json } from '../../../support/servers/fake-upstream.ts'
import { givenProxy, makeKey, until } from '../../../support/servers/proxy-harness.ts'
import type { NewClientKey } from '../../../../src/lib/toolkit/keys/client-keys.ts'

const BOB = 'bobs-marker'

async function given(wanted: Partial<NewClientKey> = {}) {
  const upstream = await givenUpstream()
  upstream.always(chat())
  const proxy = await givenProxy({
    accounts: [
      { name: 'x', user: 'alice', groups: ['day'], models: ['alice-model'] },
      { name: 'y', user: 'alice', models: ['other-model'] },
      { name: 'x', user: 'bob', models: [`${BOB}-model`], secret: makeKey(BOB) },
      { name: BOB, user: 'bob', groups: [`${BOB}-group`], models: [`${BOB}-model`] },
    ],
    baseUrl: upstream.baseUrl,
  })
  const { secret } = await proxy.toolkit.keys.create({ name: 'k', user: 'alice', ...wanted })
  const headers = { authorization: `Bearer ${secret}` }
  await until(async () => (await proxy.get('/v1/models')).status === 401)
  return { upstream, proxy, headers }
}

test('lists the models of its own accounts', async () => {
  const { proxy, headers } = await given()
  const listed = await proxy.get('/v1/models', headers)
  expect((listed.json as unknown as { data: { id: string }[] }).data.map(({ id }) => id)).toEqual([
    'alice-model',
    'other-model',
  ])
  expect((await proxy.get(`/v1/models/${BOB}-model`, headers)).status).toBe(404)
})

test('lists the models of the accounts and groups that it names', async () => {
  const { proxy, headers } = await given({ groups: ['day'] })
  const listed = await proxy.get('/v1/models', headers)
  expect(listed.text).toContain('alice-model')
  expect(listed.text).not.toContain('other-model')
})

test('takes no list that a service gave to an account of another user', async () => {
  const upstream = await givenUpstream()
  const proxy = await givenProxy({
    accounts: [
      { name: 'a', user: 'alice' },
      { name: 'b', user: 'bob' },
    ],
    baseUrl: upstream.baseUrl,
  })
  upstream.nextFor(makeKey('b'), json(200, { data: [{ id: `${BOB}-model` }] }))
  upstream.nextFor(makeKey('a'), json(200, { data: [{ id: 'alice-model' }] }))
  const bob = await proxy.toolkit.keys.create({ name: 'kb', user: 'bob' })
  const alice = await proxy.toolkit.keys.create({ name: 'ka', user: 'alice' })
  const fetchModels = async (secret: string) =>
    (await proxy.get('/v1/models', { authorization: `Bearer ${secret}` })).text
  await until(async () => (await fetchModels(bob.secret)).includes(BOB))
  expect(await fetchModels(alice.secret)).not.toContain(BOB)
})

test('an account of another user is as one that does not exist', async () => {
  const { proxy, headers } = await given()
  const ask = async (more: Record<string, string>, model = 'alice-model') => {
    const { status, text, json, headers: answered } = await proxy.chat({ model }, { ...headers, ...more })
    return { status, text, json, account: answered['x-qwenctl-account'] }
  }
  for (const reference of [BOB, `custom/${BOB}`, `bob:custom/${BOB}`, 'bob:custom/x', 'bob:x', `${BOB}s`]) {
    const hidden = await ask({ 'x-qwenctl-account': reference })
    const missing = await ask({ 'x-qwenctl-account': 'nothing' })
    expect(hidden.status).toBe(missing.status)
    // A suggestion names accounts of its own.
    expect(hidden.json.error).toMatchObject({ code: missing.json.error.code })
    expect(hidden.text.replaceAll(reference, '')).not.toMatch(/bob/)
    expect(hidden.account).toBe(missing.account)
  }
  const group = await ask({ 'x-qwenctl-group': `${BOB}-group` })
  const noGroup = await ask({ 'x-qwenctl-group': 'nothing' })
  expect(group.status).toBe(noGroup.status)
  expect(group.text.replaceAll(`${BOB}-group`, '')).toBe(noGroup.text.replaceAll('nothing', ''))
})

test('a name that another user has too is not ambiguous', async () => {
  const { proxy, headers } = await given()
  const reply = await proxy.chat({ model: 'alice-model' }, { ...headers, 'x-qwenctl-account': 'x' })
  expect([reply.status, reply.headers['x-qwenctl-account']]).toEqual([200, 'x'])
})

test('no error of a request that no account can serve names accounts of others', async () => {
  const { proxy, headers } = await given()
  await proxy.toolkit.accounts.setEnabled('alice:custom/x', false)
  await proxy.toolkit.accounts.setEnabled('alice:custom/y', false)
  await until(async () => (await proxy.chat({ model: 'alice-model' }, headers)).status !== 200)
  for (const model of ['alice-model', `${BOB}-model`, 'nothing']) {
    const { status, text } = await proxy.chat({ model }, headers)
    expect(status).toBeGreaterThan(399)
    expect(text.replaceAll(model, '')).not.toContain(BOB)
  }
})

test('a provider that only others have takes no part of a model name', async () => {
  const upstream = await givenUpstream()
  upstream.always(chat())
  const proxy = await givenProxy({
    accounts: [
      { name: 'router', user: 'alice', models: ['qwen/qwen3-coder'] },
      { name: BOB, user: 'bob', provider: 'qwen' },
    ],
    baseUrl: upstream.baseUrl,
  })
  const { secret } = await proxy.toolkit.keys.create({ name: 'k', user: 'alice' })
  const headers = { authorization: `Bearer ${secret}` }
  await until(async () => (await proxy.get('/v1/models')).status === 401)
  const reply = await proxy.chat({ model: 'qwen/qwen3-coder' }, headers)
  expect([reply.status, reply.headers['x-qwenctl-account']]).toEqual([200, 'router'])
  expect(JSON.parse(upstream.last.body.toString())).toMatchObject({ model: 'qwen/qwen3-coder' })
  const { next, asked } = await proxy.toolkit.quotas.explain({ model: 'qwen/qwen3-coder', key: 'k' })
  expect([asked.steps, next]).toEqual([
    [{ provider: null, model: 'qwen/qwen3-coder' }],
    (await proxy.toolkit.accounts.find('router')).id,
  ])
})

test('lists and suggests the aliases and models that the key may use', async () => {
  const upstream = await givenUpstream()
  const proxy = await givenProxy({
    accounts: [
      { name: 'a', user: 'alice', models: ['coder-1', 'coder-2', 'night-1'] },
      { name: 'b', user: 'bob', models: [`${BOB}-model`] },
    ],
    baseUrl: upstream.baseUrl,
    config: `aliases:\n  coder-x: custom/coder-1\n  coder-b: custom/${BOB}-model\n  coder-n: custom/night-1\n`,
  })
  const { secret } = await proxy.toolkit.keys.create({ name: 'k', user: 'alice', models: ['coder-*'] })
  const headers = { authorization: `Bearer ${secret}` }
  await until(async () => (await proxy.get('/v1/models')).status === 401)
  const { json: list } = await proxy.get('/v1/models', headers)
  // The key may use every name of this form, if an account of its user has the model behind it.
  expect(list.data.map(({ id }) => id)).toEqual(['coder-x', 'coder-n', 'coder-1', 'coder-2'])
  const { secret: only } = await proxy.toolkit.keys.create({
    name: 'one',
    user: 'alice',
    models: ['coder-1'],
  })
  await until(async () => (await proxy.get('/v1/models', { authorization: `Bearer ${only}` })).status === 200)
  const { json: few } = await proxy.get('/v1/models', { authorization: `Bearer ${only}` })
  expect(few.data.map(({ id }) => id)).toEqual(['coder-x', 'coder-1'])
  const typo = await proxy.chat({ model: 'coder-7' }, headers)
  expect(typo.status).toBe(404)
  expect(typo.json.error.message).toMatch(/did you mean (coder-[xn12](, )?)+\?/)
  const { unknownModel } = await proxy.toolkit.quotas.explain({ model: 'coder-7', key: 'k' })
  expect(unknownModel?.near).not.toContain('coder-b')
})

test('a cap over all accounts is reported without the requests of others', async () => {
  const upstream = await givenUpstream()
  let open = (): void => undefined
  upstream.always((call) => (open = () => chat()(call)))
  const proxy = await givenProxy({
    accounts: [
      { name: 'a', user: 'alice' },
      { name: 'b', user: 'bob' },
    ],
    baseUrl: upstream.baseUrl,
    config: 'caps:\n  concurrency: 1\n',
  })
  const keys = { alice: '', bob: '' }
  for (const user of ['alice', 'bob'] as const)
    keys[user] = (await proxy.toolkit.keys.create({ name: user, user })).secret
  await until(async () => (await proxy.get('/v1/models')).status === 401)
  const ask = (user: 'alice' | 'bob') => proxy.chat({}, { authorization: `Bearer ${keys[user]}` })
  const bobs = ask('bob')
  await upstream.arrivals(1)
  const refused = await ask('alice')
  expect(refused.json.error.message).toContain(
    'all accounts together are at their cap of 1 request at a time',
  )
  const { caps } = await proxy.toolkit.quotas.explain({ user: 'alice' })
  expect(caps).toEqual({ concurrency: 1, inFlight: 0 })
  open()
  expect((await bobs).status).toBe(200)
})
