// The batch examples of the clients' own libraries, against the proxy: the files and batches are its own.

import Anthropic from '@anthropic-ai/sdk'
import OpenAI, { toFile } from 'openai'
import { expect, test } from 'vitest'
import { chat, givenUpstream, hang, json } from '../support/servers/fake-upstream.ts'
import type { Answer, FakeUpstream } from '../support/servers/fake-upstream.ts'
import { givenProxy, makeKey, until } from '../support/servers/proxy-harness.ts'
import type { TestProxy } from '../support/servers/proxy-harness.ts'
import { openaiLine, seenBy } from '../e2e/batch-process.ts'
import { collect, rejection } from './given-client.ts'

const faulty: Answer = (call) => {
  const isBad = call.seen.body.includes('line 2.')
  return (isBad ? json(400, { error: { message: 'too long', code: 'context_length' } }) : chat())(call)
}

async function given(answer: Answer): Promise<{ upstream: FakeUpstream; proxy: TestProxy }> {
  const upstream = await givenUpstream()
  upstream.always(answer)
  const proxy = await givenProxy({ accounts: [{ name: 'a' }, { name: 'b' }], baseUrl: upstream.baseUrl })
  return { upstream, proxy }
}

const openaiAt = (proxy: TestProxy, apiKey = 'none') =>
  new OpenAI({ apiKey, baseURL: `${proxy.running.url}/v1`, maxRetries: 0 })
const file = (lines: string[]) => toFile(Buffer.from(`${lines.join('\n')}\n`), 'tasks.jsonl')

async function begin(client: OpenAI, lines: string[]) {
  const input = await client.files.create({ file: await file(lines), purpose: 'batch' })
  return client.batches.create({
    input_file_id: input.id,
    endpoint: '/v1/chat/completions',
    completion_window: '24h',
    metadata: { from: 'a test' },
  })
}

async function ended(client: OpenAI, id: string): Promise<OpenAI.Batch> {
  let batch: OpenAI.Batch | undefined
  await until(async () => {
    batch = await client.batches.retrieve(id)
    return ['completed', 'failed', 'expired', 'cancelled'].includes(batch.status)
  })
  return batch!
}

test("OpenAI's example: upload, create, retrieve, read output and errors, list, delete", async () => {
  const { proxy, upstream } = await given(faulty)
  const client = openaiAt(proxy)
  const lines = [1, 2, 3].map((id) => openaiLine(id))
  const begun = await begin(client, lines)
  expect(begun).toMatchObject({ object: 'batch', status: 'validating', metadata: { from: 'a test' } })
  const batch = await ended(client, begun.id)
  expect(batch).toMatchObject({ status: 'completed', request_counts: { total: 3, completed: 2, failed: 1 } })
  const read = async (id: string | null | undefined) =>
    (await (await client.files.content(id!)).text())
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { custom_id: string })
  const output = await read(batch.output_file_id)
  expect(output.map(({ custom_id }) => custom_id).sort()).toEqual(['id-1', 'id-3'])
  expect(await read(batch.error_file_id)).toMatchObject([
    { custom_id: 'id-2', response: { status_code: 400 } },
  ])
  expect((await client.files.retrieve(batch.output_file_id!)).purpose).toBe('batch_output')
  expect((await collect(client.batches.list())).map(({ id }) => id)).toEqual([batch.id])
  const listed = await collect(client.files.list())
  expect(listed.map(({ id, purpose }) => [id, purpose])).toEqual([
    [batch.output_file_id, 'batch_output'],
    [batch.error_file_id, 'batch_output'],
    [batch.input_file_id, 'batch'],
  ])
  const oldest = await collect(client.files.list({ order: 'asc', limit: 1 }))
  expect(oldest.map(({ id }) => id)).toEqual(listed.map(({ id }) => id).reverse())
  expect(await collect(client.files.list({ purpose: 'fine-tune' }))).toEqual([])
  const files = await collect(client.files.list({ purpose: 'batch' }))
  expect(files.map(({ id }) => id)).toEqual([batch.input_file_id])
  expect(await (await client.files.content(files[0]!.id)).text()).toBe(`${lines.join('\n')}\n`)
  expect(await client.files.delete(files[0]!.id)).toMatchObject({ deleted: true })
  expect(await rejection(client.files.retrieve(files[0]!.id))).toMatchObject({ status: 404 })
  expect(upstream.count()).toBe(3)
})

