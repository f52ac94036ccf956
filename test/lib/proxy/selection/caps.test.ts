import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { chat, givenUpstream } from '../../../support/servers/fake-upstream.ts'
import type { Answer, FakeUpstream } from '../../../support/servers/fake-upstream.ts'
import { givenProxy, makeKey, ledgerLines, until } from '../../../support/servers/proxy-harness.ts'

const NOON = Date.parse('2026-11-22T12:00:00.000Z')

/** An upstream that answers nothing before the test says so, and remembers how many it had at a time. */
async function givenGate(): Promise<{
  upstream: FakeUpstream
  open: () => void
  most: (key?: string) => number
}> {
  const upstream = await givenUpstream()
  const inside = new Map<string, number>()
  const peaks = new Map<string, number>()
  const { promise, resolve } = Promise.withResolvers<undefined>()
  const move = (key: string, by: number) => {
    for (const name of [key, 'all']) {
      const now = (inside.get(name) ?? 0) + by
      inside.set(name, now)
      peaks.set(name, Math.max(peaks.get(name) ?? 0, now))
    }
  }
  const answer: Answer = (call) => {
    move(call.seen.key ?? '', 1)
    call.res.once('finish', () => move(call.seen.key ?? '', -1))
    void promise.then(() => chat()(call))
  }
  upstream.always(answer)
  return { upstream, open: () => resolve(undefined), most: (key = 'all') => peaks.get(key) ?? 0 }
}

describe('caps on requests in flight', () => {
  test('when an account is at its cap the next one is asked, and when all are, the rest is refused', async () => {
    const { upstream, open, most } = await givenGate()
    const proxy = await givenProxy({
      accounts: [{ name: 'a' }, { name: 'b', priority: 1 }],
      baseUrl: upstream.baseUrl,
      config: 'caps:\n  perAccountConcurrency: 2\n  accounts:\n    custom/b:\n      concurrency: 1\n',
    })
    const asking = Array.from({ length: 6 }, () => proxy.chat())
    await upstream.arrivals(3)
    const refused = await proxy.chat()
    expect([refused.status, refused.headers['retry-after']]).toEqual([429, '1'])
    expect(refused.json.error.message).toContain('it is at its cap')
    open()
    const statuses = (await Promise.all(asking)).map(({ status }) => status).sort()
    expect(statuses).toEqual([200, 200, 200, 429, 429, 429])
    expect([most(makeKey('a')), most(makeKey('b'))]).toEqual([2, 1])
    expect((await proxy.chat()).status).toBe(200)
  })

  test('when two proxies share a home, the cap holds over both', async () => {
    const { upstream, open, most } = await givenGate()
    const config = 'caps:\n  concurrency: 3\n'
    const accounts = [{ name: 'a' }, { name: 'b' }]
    const first = await givenProxy({ accounts, baseUrl: upstream.baseUrl, config })
    const second = await givenProxy({ home: first.home })
    const asking = Array.from({ length: 12 }, (_, n) => (n % 2 === 0 ? first : second).chat())
    await upstream.arrivals(3)
    await until(async () => (await second.toolkit.quotas.explain({})).caps?.inFlight === 3)
    expect(await second.toolkit.quotas.explain({})).toMatchObject({
      caps: { concurrency: 3, inFlight: 3 },
      accounts: [{ reason: { code: 'capped' } }, { reason: { code: 'capped' } }],
    })
    open()
    const replies = await Promise.all(asking)
    expect(most()).toBeLessThanOrEqual(3)
    expect(replies.filter(({ status }) => status === 200).length).toBeGreaterThanOrEqual(3)
    // The reservation that was one too many is given back.
    const used = Object.values(await first.quota()).map(({ today }) => today.requests)
    expect(used.reduce((sum, count) => sum + count, 0)).toBe(upstream.count())
  })

  test('when a cap is set, raised or taken away, a running proxy follows', async () => {
    const { upstream, open } = await givenGate()
    const proxy = await givenProxy({ accounts: [{ name: 'a' }], baseUrl: upstream.baseUrl })
    const asking = [proxy.chat()]
    await upstream.arrivals(1)
    await proxy.toolkit.settings.set('caps.concurrency', '1')
    await until(async () => (await proxy.toolkit.quotas.explain({})).caps !== null)
    await until(async () => {
      const reply = await Promise.race([proxy.chat(), upstream.arrivals(upstream.count() + 1)])
      return reply?.status === 429
    })
    await proxy.toolkit.settings.set('caps.concurrency', '')
    const seen = upstream.count()
    await until(async () => {
      await Promise.race([proxy.chat(), upstream.arrivals(seen + 1)])
      return upstream.count() > seen
    })
    open()
    for (const { status } of await Promise.all(asking)) expect(status).toBe(200)
  })
})

describe('a cap on the rate', () => {
  test('when it is used up no account is asked, over all proxies, until it is back', async () => {
    const upstream = await givenUpstream()
    upstream.always(chat())
    let now = NOON
    const clock = () => now
    const config = 'caps:\n  rate: 3/minute\n'
    const first = await givenProxy({
      accounts: [{ name: 'a' }, { name: 'b' }],
      baseUrl: upstream.baseUrl,
      config,
      clock,
    })
    const second = await givenProxy({ home: first.home, clock })
    const replies = await Promise.all(
      Array.from({ length: 8 }, (_, n) => (n % 2 === 0 ? first : second).chat()),
    )
    expect(replies.filter(({ status }) => status === 200).length).toBe(3)
    const refused = replies.find(({ status }) => status === 429)
    expect(refused?.headers['retry-after']).toBe('60')
    expect(refused?.json.error.message).toContain('the cap 3/minute over all accounts is used up')
    expect(upstream.count()).toBe(3)
    now += 60_000
    expect((await first.chat()).status).toBe(200)
    const reserves = ledgerLines(first.home).filter(({ type }) => type === 'reserve')
    expect(reserves.every(({ also }) => String(also) === 'caps')).toBe(true)
  })
})

test('when no cap is set, reservations and the ledger know nothing of them', async () => {
  const upstream = await givenUpstream()
  upstream.always(chat())
  const proxy = await givenProxy({ accounts: [{ name: 'a' }], baseUrl: upstream.baseUrl })
  await proxy.chat()
  await proxy.quota()
  expect(JSON.stringify(ledgerLines(proxy.home))).not.toContain('caps')
})

test('when a cap names no account, or the section is not well formed, the proxy says so and continues', async () => {
  const upstream = await givenUpstream()
  upstream.always(chat())
  const proxy = await givenProxy({
    accounts: [{ name: 'a' }],
    baseUrl: upstream.baseUrl,
    config: 'caps:\n  accounts:\n    nobody: {concurrency: 1}\n',
    troubles: /caps\.accounts\.nobody|: caps is not a mapping/,
  })
  expect(proxy.troubles.join()).toContain('caps.accounts.nobody caps nothing')
  writeFileSync(join(proxy.home, 'config.yaml'), 'caps: 3\n')
  await until(() => proxy.troubles.some((trouble) => trouble.includes('is not a mapping')))
  expect((await proxy.chat()).status).toBe(200)
})
