// Clients of the Responses API name items of earlier answers by their ids, because OpenAI stores them by default.

import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import {
  DONE,
  STOP,
  chat,
  delta,
  events,
  frame,
  givenUpstream,
  json,
} from '../../../support/servers/fake-upstream.ts'
import type { Answer, FakeUpstream } from '../../../support/servers/fake-upstream.ts'
import type { TestProxy } from '../../../support/servers/proxy-harness.ts'
import { givenProxy } from '../../../support/servers/proxy-harness.ts'

interface Item {
  type: string
  id: string
  call_id?: string
}

const user = (text: string) => ({ role: 'user', content: [{ type: 'input_text', text }] })

const custom = { type: 'custom', name: 'patch', description: 'applies a patch' }

const missing = json(404, { error: { message: 'Not Found', code: 'unknown_url' } })

/** An account of chat completions alone. `next`: its answers, in order. */
async function given() {
  const upstream = await givenUpstream()
  const answers: Answer[] = []
  upstream.always((call) => (call.seen.path.endsWith('/responses') ? missing : answers.shift()!)(call))
  const next = (...given: Answer[]) => void answers.push(...given)
  const proxy = await givenProxy({ accounts: [{ name: 'a' }], baseUrl: upstream.baseUrl })
  return { upstream, proxy, next }
}

const ask = (proxy: TestProxy, input: unknown[], more: object = {}, headers = {}) =>
  proxy.post('/v1/responses', { model: 'm1', input, ...more }, headers)

const refer = (items: readonly Item[]) => items.map(({ id }) => ({ type: 'item_reference', id }))

const lastMessages = (upstream: FakeUpstream) =>
  (JSON.parse(upstream.last.body.toString()) as { messages: Record<string, unknown>[] }).messages

function thinkingStream() {
  const thought = frame({ choices: [{ index: 0, delta: { reasoning_content: 'be polite' } }] })
  return events(thought, delta('good day'), STOP, DONE)
}

const itemsIn = (text: string): Item[] =>
  text
    .split('\n')
    .filter((line) => line.startsWith('data: ') && line.includes('"response.completed"'))
    .flatMap((line) => (JSON.parse(line.slice(6)) as { response: { output: Item[] } }).response.output)

/** A streamed answer with thinking. */
const givenAnswer = async () => {
  const { upstream, proxy, next } = await given()
  next(thinkingStream())
  const { text } = await ask(proxy, [user('hi')], { stream: true })
  return { upstream, proxy, next, items: itemsIn(text) }
}

test('a reference to streamed text and thinking reaches an account without a store as the items', async () => {
  const { upstream, proxy, items, next } = await givenAnswer()
  expect(items.map(({ type }) => type)).toEqual(['reasoning', 'message'])
  expect(new Set(items.map(({ id }) => id)).size).toBe(2)
  next(chat('bye'))
  const reply = await ask(proxy, [user('hi'), ...refer(items), user('and now?')])
  expect(reply.status).toBe(200)
  expect(lastMessages(upstream)).toMatchObject([
    { role: 'user', content: 'hi' },
    { role: 'assistant', content: 'good day', reasoning_content: 'be polite' },
    { role: 'user', content: 'and now?' },
  ])
})

test('a reference to a call of a whole answer finds the result that names its call id', async () => {
  const { upstream, proxy, next } = await given()
  const call = { id: 'call_7', type: 'function', function: { name: 'patch', arguments: '{"input":"+1"}' } }
  next(
    json(200, {
      choices: [{ index: 0, message: { content: null, tool_calls: [call] }, finish_reason: 'tool_calls' }],
    }),
    chat('done'),
  )
  const first = await ask(proxy, [user('patch it')], { tools: [custom] })
  const output = (first.json as unknown as { output: Item[] }).output
  const made = output.find(({ type }) => type === 'custom_tool_call')!
  const result = { type: 'custom_tool_call_output', call_id: made.call_id, output: 'ok' }
  const reply = await ask(proxy, [user('patch it'), ...refer([made]), result], { tools: [custom] })
  expect(reply.status).toBe(200)
  expect(lastMessages(upstream).map(({ role }) => role)).toEqual(['user', 'assistant', 'tool'])
})

test('another process of the home knows the items', async () => {
  const { upstream, proxy, items, next } = await givenAnswer()
  const other = await givenProxy({ home: proxy.home })
  next(chat('bye'))
  const reply = await ask(other, [user('hi'), ...refer(items), user('and now?')])
  expect(reply.status).toBe(200)
  expect(lastMessages(upstream)[1]).toMatchObject({ content: 'good day' })
})

