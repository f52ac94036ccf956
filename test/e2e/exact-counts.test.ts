// The judge is what the upstream saw. Nothing is sent that is not counted, and no limit is passed, whatever happens
// to processes and answers.
import { createServer } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { parseDocument, runCommand } from '../support/cli.ts'
import { chat, givenUpstream, json, reset } from '../support/servers/fake-upstream.ts'
import { givenProxy, makeKey } from '../support/servers/proxy-harness.ts'
import { chatAt, givenHome, startedProxy } from './proxy/proxy-process.ts'

interface Shown {
  accounts: { name: string; today: { requests: number }; limits: { reserved: number }[] }[]
}

async function readCounts(home: string): Promise<Map<string, number>> {
  const shown = parseDocument(await runCommand(home, ['quota', 'show', '--json'])) as unknown as Shown
  return new Map(shown.accounts.map(({ name, today }) => [name, today.requests]))
}

/** Keeps `lanes` requests under way at the URL, until `isOver` or the proxy is gone. */
function load(url: string, lanes: number, isOver: () => boolean): Promise<unknown> {
  const lane = async () => {
    while (!isOver()) await chatAt(url).catch(() => undefined)
  }
  return Promise.all(Array.from({ length: lanes }, lane))
}

test('when proxies are killed under load, whatever was sent is counted and no limit is passed', async () => {
  const upstream = await givenUpstream()
  upstream.always(chat())
  const home = await givenHome(
    [
      { name: 'small', limits: ['60/day'], priority: 1 },
      { name: 'large', limits: ['100000/day'], priority: 2 },
    ],
    upstream.baseUrl,
  )
  const runOne = async (requests: number) => {
    const proxy = await startedProxy(home)
    const wanted = upstream.count() + requests
    let isGone = false
    const clients = load(proxy.url, 4, () => isGone)
    await upstream.arrivals(wanted)
    proxy.signal('SIGKILL')
    isGone = true
    await Promise.all([clients, proxy.exit])
  }
  await Promise.all([runOne(17), runOne(29)])
  await runOne(41)
  const counted = await readCounts(home)
  expect(upstream.count(makeKey('small'))).toBeLessThanOrEqual(60)
  for (const name of ['small', 'large']) {
    expect(counted.get(name)).toBeGreaterThanOrEqual(upstream.count(makeKey(name)))
  }
})

test('over workers, a stopped proxy, a key budget and a raised limit, sent and counted agree', async () => {
  const upstream = await givenUpstream()
  upstream.always(chat())
  const home = await givenHome(
    [
      { name: 'first', limits: ['20/day'], priority: 1 },
      { name: 'burst', limits: ['10/1h'], priority: 2 },
      { name: 'last', limits: ['30/day'], priority: 3 },
    ],
    upstream.baseUrl,
  )
  const alone = await startedProxy(home)
  const team = await startedProxy(home, ['--workers', '2'])
  const ask = (url: string, count: number) =>
    Promise.all(Array.from({ length: count }, () => chatAt(url).then(({ status }) => status)))
  const before = ask(alone.url, 15)
  alone.signal('SIGSTOP')
  const during = await ask(team.url, 30)
  alone.signal('SIGCONT')
  const raised = await runCommand(home, ['accounts', 'set', 'first', '--limit', '35/day'])
  expect(raised.exit).toBe(0)
  const after = await Promise.all([ask(alone.url, 20), ask(team.url, 30)])
  const statuses = [await before, during, ...after].flat()
  const counted = await readCounts(home)
  for (const [name, most] of [
    ['first', 35],
    ['burst', 10],
    ['last', 30],
  ] as const) {
    expect(counted.get(name)).toBe(upstream.count(makeKey(name)))
    expect(counted.get(name)).toBeLessThanOrEqual(most)
  }
  expect(statuses.filter((status) => status === 200)).toHaveLength(upstream.count())
  expect(new Set(statuses)).toEqual(new Set([200, 429]))
})