test('an ended batch can be deleted with its results', async () => {
  const { proxy } = await given(chat())
  const client = openaiAt(proxy)
  const { id } = await begin(client, [openaiLine(1)])
  const { output_file_id: output } = await ended(client, id)
  expect(await rejection(client.batches.cancel(id))).toMatchObject({
    status: 409,
    code: 'batch_ended',
    message: expect.stringContaining("Cannot cancel a batch with status 'completed'.") as string,
  })
  expect(await client.delete(`/batches/${id}`)).toEqual({ id, object: 'batch', deleted: true })
  expect(await rejection(client.batches.retrieve(id))).toMatchObject({ status: 404 })
  expect(await rejection(client.files.content(output!))).toMatchObject({ status: 404 })
})

test('an invalid file is a failed batch that names its lines; nothing is sent', async () => {
  const { proxy, upstream } = await given(chat())
  const client = openaiAt(proxy)
  const { id } = await begin(client, [openaiLine(1), 'no json'])
  expect(await ended(client, id)).toMatchObject({
    status: 'failed',
    errors: { data: [{ line: 2, message: 'not valid JSON' }] },
  })
  expect(upstream.count()).toBe(0)
  const wrong = client.files.create({ file: await file(['x']), purpose: 'fine-tune' })
  expect(await rejection(wrong)).toMatchObject({ status: 400 })
})

test("Anthropic's example: create, retrieve, read the results, list, delete", async () => {
  const { proxy } = await given(faulty)
  const client = new Anthropic({ apiKey: 'none', baseURL: proxy.running.url, maxRetries: 0 })
  const request = (id: number) => ({
    custom_id: `id-${id}`,
    params: {
      model: 'm1',
      max_tokens: 9,
      messages: [{ role: 'user' as const, content: `line ${id}. {"[]}` }],
    },
  })
  const begun = await client.messages.batches.create({ requests: [1, 2, 3].map(request) })
  expect(begun).toMatchObject({ type: 'message_batch', processing_status: 'in_progress', results_url: null })
  await until(async () => (await client.messages.batches.retrieve(begun.id)).processing_status === 'ended')
  expect(await client.messages.batches.retrieve(begun.id)).toMatchObject({
    request_counts: { processing: 0, succeeded: 2, errored: 1, canceled: 0, expired: 0 },
  })
  const results = await collect(await client.messages.batches.results(begun.id))
  expect(results.map(({ custom_id, result }) => [custom_id, result.type]).sort()).toEqual([
    ['id-1', 'succeeded'],
    ['id-2', 'errored'],
    ['id-3', 'succeeded'],
  ])
  expect((await collect(client.messages.batches.list())).map(({ id }) => id)).toEqual([begun.id])
  expect(await client.messages.batches.delete(begun.id)).toMatchObject({ type: 'message_batch_deleted' })
})