test('an account with a Responses API gets the items too, without thinking that it does not know', async () => {
  const { proxy, items } = await givenAnswer()
  const [a] = await proxy.toolkit.accounts.list({})
  await proxy.toolkit.accounts.setEnabled(a!.id, false)
  const own = await givenUpstream()
  await proxy.toolkit.accounts.add({
    name: 'o',
    provider: 'openai',
    secret: 'sk-proj-0123456789abcdef',
    baseUrl: own.baseUrl,
  })
  own.always(json(200, { id: 'resp_1', object: 'response', status: 'completed', output: [] }))
  await expect
    .poll(async () => (await ask(proxy, [user('hi'), ...refer(items), user('and now?')])).status)
    .toBe(200)
  const { input } = JSON.parse(own.last.body.toString()) as { input: Item[] }
  expect(input.map(({ type }) => type ?? 'message')).toEqual(['message', 'message', 'message'])
})

test("another client's key does not open the items, and its reference is refused with the way out", async () => {
  const { proxy, next } = await given()
  const keys = await Promise.all(
    ['one', 'two'].map((name) => proxy.toolkit.keys.create({ name, user: 'local' })),
  )
  const [one, two] = keys.map(({ secret }) => ({ authorization: `Bearer ${secret}` }))
  next(thinkingStream(), chat('bye'))
  let text = ''
  await expect
    .poll(async () => {
      const reply = await ask(proxy, [user('hi')], { stream: true }, one)
      text = reply.text
      return reply.status
    })
    .toBe(200)
  const input = [user('hi'), ...refer(itemsIn(text)), user('and now?')]
  const refused = await ask(proxy, input, {}, two)
  expect(refused.status).toBe(400)
  expect(refused.json.error.message).toContain('"store" to false')
  expect((await ask(proxy, input, {}, one)).status).toBe(200)
})

test('the files of the items reveal nothing, and "store": false keeps none', async () => {
  const { proxy, items, next } = await givenAnswer()
  const folder = join(proxy.home, 'affinity', 'items')
  const files = readdirSync(folder)
  expect(files.length).toBe(1)
  const kept = readFileSync(join(folder, files[0]!)).toString('latin1')
  expect(kept).not.toContain('good day')
  expect(items[0]!.id).not.toContain(files[0]!)
  next(thinkingStream())
  await ask(proxy, [user('hi')], { stream: true, store: false })
  expect(readdirSync(folder).length).toBe(1)
})

test('a line of a batch keeps nothing, which would push out the items of conversations', async () => {
  const { proxy, next } = await given()
  next(chat('good day'))
  const body = Buffer.from(JSON.stringify({ model: 'm1', input: [user('hi')] }))
  const line = { path: '/v1/responses', dialect: 'openai', group: null, body } as const
  expect((await proxy.running.send(line, AbortSignal.timeout(10_000))).status).toBe(200)
  expect(existsSync(join(proxy.home, 'affinity', 'items'))).toBe(false)
})

test('the other formats keep nothing', async () => {
  const { proxy, next } = await given()
  next(chat('good day'))
  await proxy.post('/v1/messages', {
    model: 'm1',
    max_tokens: 9,
    messages: [{ role: 'user', content: 'hi' }],
  })
  expect(existsSync(join(proxy.home, 'affinity', 'items'))).toBe(false)
})

test('a renamed client key keeps its items, and a new key with its former name does not get them', async () => {
  const { proxy, next } = await given()
  const { keys } = proxy.toolkit
  const bearer = ({ secret }: { secret: string }) => ({ authorization: `Bearer ${secret}` })
  const one = bearer(await keys.create({ name: 'one', user: 'local' }))
  next(thinkingStream(), chat('bye'))
  let text = ''
  await expect
    .poll(async () => {
      const reply = await ask(proxy, [user('hi')], { stream: true }, one)
      text = reply.text
      return reply.status
    })
    .toBe(200)
  await keys.change('one', { name: 'other' })
  const two = bearer(await keys.create({ name: 'one', user: 'local' }))
  const input = [user('hi'), ...refer(itemsIn(text)), user('and now?')]
  await expect.poll(async () => (await ask(proxy, input, {}, two)).status).toBe(400)
  expect((await ask(proxy, input, {}, one)).status).toBe(200)
})

test('the limit of a body holds for a request with its items, however often it names one', async () => {
  const { upstream, proxy, next } = await given()
  next(chat('x'.repeat(100_000)), chat('bye'))
  const first = await ask(proxy, [user('hi')])
  const { output } = first.json as unknown as { output: Item[] }
  const repeat = (times: number) => Array.from({ length: times }, () => refer(output)).flat()
  const asked = upstream.requests.length
  const refused = await ask(proxy, [...repeat(20), user('and now?')])
  expect(refused.status).toBe(413)
  expect(refused.json.error.code).toBe('request_too_large')
  expect(upstream.requests.length).toBe(asked)
  expect((await ask(proxy, [...repeat(2), user('and now?')])).status).toBe(200)
})