/** An upstream that ends its answer after `bytes()` bytes, by a reset or cleanly. */
async function givenCuttingUpstream(answer: () => string, bytes: () => number, isReset: () => boolean) {
  const seen = { requests: 0 }
  const respond = (socket: Socket) => {
    seen.requests += 1
    const part = answer().slice(0, bytes())
    const end = () => (isReset() ? socket.resetAndDestroy() : socket.end())
    if (part === '') end()
    else socket.write(part, end)
  }
  const server = createServer((socket) => {
    let text = ''
    socket.on('error', () => undefined)
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1')
      const head = text.indexOf('\r\n\r\n')
      const length = Number(/content-length: (\d+)/i.exec(text)?.[1] ?? 0)
      if (head < 0 || text.length < head + 4 + length) return
      text = ''
      respond(socket)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  return { seen, baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1` }
}

const WHOLE = JSON.stringify({
  id: 'x',
  object: 'chat.completion',
  model: 'm',
  choices: [{ index: 0, message: { role: 'assistant', content: 'hello' }, finish_reason: 'stop' }],
  usage: { prompt_tokens: 7, completion_tokens: 3, total_tokens: 10 },
})
const frame = (document: unknown) => `data: ${JSON.stringify(document)}\n\n`
const delta = (content: string, finish: string | null) =>
  frame({
    id: 'x',
    object: 'chat.completion.chunk',
    choices: [{ index: 0, delta: { content }, finish_reason: finish }],
  })
const STREAM = `${delta('a', null)}${delta('b', null)}${delta('', 'stop')}data: [DONE]\n\n`
const inChunks = (body: string) =>
  `${(body.match(/[\s\S]{1,61}/g) ?? []).map((part) => `${part.length.toString(16)}\r\n${part}\r\n`).join('')}0\r\n\r\n`

test.each([
  [
    'JSON with a length',
    false,
    `content-type: application/json\r\ncontent-length: ${WHOLE.length}\r\n\r\n${WHOLE}`,
  ],
  [
    'JSON in chunks',
    false,
    `content-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n${inChunks(WHOLE)}`,
  ],
  [
    'a stream',
    true,
    `content-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n${inChunks(STREAM)}`,
  ],
])(
  'an answer of %s that is cut anywhere never arrives as a whole one, and counts',
  async (_, stream, rest) => {
    const answer = `HTTP/1.1 200 OK\r\n${rest}`
    let cut = 0
    let isReset = true
    const upstream = await givenCuttingUpstream(
      () => answer,
      () => cut,
      () => isReset,
    )
    const proxy = await givenProxy({ accounts: [{ name: 'a' }], baseUrl: upstream.baseUrl })
    for (; cut < answer.length - 5; cut += 7) {
      isReset = !isReset
      const reply = await proxy.chat({
        model: `m${cut}`,
        messages: [{ role: 'user', content: 'hi' }],
        stream,
      })
      if (reply.status !== 200) continue
      const isWhole = stream ? reply.text.includes('[DONE]') : reply.text === WHOLE && !reply.isCut
      const isHonest = stream ? reply.isCut || reply.text.includes('"error"') : reply.isCut
      expect({ cut, isWhole, isHonest }).toEqual({ cut, isWhole: false, isHonest: true })
    }
    const [account] = (await proxy.toolkit.quotas.show([])).accounts
    expect(account?.today.requests).toBeGreaterThanOrEqual(upstream.seen.requests)
  },
)

test('under mixed faults, sent and counted agree on every account, and no reservation stays open', async () => {
  const upstream = await givenUpstream()
  // A fixed sequence, so that a failure repeats.
  let state = 20261130
  const chance = () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648
    return state / 2_147_483_648
  }
  upstream.always((call) => {
    const draw = chance()
    if (draw < 0.1) return reset(call)
    if (draw < 0.2) return json(500, { error: { message: 'broken' } })(call)
    if (draw < 0.3) return json(429, { error: { message: 'slow down' } }, { 'retry-after': '0' })(call)
    return chat()(call)
  })
  const home = await givenHome([], upstream.baseUrl)
  const proxy = await givenProxy({
    home,
    accounts: [{ name: 'a' }, { name: 'b' }, { name: 'c', limits: ['40/day'] }],
    baseUrl: upstream.baseUrl,
  })
  for (let round = 0; round < 30; round += 1) {
    await Promise.all(Array.from({ length: 10 }, () => proxy.chat({ model: `m${round}` })))
  }
  const { accounts } = await proxy.toolkit.quotas.show([])
  for (const { name, today, limits } of accounts) {
    expect({ name, sent: upstream.count(makeKey(name)) }).toEqual({ name, sent: today.requests })
    for (const limit of limits) expect(limit.reserved).toBe(0)
  }
  expect(upstream.count(makeKey('c'))).toBeLessThanOrEqual(40)
})
