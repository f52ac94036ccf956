import { expect, test } from 'vitest'
import { givenUpstream, json } from '../../../support/servers/fake-upstream.ts'
import { givenApi } from '../../../support/servers/management-harness.ts'

const PLANTED = 'sk-planted-7d1f0a9c4e5b48d2a6f3c0e1b2d4a697'
const WORD = 'planted-proxy-word-31337'

test('no answer of any route has a key that was added, refused and replaced', async () => {
  const upstream = await givenUpstream()
  upstream.always(json(401, { error: { message: `bad ${PLANTED}`, code: PLANTED } }, { 'x-echo': PLANTED }))
  const api = await givenApi()
  const wanted = { provider: 'custom', name: 'a', key: PLANTED, baseUrl: upstream.baseUrl }
  const said: string[] = []
  const note = async (reply: Promise<{ text: string; headers: object }>) => {
    const { text, headers } = await reply
    said.push(text, JSON.stringify(headers))
    return text
  }
  await note(api.post('/api/accounts', wanted))
  await note(api.post('/api/accounts', { ...wanted, [PLANTED]: 1 }))
  await note(api.post('/api/accounts', { ...wanted, name: `${PLANTED} ` }))
  await note(api.post('/api/accounts', { ...wanted, baseUrl: `http://me:${PLANTED}@127.0.0.1/v1` }))
  await note(api.post('/api/accounts', { ...wanted, key: [PLANTED] }))
  await note(api.post('/api/keys', { name: `${PLANTED} ` }))
  await note(api.post('/api/session', { token: PLANTED }, { token: null }))
  await note(api.get('/api', { token: PLANTED }))
  await note(api.get(`/api/accounts?user=${PLANTED}&x=1`))
  const egressProxy = `http://me:${WORD}@127.0.0.1:9`
  const text = await note(api.post('/api/accounts', { ...wanted, egressProxy, verify: false }))
  const { id } = (JSON.parse(text) as { account: { id: string } }).account
  await note(api.patch(`/api/accounts/${id}`, { key: PLANTED, limits: [PLANTED] }))
  await note(
    api.post('/api/users/ann/connections', {
      app_id: 'custom',
      auth_type: 'api_key',
      account_name: 'b',
      verify: false,
      credentials: { api_key: PLANTED },
      base_url: upstream.baseUrl,
    }),
  )
  for (const { method, path, answer } of api.management.routes) {
    if (answer === null || method === 'DELETE') continue
    const url = path
      .replace('{id}', id)
      .replace('{userId}', 'ann')
      .replaceAll(/\{\w+\}/g, PLANTED)
    await note(api.ask(method, url, method === 'GET' ? {} : { body: {} }))
  }
  await note(api.delete(`/api/accounts/${id}`))
  await note(api.get('/api/archive'))
  expect(said.length).toBeGreaterThan(60)
  const pieces = [
    PLANTED.slice(3),
    PLANTED.slice(0, 20),
    Buffer.from(PLANTED).toString('base64'),
    WORD,
    api.token.slice(3),
  ]
  for (const text of said) for (const piece of pieces) expect(text).not.toContain(piece)
})
