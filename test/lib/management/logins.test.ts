import { describe, expect, test } from 'vitest'
import { qrSvg } from '../../../src/lib/management/logins/qr-svg.ts'
import {
  ACCESS_TOKEN,
  DEVICE_CODE,
  PENDING,
  REFRESH_TOKEN,
  TOKENS,
  givenLoginServer,
} from '../../support/servers/login-server.ts'
import { added, givenApi } from '../../support/servers/management-harness.ts'
import type { TestApi } from '../../support/servers/management-harness.ts'
import { until } from '../../support/servers/proxy-harness.ts'

/** Logins ask as fast as they are answered. */
const fast = { sleep: () => new Promise<void>((resolve) => setImmediate(resolve)) }

async function given() {
  const server = await givenLoginServer()
  const api = await givenApi({ toolkit: fast })
  const { deviceEndpoint, tokenEndpoint } = server
  const body = {
    deviceEndpoint,
    tokenEndpoint,
    clientId: 'c',
    name: 'home',
    baseUrl: 'http://127.0.0.1:9/v1',
  }
  return { server, api, body }
}

async function outcome(api: TestApi, loginId: string) {
  const path = `/api/login/${loginId}`
  await until(async () => (await api.get(path)).json.status !== 'pending')
  return (await api.get(path)).json
}

describe('a login over the API', () => {
  test('shows code, address and QR code, and makes the account once it is confirmed', async () => {
    const { server, api, body } = await given()
    server.begins({}, PENDING, PENDING, [200, TOKENS])
    const begun = await api.post('/api/login/custom', body)
    expect(begun.status).toBe(201)
    expect(begun.json).toMatchObject({
      userCode: 'WDJB-MJHT',
      verificationUri: 'https://login.example/device',
      verificationUriComplete: 'https://login.example/device?user_code=WDJB-MJHT',
    })
    expect(begun.json.qrSvg).toMatch(/^<svg xmlns/)
    const done = await outcome(api, String(begun.json.loginId))
    expect(done).toMatchObject({
      status: 'done',
      error: null,
      account: { name: 'home', auth: { type: 'oauth' } },
    })
    for (const secret of [DEVICE_CODE, ACCESS_TOKEN, REFRESH_TOKEN])
      expect(begun.text + JSON.stringify(done)).not.toContain(secret)
  })

  test.each([
    ['denied', [400, { error: 'access_denied' }]],
    ['expired', [400, { error: 'expired_token' }]],
    ['failed', [400, { error: 'server_is_cross' }]],
  ] as const)('that ends otherwise is %s, with the words, and stores nothing', async (status, said) => {
    const { server, api, body } = await given()
    server.begins({}, [...said])
    const { loginId } = (await api.post('/api/login/custom', body)).json
    expect(await outcome(api, String(loginId))).toMatchObject({
      status,
      account: null,
      error: { code: 'credentials_refused' },
    })
    expect((await api.get('/api/accounts')).json.accounts).toEqual([])
  })

  test('that fails through a fault of qwenctl shows none of its details', async () => {
    const server = await givenLoginServer()
    const broken = () => Promise.reject(new Error('EIO: /home/me/.config broke'))
    const api = await givenApi({ toolkit: { sleep: broken } })
    server.begins({}, PENDING, [200, TOKENS])
    const { deviceEndpoint, tokenEndpoint } = server
    const body = {
      deviceEndpoint,
      tokenEndpoint,
      clientId: 'c',
      name: 'home',
      baseUrl: 'http://127.0.0.1:9/v1',
    }
    const done = await outcome(api, String((await api.post('/api/login/custom', body)).json.loginId))
    expect(done).toMatchObject({ status: 'failed', account: null, error: { code: 'internal' } })
    expect(JSON.stringify(done)).not.toMatch(/EIO|home\/me/)
  })

  test('that is stopped stays stopped, and stores nothing', async () => {
    const { server, api, body } = await given()
    server.begins({}, PENDING)
    const { loginId } = (await api.post('/api/login/custom', body)).json
    expect((await api.delete(`/api/login/${loginId}`)).json.status).toBe('cancelled')
    const asked = server.seen.length
    await until(() => server.seen.length <= asked + 1)
    expect((await api.get(`/api/login/${loginId}`)).json).toMatchObject({
      status: 'cancelled',
      account: null,
    })
  })

  test('gives an account that is there a new login, and nothing else of it changes', async () => {
    const { server, api, body } = await given()
    server.begins({}, [200, TOKENS])
    const first = await outcome(api, String((await api.post('/api/login/custom', body)).json.loginId))
    const { deviceEndpoint, tokenEndpoint, clientId } = body
    const again = await api.post('/api/login/custom', {
      deviceEndpoint,
      tokenEndpoint,
      clientId,
      account: first.account.id,
    })
    const second = await outcome(api, String(again.json.loginId))
    expect(second).toMatchObject({ status: 'done', account: { id: first.account.id, name: 'home' } })
    expect((await api.get('/api/accounts')).json.accounts).toHaveLength(1)
  })

  test('is refused before a browser opens when it could not be stored', async () => {
    const { server, api, body } = await given()
    server.begins({}, PENDING)
    const { id } = await added(api, { name: 'home' })
    const patchStatus = async (path: string, change: object) =>
      (await api.post(path, { ...body, ...change })).status
    expect(await patchStatus('/api/login/custom', {})).toBe(409)
    expect(await patchStatus('/api/login/nobody', {})).toBe(404)
    expect(await patchStatus('/api/login/custom', { name: 'x', limits: ['never'] })).toBe(422)
    expect(await patchStatus('/api/login/custom', { account: id })).toBe(422)
    expect(await patchStatus('/api/login/custom', { account: 'acc_0000000000000000' })).toBe(404)
    expect(await patchStatus('/api/login/openai', { deviceEndpoint: undefined })).toBe(422)
    expect(server.seen).toEqual([])
  })

  test('of too many under way the oldest ends', async () => {
    const { server, api, body } = await given()
    server.begins({}, PENDING)
    const ids: string[] = []
    for (let count = 0; count < 17; count += 1)
      ids.push(String((await api.post('/api/login/custom', { ...body, name: `n${count}` })).json.loginId))
    const statuses: unknown[] = []
    for (const id of ids) statuses.push((await api.get(`/api/login/${id}`)).json.status)
    expect(statuses).toEqual(['cancelled', ...Array<string>(16).fill('pending')])
    for (const id of ids) await api.delete(`/api/login/${id}`)
  })
})

test('a QR code is an image without scripts and styles; a text that is too long has none', () => {
  const svg = qrSvg('https://login.example/device?user_code=<&"') ?? ''
  expect(svg).toMatch(
    /^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg" viewBox="0 0 (\d+) \1" [^<>]*>(<path [^<>]*\/>){2}<\/svg>$/,
  )
  expect(svg).not.toMatch(/style|script|login/)
  // The three finder patterns: seven dark squares in a row at the edge of the quiet zone.
  expect(svg.match(/M4 4h7v1/)).not.toBeNull()
  expect(qrSvg('x'.repeat(5000))).toBeNull()
})