test('a message batch with requests that cannot be sent is refused by position, and none is sent', async () => {
  const { proxy, upstream } = await given(chat())
  const client = new Anthropic({ apiKey: 'none', baseURL: proxy.running.url, maxRetries: 0 })
  const params = { model: 'm', max_tokens: 1, messages: [{ role: 'user' as const, content: 'hi' }] }
  const create = (requests: unknown[]) => client.messages.batches.create({ requests: requests as never })
  for (const [requests, expected] of [
    [
      [
        { custom_id: 'x', params },
        { custom_id: 'x', params },
      ],
      /requests\.1: custom_id "x" is also in requests\.0/,
    ],
    [[{ custom_id: 'x', params }, { params }], /requests\.1: custom_id is missing/],
    [[{ custom_id: 'x', params: 5 }], /requests\.0: /],
    [[{ custom_id: 'x', method: 'POST', url: '/v1/messages', body: params }], /requests\.0: /],
  ] as const) {
    expect(await rejection(create([...requests]))).toMatchObject({
      status: 400,
      error: { error: { type: 'invalid_request_error', message: expect.stringMatching(expected) as string } },
    })
  }
  expect(await collect(client.messages.batches.list())).toEqual([])
  expect(upstream.requests.filter(({ body }) => body.includes('hi'))).toEqual([])
})

test('a message batch for a model that no account has ends with an error for each request', async () => {
  const upstream = await givenUpstream()
  const proxy = await givenProxy({
    accounts: [{ name: 'a', models: ['m'] }],
    baseUrl: upstream.baseUrl,
  })
  const client = new Anthropic({ apiKey: 'none', baseURL: proxy.running.url, maxRetries: 0 })
  const begun = await client.messages.batches.create({
    requests: [1, 2].map((id) => ({
      custom_id: `r${id}`,
      params: { model: 'unknown', max_tokens: 1, messages: [{ role: 'user', content: 'hi' }] },
    })),
  })
  await until(async () => (await client.messages.batches.retrieve(begun.id)).processing_status === 'ended')
  const { request_counts: counts } = await client.messages.batches.retrieve(begun.id)
  expect(counts).toMatchObject({ succeeded: 0, errored: 2, processing: 0 })
  const results = await collect(await client.messages.batches.results(begun.id))
  expect(results.map(({ custom_id: id, result }) => [id, result.type])).toEqual([
    ['r1', 'errored'],
    ['r2', 'errored'],
  ])
})

test('a client sees its own files and batches alone, and its key and limits apply to the lines', async () => {
  const { proxy, upstream } = await given(chat())
  const one = await proxy.toolkit.keys.create({ name: 'one', accounts: ['a'] })
  const two = await proxy.toolkit.keys.create({ name: 'two' })
  await until(async () => (await proxy.get('/v1/models')).status === 401)
  const mine = openaiAt(proxy, one.secret)
  const { id, input_file_id } = await begin(
    mine,
    [1, 2, 3, 4].map((line) => openaiLine(line)),
  )
  expect(await ended(mine, id)).toMatchObject({ status: 'completed', request_counts: { completed: 4 } })
  expect(upstream.count(makeKey('a'))).toBe(4)
  const other = openaiAt(proxy, two.secret)
  expect(await rejection(other.batches.retrieve(id))).toMatchObject({ status: 404 })
  expect(await rejection(other.batches.cancel(id))).toMatchObject({ status: 404 })
  expect(await rejection(other.files.content(input_file_id))).toMatchObject({ status: 404 })
  expect(await collect(other.files.list())).toEqual([])
})

test('a cancelled batch ends after its lines in flight', async () => {
  const { proxy, upstream } = await given(hang)
  const held: (() => void)[] = []
  upstream.always((call) => void held.push(() => chat()(call)))
  const client = openaiAt(proxy)
  const { id } = await begin(
    client,
    Array.from({ length: 30 }, (_, line) => openaiLine(line)),
  )
  await upstream.arrivals(8)
  expect((await client.batches.cancel(id)).status).toBe('cancelling')
  const seen = await until(async () => {
    held.splice(0).forEach((answer) => answer())
    return (await client.batches.retrieve(id)).status === 'cancelled'
  }).then(() => upstream.count())
  const batch = await client.batches.retrieve(id)
  expect(batch.request_counts).toMatchObject({ total: 30, completed: seen })
})

