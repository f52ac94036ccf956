import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { chat, givenUpstream, json } from '../../support/servers/fake-upstream.ts'
import { added, givenApi } from '../../support/servers/management-harness.ts'
import type { TestApi } from '../../support/servers/management-harness.ts'
import type { OpenReply } from '../../support/servers/proxy-harness.ts'

const observe = { level: 'info', maxLogBytes: 8 << 20, countsMetrics: false, env: {} } as const

interface Told {
  id: string | null
  event: string
  data: Record<string, unknown>
}

function told(text: string): Told[] {
  return text
    .split('\n\n')
    .filter((block) => block.includes('event: '))
    .map((block) => {
      const field = (name: string) => new RegExp(`^${name}: (.*)$`, 'm').exec(block)?.[1] ?? null
      return {
        id: field('id'),
        event: field('event') ?? '',
        data: JSON.parse(field('data') ?? 'null') as Told['data'],
      }
    })
}

async function listen(api: TestApi, lastId?: string): Promise<OpenReply> {
  const stream = await api.open(
    '/api/events',
    lastId === undefined ? {} : { headers: { 'last-event-id': lastId } },
  )
  expect(stream.response.statusCode).toBe(200)
  await stream.sees('event: hello')
  return stream
}

const line = (id: string, kind = 'request') =>
  `${JSON.stringify({ level: 'info', time: '2026-11-22T10:00:00.000Z', pid: 1, kind, requestId: id, filler: 'x'.repeat(40) })}\n`

async function givenLog() {
  const api = await givenApi()
  const folder = join(api.proxy.home, 'logs')
  mkdirSync(folder, { recursive: true })
  const file = join(folder, 'proxy.ndjson')
  return { api, folder, file, write: (text: string) => appendFileSync(file, text) }
}

const idsIn = (stream: OpenReply) => told(stream.text).flatMap(({ data }) => data.requestId ?? [])

