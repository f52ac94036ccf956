import { expect, test } from 'vitest'
import { parseDocument, runCommand } from '../../support/cli.ts'
import { chat, givenUpstream, json } from '../../support/servers/fake-upstream.ts'
import { makeKey } from '../../support/servers/proxy-harness.ts'
import type { Chat } from './proxy-process.ts'
import { chatAt, givenHome, startedProxy } from './proxy-process.ts'

const SECOND = 1000

/** Asks until an answer is as wanted; how long after the call that was, in milliseconds. */
async function soon(url: string, isWanted: (answer: Chat) => boolean): Promise<number> {
  const began = performance.now()
  for (;;) {
    if (isWanted(await chatAt(url))) return performance.now() - began
    if (performance.now() - began > 20 * SECOND) throw new Error(`never came true: ${String(isWanted)}`)
  }
}

test('accounts that another process adds, disables, enables and removes are in force within a second', async () => {
  const upstream = await givenUpstream()
  upstream.always(chat())
  const home = await givenHome()
  const proxy = await startedProxy(home)
  expect((await chatAt(proxy.url)).status).toBe(503)
  const add = ['auth', 'add', 'custom/late', '--base-url', upstream.baseUrl, '--key-env', 'K', '--no-verify']
  const qwenctl = async (...argv: string[]) => {
    expect(await runCommand(home, argv, { K: makeKey('late') })).toMatchObject({ exit: 0 })
  }
  const isServed = ({ status }: Chat) => status === 200
  const isRefused = ({ status }: Chat) => status === 503
  await qwenctl(...add)
  const times = [await soon(proxy.url, isServed)]
  await qwenctl('accounts', 'disable', 'late')
  times.push(await soon(proxy.url, isRefused))
  await qwenctl('accounts', 'enable', 'late')
  times.push(await soon(proxy.url, isServed))
  await qwenctl('auth', 'remove', 'late', '--yes')
  times.push(await soon(proxy.url, isRefused))
  // Measured from the end of the command; generous, since the machine is shared with other tests.
  for (const time of times) expect(time).toBeLessThan(5 * SECOND)
})

test('a limit that is reset or raised by another process lets requests through again', async () => {
  const upstream = await givenUpstream()
  upstream.always(chat())
  const home = await givenHome([{ name: 'a', limits: ['1/24h'] }], upstream.baseUrl)
  const proxy = await startedProxy(home)
  const statuses = async () => [(await chatAt(proxy.url)).status, (await chatAt(proxy.url)).status]
  expect(await statuses()).toEqual([200, 429])
  expect((await runCommand(home, ['quota', 'reset', 'a', '--yes'])).exit).toBe(0)
  await soon(proxy.url, ({ status }) => status === 200)
  expect((await chatAt(proxy.url)).status).toBe(429)
  expect((await runCommand(home, ['accounts', 'set', 'a', '--limit', '2/24h'])).exit).toBe(0)
  await soon(proxy.url, ({ status }) => status === 200)
  expect((await chatAt(proxy.url)).status).toBe(429)
})

test('two proxies on one home, asked at once, share a limit exactly, and quota show tells what the upstream saw', async () => {
  const upstream = await givenUpstream()
  upstream.always(chat())
  const home = await givenHome(
    [
      { name: 'a', limits: ['17/24h'] },
      { name: 'b', limits: ['8/hour'] },
    ],
    upstream.baseUrl,
  )
  const proxies = [await startedProxy(home), await startedProxy(home, ['--strategy', 'round-robin'])]
  const answers = await Promise.all(Array.from({ length: 40 }, (_, index) => chatAt(proxies[index % 2]!.url)))
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(25)
  expect(answers.filter(({ status }) => status === 429)).toHaveLength(15)
  expect([upstream.count(makeKey('a')), upstream.count(makeKey('b'))]).toEqual([17, 8])
  for (const proxy of proxies) proxy.signal('SIGTERM')
  for (const proxy of proxies) expect((await proxy.exit).code).toBe(0)
  const { accounts } = parseDocument(await runCommand(home, ['quota', 'show', '--json']))
  expect(accounts).toMatchObject([
    { name: 'a', limits: [{ used: 17, remaining: 0 }], today: { requests: 17, succeeded: 17 } },
    { name: 'b', limits: [{ used: 8, remaining: 0 }], today: { requests: 8, succeeded: 8 } },
  ])
})

test('what one proxy has learned of an account, one that starts later knows: a refused key is asked once', async () => {
  const upstream = await givenUpstream()
  upstream.always(chat(), makeKey('good'))
  upstream.nextFor(makeKey('dead'), json(401, { error: { message: 'Incorrect API key provided' } }))
  const home = await givenHome([{ name: 'dead' }, { name: 'good' }], upstream.baseUrl)
  for (let index = 0; index < 2; index += 1) {
    const proxy = await startedProxy(home, ['--strategy', 'fill-first'])
    expect(await chatAt(proxy.url)).toMatchObject({ status: 200, account: 'good' })
  }
  expect(upstream.keys).toEqual(['dead', 'good', 'good'].map(makeKey))
})
