// The token of a user changes nothing that all users share, and shows nothing of others.

import { expect, test } from 'vitest'
import { providerSubject } from '../../../../src/lib/account/account.ts'
import type { TestApi } from '../../../support/servers/management-harness.ts'
import { added, givenApi } from '../../../support/servers/management-harness.ts'

async function given() {
  const api = await givenApi()
  const hers = await added(api, { user: 'alice', name: 'hers', models: ['m1'] })
  const his = await added(api, { user: 'bob', name: 'his', models: ['m1'] })
  const { token } = await api.proxy.toolkit.admin.userToken('alice')
  return { api, hers, his, token }
}

test('a user token does not replace the default account, and changes nothing else with it', async () => {
  const { api, hers, his, token } = await given()
  await api.patch(`/api/accounts/${his.id}`, { isDefault: true })
  const body = { isDefault: true, label: 'mine' }
  const refused = await api.ask('PATCH', `/api/accounts/${hers.id}`, { body, token })
  expect([refused.status, refused.json.error.code, refused.json.error.field]).toEqual([
    403,
    'forbidden',
    'isDefault',
  ])
  expect((await api.get(`/api/accounts/${hers.id}`)).json.account).toMatchObject({
    isDefault: false,
    label: null,
  })
  expect((await api.get(`/api/accounts/${his.id}`)).json.account.isDefault).toBe(true)
  const renamed = await api.ask('PATCH', `/api/accounts/${hers.id}`, { body: { label: 'mine' }, token })
  expect(renamed.json.account.label).toBe('mine')
})

test.each<[string, (api: TestApi, id: string, token: string) => Promise<{ status: number }>]>([
  ['cooldowns', (api, id, token) => api.ask('DELETE', `/api/accounts/${id}/cooldowns`, { token })],
  ['reset', (api, id, token) => api.post(`/api/accounts/${id}/reset`, undefined, { token })],
  [
    'bulk reset',
    (api, _, token) => api.post('/api/accounts/actions', { filter: {}, action: 'reset' }, { token }),
  ],
])('%s of a user token ends the own cooldown, not that of the provider', async (_, act) => {
  const { api, hers, his, token } = await given()
  const ledger = await api.proxy.toolkit.ledger()
  const records = await api.proxy.toolkit.accounts.records()
  const shared = providerSubject(records.find(({ id }) => id === his.id)!)
  await ledger.record(
    [shared, hers.id].map((subject) => ({ type: 'cool', subject, until: null, reason: 'overloaded' })),
  )
  const count = (subject: string) => ledger.state.subjects.get(subject)?.cooldowns.size ?? 0
  expect([count(shared), count(hers.id)]).toEqual([1, 1])
  expect((await act(api, hers.id, token)).status).toBe(200)
  expect([count(shared), count(hers.id)]).toEqual([1, 0])
  expect((await act(api, hers.id, api.token)).status).toBe(200)
  expect(count(shared)).toBe(0)
})

test('history names the keys and jobs of the user, and those of others as "other"', async () => {
  const { api, hers, token } = await given()
  const { keys, jobs } = api.proxy.toolkit
  const command = [process.execPath, '-e', '']
  const job = await jobs.add({ name: 'secret-job', every: '1m', all: true, command })
  const own = await jobs.add({ name: 'her-job', every: '1m', all: true, command, user: 'alice' })
  const made = [
    await keys.create({ name: 'her-key', user: 'alice' }),
    await keys.create({ name: 'secret-key' }),
    await keys.create({ name: 'secret-job-key', job: job.id }),
    await keys.create({ name: 'her-job-key', job: own.id, user: 'alice' }),
  ]
  const ledger = await api.proxy.toolkit.ledger()
  for (const { key } of made) await ledger.reserve({ account: hers.id, also: [key.id] })
  await ledger.record([])
  const labels = async (by: string, shown: string) => {
    const { json } = await api.get(`/api/history?by=${by}`, { token: shown })
    return (json['rows'] as { label: string; requests: number }[])
      .map(({ label, requests }) => `${label}: ${requests}`)
      .sort()
  }
  await expect.poll(() => labels('key', api.token)).toHaveLength(4)
  expect(await labels('key', token)).toEqual(['her-key: 1', 'job her-job: 1', 'other: 2'])
  expect(await labels('job', token)).toEqual(['her-job: 1', 'none: 2', 'other: 1'])
  const text = (await api.get('/api/history?by=key', { token })).text
  for (const { key } of made.slice(1, 3)) expect(text).not.toContain(key.id)
})

test('a filter for another user finds nothing, on every path', async () => {
  const { api, hers, his, token } = await given()
  const ledger = await api.proxy.toolkit.ledger()
  for (const { id } of [hers, his]) await ledger.reserve({ account: id })
  await ledger.record([])
  const get = async (path: string) => (await api.get(path, { token })).json
  await expect.poll(async () => (await get('/api/history'))['totals'].requests as number).toBe(1)
  for (const user of ['bob', 'nobody']) {
    expect((await get(`/api/accounts?user=${user}`)).accounts).toEqual([])
    expect(await get(`/api/quota?user=${user}`)).toMatchObject({ accounts: [], totals: { accounts: 0 } })
    expect(await get(`/api/history?user=${user}`)).toMatchObject({ rows: [], totals: { requests: 0 } })
    expect((await get(`/api/compare?user=${user}`))['subjects']).toEqual([])
    expect(await get(`/api/explain?user=${user}`)).toMatchObject({
      accounts: [],
      next: null,
      asked: { user },
    })
    expect(await get(`/api/archive?user=${user}`)).toMatchObject({ accounts: [] })
  }
  for (const path of ['/api/accounts', '/api/quota', '/api/explain'])
    expect((await get(`${path}?user=alice`)).accounts, path).toHaveLength(1)
  expect((await get('/api/history?user=alice'))['totals']).toMatchObject({ requests: 1 })
})
