import { expect, test } from 'vitest'
import type { BatchView } from '../../../src/lib/toolkit/batch/batch-views.ts'
import { thisProcess } from '../../../src/lib/store/locks/lock-owner.ts'
import { givenApi } from '../../support/servers/management-harness.ts'
import type { TestApi } from '../../support/servers/management-harness.ts'

const view: BatchView = {
  id: 'batch_1',
  user: 'alice',
  status: 'running',
  reason: null,
  format: 'openai',
  models: ['m1'],
  file: '/a.jsonl',
  output: '/a.out.jsonl',
  errors: '/a.err.jsonl',
  journal: '/a.jsonl.qwenctl',
  lines: 9,
  done: 3,
  failed: 1,
  unknown: 0,
  inFlight: 2,
  left: 3,
  inputTokens: 5,
  outputTokens: 6,
  costUsd: null,
  perMinute: 30.5,
  endsAt: null,
  resumesAt: null,
  endedAt: null,
  pid: process.pid,
  startedAt: '2026-11-22T07:00:00.000Z',
  updatedAt: '2026-11-22T07:00:01.000Z',
  accounts: [],
}

const put = (api: TestApi, batch: Partial<BatchView>) =>
  api.proxy.toolkit.batches.put({ ...view, ...batch }, thisProcess())

const idsAt = async (api: TestApi, path: string) =>
  ((await api.get(path)).json['batches'] as BatchView[]).map(({ id }) => id).sort()

test('batches are listed, filtered, shown and cancelled', async () => {
  const api = await givenApi()
  put(api, {})
  put(api, { id: 'batch_2', user: 'bob', status: 'completed' })
  expect(await idsAt(api, '/api/batches')).toEqual(['batch_1', 'batch_2'])
  expect(await idsAt(api, '/api/batches?user=bob')).toEqual(['batch_2'])
  expect(await idsAt(api, '/api/batches?status=running')).toEqual(['batch_1'])
  expect((await api.get('/api/batches/batch_1')).json['batch']).toEqual(view)
  expect(api.proxy.toolkit.batches.isCanceled('batch_1')).toBe(false)
  expect((await api.post('/api/batches/batch_1/cancel')).status).toBe(200)
  expect(api.proxy.toolkit.batches.isCanceled('batch_1')).toBe(true)
  expect((await api.get('/api/batches/batch_9')).status).toBe(404)
})

test('a proxy of one user shows and cancels the batches of that user alone', async () => {
  const api = await givenApi({ management: { user: 'alice' } })
  put(api, {})
  put(api, { id: 'batch_2', user: 'bob' })
  put(api, { id: 'batch_3', user: null })
  expect(await idsAt(api, '/api/batches')).toEqual(['batch_1'])
  for (const id of ['batch_2', 'batch_3']) {
    expect((await api.get(`/api/batches/${id}`)).status).toBe(404)
    expect((await api.post(`/api/batches/${id}/cancel`)).status).toBe(404)
    expect(api.proxy.toolkit.batches.isCanceled(id)).toBe(false)
  }
})