test('batches of one key that wait leave room for those of others', async () => {
  const { proxy, upstream } = await given(hang)
  const keyed = async (name: string) => openaiAt(proxy, (await proxy.toolkit.keys.create({ name })).secret)
  const [busy, other] = [await keyed('busy'), await keyed('other')]
  await until(async () => (await proxy.get('/v1/models')).status === 401)
  for (let number = 1; number <= 5; number += 1) await begin(busy, [openaiLine(number)])
  await upstream.arrivals(4)
  upstream.always(chat())
  const { id } = await begin(other, [openaiLine(6)])
  expect(await ended(other, id)).toMatchObject({ status: 'completed', request_counts: { completed: 1 } })
  expect(upstream.count()).toBe(5)
})

test('a cancelled batch that waits for a place ends at once', async () => {
  const { proxy, upstream } = await given(hang)
  const client = openaiAt(proxy)
  for (let number = 1; number <= 4; number += 1) await begin(client, [openaiLine(number)])
  await upstream.arrivals(4)
  const { id } = await begin(client, [openaiLine(5)])
  await client.batches.cancel(id)
  expect(await ended(client, id)).toMatchObject({ status: 'cancelled', request_counts: { completed: 0 } })
})

test('a batch survives the end of its proxy: the next one continues, and no answered line goes again', async () => {
  const { proxy, upstream } = await given(hang)
  let isSlow = true
  const held: (() => void)[] = []
  upstream.always((call) => (isSlow ? void held.push(() => chat()(call)) : chat()(call)))
  const client = openaiAt(proxy)
  const { id } = await begin(
    client,
    Array.from({ length: 20 }, (_, line) => openaiLine(line)),
  )
  await upstream.arrivals(8)
  const stopped = proxy.running.stop(10_000)
  held.forEach((answer) => answer())
  await stopped
  expect(upstream.count()).toBe(8)
  isSlow = false
  const next = await givenProxy({ home: proxy.home, settings: { proof: 'of the next' } })
  const batch = await ended(openaiAt(next), id)
  expect(batch).toMatchObject({
    status: 'completed',
    request_counts: { total: 20, completed: 20, failed: 0 },
  })
  expect([...seenBy(upstream).values()].every((times) => times === 1)).toBe(true)
})

test('a message batch that continues without its model keeps its answers', async () => {
  const upstream = await givenUpstream()
  const held: (() => void)[] = []
  upstream.always((call) => void held.push(() => chat()(call)))
  const proxy = await givenProxy({ accounts: [{ name: 'a', models: ['m1'] }], baseUrl: upstream.baseUrl })
  const clientOf = ({ running }: TestProxy) =>
    new Anthropic({ apiKey: 'none', baseURL: running.url, maxRetries: 0 })
  const { id } = await clientOf(proxy).messages.batches.create({
    requests: Array.from({ length: 9 }, (_, line) => ({
      custom_id: `r${line}`,
      params: { model: 'm1', max_tokens: 1, messages: [{ role: 'user' as const, content: `line ${line}.` }] },
    })),
  })
  await upstream.arrivals(4)
  const stopped = proxy.running.stop(10_000)
  held.forEach((answer) => answer())
  await stopped
  await proxy.toolkit.accounts.set('a', { models: ['other'] })
  const client = clientOf(await givenProxy({ home: proxy.home, settings: { proof: 'of the next' } }))
  await until(async () => (await client.messages.batches.retrieve(id)).processing_status === 'ended')
  expect((await client.messages.batches.retrieve(id)).request_counts).toMatchObject({
    processing: 0,
    succeeded: 4,
    errored: 5,
  })
  const results = await collect(await client.messages.batches.results(id))
  expect(results.map(({ custom_id: name }) => name).sort()).toEqual(
    Array.from({ length: 9 }, (_, line) => `r${line}`),
  )
  expect(results.filter(({ result }) => result.type === 'succeeded')).toHaveLength(4)
})
