import { expect, test } from 'vitest'
import { chat, givenUpstream, json } from '../../../support/servers/fake-upstream.ts'
import type { Answer } from '../../../support/servers/fake-upstream.ts'
import { givenProxy, makeKey, ledgerLines, until } from '../../../support/servers/proxy-harness.ts'

const NOON = Date.parse('2026-11-22T12:00:00.000Z')
const throttled = json(429, { error: { message: 'slow down', code: 'rate_limit_exceeded' } })

/** Answers when the test says so. */
function held(answer: Answer): { answer: Answer; release: () => void } {
  const { promise, resolve } = Promise.withResolvers<undefined>()
  return { answer: (call) => void promise.then(() => answer(call)), release: () => resolve(undefined) }
}

async function given() {
  const upstream = await givenUpstream()
  let now = NOON
  const proxy = await givenProxy({
    accounts: [{ name: 'a' }, { name: 'b', priority: 1 }],
    baseUrl: upstream.baseUrl,
    clock: () => now,
  })
  upstream.always(chat(), makeKey('b'))
  upstream.nextFor(makeKey('a'), throttled)
  expect((await proxy.chat()).headers['x-qwenctl-account']).toBe('b')
  return { upstream, proxy, pass: (ms: number) => (now += ms) }
}

test('when a guessed cooldown has ended, one request tests the account; a success opens it for all processes', async () => {
  const { upstream, proxy, pass } = await given()
  pass(5_000)
  const probe = held(chat())
  upstream.nextFor(makeKey('a'), probe.answer)
  const testing = proxy.chat()
  await until(() => upstream.count(makeKey('a')) === 2)
  for (let count = 0; count < 3; count += 1)
    expect((await proxy.chat()).headers['x-qwenctl-account']).toBe('b')
  probe.release()
  expect((await testing).headers['x-qwenctl-account']).toBe('a')
  await proxy.quota()
  upstream.always(chat(), makeKey('a'))
  const after = await Promise.all([proxy.chat(), proxy.chat(), proxy.chat()])
  expect(after.map(({ headers }) => headers['x-qwenctl-account'])).toEqual(['a', 'a', 'a'])
  const clears = ledgerLines(proxy.home).filter(({ type }) => type === 'clear')
  expect(clears).toMatchObject([{ model: 'm1' }])
  expect(upstream.count(makeKey('a'))).toBe(5)
})

test('when the probe fails, the account cools for longer, and only the probe was spent on it', async () => {
  const { upstream, proxy, pass } = await given()
  const cooledFor = () => {
    const cools = ledgerLines(proxy.home).filter(({ type }) => type === 'cool')
    return cools.map(({ at, until: end }) => Date.parse(String(end)) - Date.parse(String(at)))
  }
  for (let failed = 0; failed < 3; failed += 1) {
    pass(20_000)
    upstream.nextFor(makeKey('a'), throttled)
    expect((await proxy.chat()).headers['x-qwenctl-account']).toBe('b')
  }
  await proxy.quota()
  const lengths = cooledFor()
  expect(lengths.length).toBe(4)
  for (const [index, length] of lengths.entries()) {
    expect(length).toBeGreaterThanOrEqual(750 * 2 ** index)
    expect(length).toBeLessThanOrEqual(1000 * 2 ** index)
  }
})

test('when the client of a probe leaves, the next request tests the account', async () => {
  const { upstream, proxy, pass } = await given()
  pass(5_000)
  const hanging = held(chat())
  upstream.nextFor(makeKey('a'), hanging.answer)
  const controller = new AbortController()
  const leaving = fetch(`${proxy.running.url}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'm1', messages: [] }),
    signal: controller.signal,
  }).catch(() => null)
  await until(() => upstream.count(makeKey('a')) === 2)
  controller.abort()
  await leaving
  await proxy.quota()
  upstream.nextFor(makeKey('a'), chat())
  expect((await proxy.chat()).headers['x-qwenctl-account']).toBe('a')
  hanging.release()
})

test('when a request is pinned to an account that only a guess keeps shut, it is tried, and its success ends the guess', async () => {
  const { upstream, proxy, pass } = await given()
  pass(100)
  upstream.nextFor(makeKey('a'), chat())
  expect((await proxy.chat({}, { 'x-qwenctl-account': 'a' })).status).toBe(200)
  const { a } = await proxy.quota()
  expect(a).toMatchObject({ status: 'ready', cooldowns: [] })
  upstream.nextFor(makeKey('a'), chat())
  expect((await proxy.chat()).headers['x-qwenctl-account']).toBe('a')
})