describe('events', () => {
  test('tell of a request, of a rotation, and of what is left after it', async () => {
    const upstream = await givenUpstream()
    const accounts = [{ name: 'a', limits: ['5/day'] }, { name: 'b' }]
    const api = await givenApi({ accounts, baseUrl: upstream.baseUrl, settings: { observe } })
    const stream = await listen(api)
    expect(told(stream.text)[0]).toMatchObject({ event: 'hello', data: { resumed: false, requests: true } })
    upstream.next(json(429, { error: { message: 'slow down' } }, { 'retry-after': '60' }))
    upstream.always(chat())
    await api.proxy.chat()
    await stream.sees('event: rotation')
    await stream.sees('event: cooldown')
    await stream.sees('event: request')
    await stream.sees('event: quota')
    const events = told(stream.text)
    const of = (wanted: string) => events.find(({ event }) => event === wanted)?.data
    expect(of('request')).toMatchObject({
      kind: 'request',
      account: 'b',
      model: 'm1',
      status: 200,
      inputTokens: 7,
    })
    expect(of('rotation')).toMatchObject({ account: 'a', next: 'custom/b' })
    expect(of('quota')?.accounts).not.toEqual([])
  })

  test('tell that accounts or keys changed, whichever process changed them', async () => {
    const api = await givenApi()
    const stream = await listen(api)
    await added(api)
    await stream.sees('event: accounts')
    const before = stream.text.length
    await api.proxy.toolkit.keys.create({ name: 'k' })
    for (;;) {
      if (stream.text.slice(before).includes('event: accounts')) break
      await stream.sees('event: accounts')
      await new Promise((resolve) => setImmediate(resolve))
    }
  })

  test('continue where they were left, and nothing comes twice or is lost', async () => {
    const { api, write } = await givenLog()
    write(line('before'))
    const first = await listen(api)
    write(line('one') + line('two'))
    await first.sees('"two"')
    const last = told(first.text).at(-1)?.id ?? ''
    first.leave()
    write(line('three'))
    const second = await listen(api, last)
    expect(told(second.text)[0]?.data.resumed).toBe(true)
    write(line('four'))
    await second.sees('"four"')
    expect(idsIn(first)).toEqual(['one', 'two'])
    expect(idsIn(second)).toEqual(['three', 'four'])
  })

  test('continue while files turn over', async () => {
    const { api, file, folder, write } = await givenLog()
    const first = await listen(api)
    write(line('one'))
    await first.sees('"one"')
    const last = told(first.text).at(-1)?.id ?? ''
    first.leave()
    write(line('two'))
    const { renameSync } = await import('node:fs')
    renameSync(file, join(folder, 'proxy-20261122T100000000Z-1-000001.ndjson'))
    write(line('three'))
    const second = await listen(api, last)
    await second.sees('"three"')
    expect(idsIn(second)).toEqual(['two', 'three'])
  })

  test.each(['nonsense', '', '1.2.3', 'zzzzzz.1.zz', '-1.-1.-1'])(
    'from a place that is gone (%j) begin again, and say so',
    async (id) => {
      const { api, write } = await givenLog()
      write(line('old'))
      const stream = await listen(api, id)
      expect(told(stream.text)[0]?.data.resumed).toBe(false)
      write(line('new'))
      await stream.sees('"new"')
      expect(idsIn(stream)).toEqual(['new'])
    },
  )

  test('of a file that has another beginning begin again, though it has the number of the one before', async () => {
    const { api, file, write } = await givenLog()
    const first = await listen(api)
    write(line('one'))
    await first.sees('"one"')
    const last = told(first.text).at(-1)?.id ?? ''
    first.leave()
    writeFileSync(file, line('other').replace('info', 'warn') + line('more')) // in place: the inode stays
    const second = await listen(api, last)
    expect(told(second.text)[0]?.data.resumed).toBe(false)
  })

  test('from too far back begin again', async () => {
    const { api, write } = await givenLog()
    const first = await listen(api)
    write(line('one'))
    await first.sees('"one"')
    const last = told(first.text).at(-1)?.id ?? ''
    first.leave()
    write(line('many').repeat(12_000))
    const second = await listen(api, last)
    expect(told(second.text)[0]?.data.resumed).toBe(false)
  })

  test('of very many requests at once tell the newest, and how many they left out', async () => {
    const { api, write } = await givenLog()
    const stream = await listen(api)
    const many = Array.from({ length: 10_000 }, (_, index) => line(`r${index}`)).join('')
    write(line('c1', 'cooldown').repeat(1) + many + line('c2', 'cooldown'))
    await stream.sees('"c2"')
    const events = told(stream.text)
    const skipped = events.filter(({ event }) => event === 'skipped').map(({ data }) => Number(data.count))
    const requests = events.filter(({ event }) => event === 'request')
    expect(requests.length).toBeLessThanOrEqual(100 * skipped.length)
    expect(requests.at(-1)?.data.requestId).toBe('r9999')
    expect(skipped.reduce((sum, count) => sum + count, 0) + requests.length).toBeGreaterThanOrEqual(10_000)
  })

  test('send other kinds of lines to no listener, and take no text for a kind', async () => {
    const { api, write } = await givenLog()
    const stream = await listen(api)
    const trick = JSON.stringify({
      level: 'info',
      time: 't',
      kind: 'started',
      model: '"kind":"request"',
      f: 'x'.repeat(60),
    })
    write(`${trick}\n${line('real')}`)
    await stream.sees('"real"')
    expect(told(stream.text).map(({ event }) => event)).toEqual(['hello', 'request'])
  })

  test('say that no requests will come when the log has none', async () => {
    const { api } = await givenLog()
    await api.proxy.toolkit.settings.set('logs.level', 'warn')
    const stream = await listen(api)
    expect(told(stream.text)[0]?.data.requests).toBe(false)
  })

  test('need a token, and have no HEAD', async () => {
    const { api } = await givenLog()
    expect((await api.get('/api/events', { token: null })).status).toBe(401)
    expect((await api.ask('HEAD', '/api/events')).status).toBe(405)
  })

  test('of a home without a listener are not looked for: the last one to leave ends it', async () => {
    const { api } = await givenLog()
    const stream = await listen(api)
    stream.leave()
    const again = await listen(api)
    await added(api)
    await again.sees('event: accounts')
  })
})
