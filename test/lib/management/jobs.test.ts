import { describe, expect, test } from 'vitest'
import { added, givenApi } from '../../support/servers/management-harness.ts'

interface Answer {
  job: {
    name: string
    status: string
    schedule: string
    nextAt: string | null
    accounts: { id: string; status: string; fix: string | null }[]
  }
  jobs: { name: string }[]
  runs: { at: string; account: { id: string } }[]
  error: { code: string }
}

const readAnswer = (reply: { json: unknown }) => reply.json as Answer

describe('jobs over the API', () => {
  test('are added, shown, changed, planned and removed', async () => {
    const api = await givenApi()
    const { id } = await added(api)
    const wanted = { name: 'morning', at: '07:00', zone: 'Europe/Berlin', accounts: [id], verify: true }
    const made = await api.post('/api/jobs', wanted)
    expect(made.status).toBe(201)
    expect(readAnswer(made).job).toMatchObject({ name: 'morning', schedule: 'at 07:00', status: 'active' })
    expect((await api.post('/api/jobs', wanted)).status).toBe(409)
    expect(readAnswer(await api.get('/api/jobs')).jobs).toHaveLength(1)
    const planned = readAnswer(await api.get('/api/jobs/next?days=3')).runs
    expect(planned).toHaveLength(3)
    expect(planned[0]!.account.id).toBe(id)
    const changed = await api.patch('/api/jobs/morning', { every: '2h', retries: 1 })
    expect(readAnswer(changed).job).toMatchObject({ schedule: 'every 2h', retries: 1 })
    expect(readAnswer(await api.post('/api/jobs/morning/pause', {})).job.status).toBe('paused')
    expect(readAnswer(await api.post('/api/jobs/morning/resume', {})).job.status).toBe('active')
    expect((await api.delete('/api/jobs/morning')).status).toBe(200)
    expect(readAnswer(await api.get('/api/jobs/morning')).error.code).toBe('job_not_found')
  })

  test('a run in a proxy without jobs is refused as a conflict, with what starts it', async () => {
    const api = await givenApi()
    await added(api)
    await api.post('/api/jobs', { name: 'check', every: '1h', all: true, verify: true })
    const { status, json } = await api.post('/api/jobs/check/run', {})
    expect({ status, json }).toMatchObject({
      status: 409,
      json: { error: { code: 'jobs_off', message: 'this proxy runs no jobs' } },
    })
    expect(json.error.hint).toContain('qwenctl jobs run check')
  })

  test('a malformed job is refused with the place', async () => {
    const api = await givenApi()
    const { id } = await added(api)
    const refused = async (body: object) => readAnswer(await api.post('/api/jobs', body)).error.code
    expect(await refused({ name: 'a', at: '07:00', accounts: [id], verify: true, colour: 'red' })).toBe(
      'invalid_body',
    )
    expect(await refused({ name: 'a', at: '25:00', accounts: [id], verify: true })).toBe('invalid_value')
    expect(await refused({ name: 'a', at: '07:00', accounts: [id] })).toBe('invalid_usage')
    expect(await refused({ name: 'a', at: '07:00', verify: true })).toBe('invalid_usage')
  })

  test('stop and start an account: its jobs stop, and it still serves', async () => {
    const api = await givenApi()
    const { id } = await added(api)
    await api.post('/api/jobs', { name: 'check', every: '1h', all: true, verify: true })
    const job = async () => readAnswer(await api.get('/api/jobs/check')).job
    const shown = async () => (await job()).accounts[0]
    const { json } = await api.post(`/api/accounts/${id}/stop`)
    expect(json.account.enabled).toBe(true)
    expect(await shown()).toMatchObject({
      status: 'stopped',
      fix: expect.stringContaining('accounts start') as string,
    })
    expect((await job()).status).toBe('stopped')
    await api.post(`/api/accounts/${id}/disable`)
    expect(await shown()).toMatchObject({ status: 'disabled' })
    await api.post(`/api/accounts/${id}/start`)
    expect(await shown()).toMatchObject({ status: 'active', fix: null })
    expect((await job()).status).toBe('active')
  })
})
