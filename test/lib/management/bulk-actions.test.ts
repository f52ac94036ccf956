import { expect, test } from 'vitest'
import type { AccountView } from '../../../src/lib/toolkit/views.ts'
import type { Call } from '../../../src/lib/management/route.ts'
import { bulkActionRoute } from '../../../src/lib/management/routes/accounts/bulk-actions.ts'
import { givenUpstream, json } from '../../support/servers/fake-upstream.ts'
import { added, givenApi } from '../../support/servers/management-harness.ts'

async function given() {
  const api = await givenApi()
  const a = await added(api, { name: 'a', groups: ['night'] })
  const b = await added(api, { name: 'b', groups: ['night'] })
  const c = await added(api, { name: 'c', user: 'bob' })
  const act = (body: object, token?: string) =>
    api.post('/api/accounts/actions', body, token === undefined ? {} : { token })
  const enabled = async () =>
    (await api.get('/api/accounts')).json.accounts.filter((one) => one.enabled).map(({ name }) => name)
  return { api, a, b, c, act, enabled }
}

const readIds = (json: { accounts: unknown[] }) =>
  (json.accounts as { account: AccountView }[]).map(({ account }) => account.id)

test('an action applies to the accounts of a list or of a filter', async () => {
  const { a, b, c, act, enabled } = await given()
  const off = await act({ ids: [b.id, a.id, b.id], action: 'disable' })
  expect(off.status).toBe(200)
  expect(off.json).toMatchObject({ action: 'disable', dryRun: false, count: 2 })
  expect(readIds(off.json)).toEqual([b.id, a.id])
  expect(off.json.accounts[0]).toMatchObject({ result: 'done', account: { enabled: false } })
  expect(await enabled()).toEqual(['c'])
  expect(
    readIds((await act({ filter: { status: 'disabled', group: 'night' }, action: 'enable' })).json),
  ).toEqual([a.id, b.id])
  expect(await enabled()).toEqual(['a', 'b', 'c'])
  expect(readIds((await act({ filter: { user: 'bob' }, action: 'reset' })).json)).toEqual([c.id])
  expect((await act({ filter: {}, action: 'stop' })).json['count']).toBe(3)
})

test('a dry run names the accounts and changes nothing', async () => {
  const { a, b, act, enabled } = await given()
  const { json } = await act({ filter: { group: 'night' }, action: 'disable', dryRun: true })
  expect(json).toMatchObject({ dryRun: true, count: 2, accounts: [{ result: null }, { result: null }] })
  expect(readIds(json)).toEqual([a.id, b.id])
  expect(await enabled()).toEqual(['a', 'b', 'c'])
})

test('one unknown id, and nothing changes', async () => {
  const { a, act, enabled } = await given()
  for (const action of ['enable', 'disable', 'reset', 'verify', 'refresh', 'start', 'stop']) {
    const { status, json } = await act({ ids: [a.id, 'acc_unknown'], action })
    expect([status, json.error.code], action).toEqual([404, 'account_not_found'])
  }
  expect(await enabled()).toEqual(['a', 'b', 'c'])
})

test('a user acts on own accounts alone, and ids of others are as unknown as any', async () => {
  const { api, a, c, act, enabled } = await given()
  const { token } = await api.proxy.toolkit.admin.userToken('bob')
  const foreign = await act({ ids: [c.id, a.id], action: 'disable' }, token)
  const unknown = await act({ ids: [c.id, 'acc_unknown'], action: 'disable' }, token)
  expect([foreign.status, foreign.json]).toEqual([unknown.status, unknown.json])
  expect((await act({ filter: {}, action: 'disable' }, token)).json['count']).toBe(1)
  expect((await act({ filter: { user: 'local' }, action: 'disable' }, token)).json['count']).toBe(0)
  expect(await enabled()).toEqual(['a', 'b'])
})

test.each([
  [{ action: 'disable' }, 'ids'],
  [{ ids: [], filter: {}, action: 'disable' }, 'filter'],
  [{ ids: [], action: 'destroy' }, 'action'],
  [{ filter: { status: 'red' }, action: 'disable' }, 'filter.status'],
])('%j is refused by its field', async (body, field) => {
  const { act } = await given()
  const { status, json } = await act(body)
  expect([status, json.error.field]).toEqual([422, field])
})

test('when an account goes while others are asked, the others keep their results', async () => {
  const upstream = await givenUpstream()
  const api = await givenApi()
  const names = Array.from({ length: 9 }, (_, index) => `n${index}`)
  const accounts: AccountView[] = []
  for (const name of names) accounts.push(await added(api, { name, baseUrl: upstream.baseUrl }))
  const last = accounts.at(-1)?.id ?? ''
  upstream.next((call) => {
    void api.delete(`/api/accounts/${last}`).then(() => json(401, { error: { message: 'no' } })(call))
  })
  upstream.always(json(200, { object: 'list', data: [] }))
  const done = await api.post('/api/accounts/actions', { filter: {}, action: 'verify' })
  expect(done.status, done.text).toBe(200)
  const results = (done.json.accounts as unknown as { result: string }[]).map(({ result }) => result)
  expect(results.filter((result) => result === 'refused')).toHaveLength(1)
  expect(results).toHaveLength(8)
})

test('once the client left, no provider is asked', async () => {
  const upstream = await givenUpstream()
  const api = await givenApi()
  const { id } = await added(api, { name: 'a', baseUrl: upstream.baseUrl })
  const body = { ids: [id], action: 'verify', dryRun: false }
  const call = { body, parts: { toolkit: api.proxy.toolkit }, signal: AbortSignal.abort() }
  await expect(bulkActionRoute.run(call as unknown as Call)).rejects.toMatchObject({ code: 'cancelled' })
  expect(upstream.count()).toBe(0)
})
