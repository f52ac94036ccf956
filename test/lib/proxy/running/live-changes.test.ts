import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { openToolkit } from '../../../../src/lib/toolkit/open-toolkit.ts'
import { chat, givenUpstream, json } from '../../../support/servers/fake-upstream.ts'
import { givenProxy, makeKey, until } from '../../../support/servers/proxy-harness.ts'
import type { Reply, TestProxy } from '../../../support/servers/proxy-harness.ts'

const cli = fileURLToPath(new URL('../../../../bin/run.js', import.meta.url))

/** The command line as another process. */
async function qwenctl(home: string, args: string[], stdin = ''): Promise<void> {
  const child = spawn(process.execPath, [cli, ...args], { env: { ...process.env, QWENCTL_HOME: home } })
  let words = ''
  child.stdout.on('data', (chunk: Buffer) => (words += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (words += chunk.toString()))
  child.stdin.end(stdin)
  const [code] = (await once(child, 'close')) as [number]
  if (code !== 0) throw new Error(`qwenctl ${args.join(' ')} ended with ${code}: ${words}`)
}

/**
 * Clients that send one request after the other while something changes; every answer is kept. Between two requests
 * they leave the CPU to the process that makes the change.
 */
function load(proxy: TestProxy, clients = 4) {
  const replies: Reply[] = []
  let isOn = true
  const run = async () => {
    while (isOn) {
      replies.push(await proxy.chat())
      await delay(5)
    }
  }
  const running = Promise.all(Array.from({ length: clients }, run))
  return {
    replies,
    async stop(): Promise<Reply[]> {
      isOn = false
      await running
      return replies
    },
  }
}

const readAccount = (reply: Reply | undefined) => reply?.headers['x-qwenctl-account']

describe('when another process changes the accounts while requests run, none is dropped and', () => {
  test('an account that is added serves, one that is disabled stops, one that is removed too', async () => {
    const upstream = await givenUpstream()
    upstream.always(chat())
    const proxy = await givenProxy({ accounts: [{ name: 'a' }, { name: 'b' }], baseUrl: upstream.baseUrl })
    const { home } = proxy
    const traffic = load(proxy)
    const inForce = (account: string) => until(async () => readAccount(await proxy.chat()) === account)

    const add = ['auth', 'add', 'first', '-p', 'custom', '--base-url', upstream.baseUrl, '--priority', '-1']
    await qwenctl(home, [...add, '--key-stdin', '--no-verify'], makeKey('first'))
    await inForce('first')
    await qwenctl(home, ['accounts', 'disable', 'first'])
    await inForce('a')
    await qwenctl(home, ['auth', 'remove', 'a', '--yes'])
    await inForce('b')
    await qwenctl(home, ['accounts', 'enable', 'first'])
    await inForce('first')

    const replies = await traffic.stop()
    expect(replies.filter(({ status, isCut }) => status !== 200 || isCut)).toEqual([])
    expect(upstream.last.key).toBe(makeKey('first'))
  })

  test('limits that are changed or reset hold at once and are never overshot', async () => {
    const upstream = await givenUpstream()
    upstream.always(chat())
    const proxy = await givenProxy({
      accounts: [{ name: 'a', limits: ['3/24h'] }],
      baseUrl: upstream.baseUrl,
    })
    const { home } = proxy
    const untilOut = async () => until(async () => (await proxy.chat()).status === 429)
    await untilOut()
    expect(upstream.count()).toBe(3)

    await qwenctl(home, ['accounts', 'set', 'a', '--limit', '5/24h'])
    await until(async () => (await proxy.chat()).status === 200)
    await untilOut()
    expect(upstream.count()).toBe(5)

    await qwenctl(home, ['quota', 'reset', 'a', '--yes'])
    await until(async () => (await proxy.chat()).status === 200)
    await untilOut()
    expect(upstream.count()).toBe(10)
    expect(await proxy.used()).toEqual({ a: 5 })
  })

  test('a key that was refused and is replaced is used', async () => {
    const upstream = await givenUpstream()
    upstream.nextFor(makeKey('a'), json(401, { error: { message: 'revoked' } }))
    upstream.always(chat(), 'sk-a-new-key-0123456789')
    const proxy = await givenProxy({ accounts: [{ name: 'a' }], baseUrl: upstream.baseUrl })
    expect((await proxy.chat()).status).toBe(403)
    expect((await proxy.quota()).a?.status).toBe('key-refused')
    await qwenctl(proxy.home, ['accounts', 'set', 'a', '--key-stdin'], 'sk-a-new-key-0123456789')
    await until(async () => (await proxy.chat()).status === 200)
    expect((await proxy.quota()).a?.status).toBe('ready')
  })

  test('a cooldown that one proxy learned keeps the others away too, until it is reset', async () => {
    const upstream = await givenUpstream()
    upstream.nextFor(makeKey('a'), json(429, { error: { message: 'slow' } }, { 'retry-after': '3600' }))
    upstream.always(chat(), makeKey('b'))
    const first = await givenProxy({ accounts: [{ name: 'a' }, { name: 'b' }], baseUrl: upstream.baseUrl })
    const second = await givenProxy({ home: first.home })
    expect(readAccount(await first.chat())).toBe('b')
    await until(async () => (await second.quota()).a?.cooldowns.length === 1)
    expect(readAccount(await second.chat())).toBe('b')
    upstream.always(chat(), makeKey('a'))
    await qwenctl(first.home, ['quota', 'reset', 'a', '--yes'])
    for (const proxy of [first, second]) await until(async () => readAccount(await proxy.chat()) === 'a')
  })
})

test('when another process resets a pool that is out, the very next request is answered', async () => {
  const upstream = await givenUpstream()
  upstream.always(chat())
  const proxy = await givenProxy({ accounts: [{ name: 'a', limits: ['1/day'] }], baseUrl: upstream.baseUrl })
  const other = openToolkit({ env: { QWENCTL_HOME: proxy.home } })
  const statuses: number[] = []
  for (let round = 0; round < 5; round += 1) {
    statuses.push((await proxy.chat()).status, (await proxy.chat()).status)
    await other.quotas.reset([])
  }
  await other.close()
  expect(statuses).toEqual(Array.from({ length: 5 }, () => [200, 429]).flat())
  expect(upstream.count()).toBe(5)
})
