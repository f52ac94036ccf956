import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { chat, givenUpstream } from '../../../support/servers/fake-upstream.ts'
import { givenProxy, ledgerLines, until } from '../../../support/servers/proxy-harness.ts'

const NOON = Date.parse('2026-11-22T12:00:00.000Z')
const HALF_DAY = 12 * 3600

test('when a share is reserved, the proxy leaves it and says so, and other uses have it', async () => {
  const upstream = await givenUpstream()
  upstream.always(chat())
  const proxy = await givenProxy({
    accounts: [{ name: 'a', limits: ['10/day'] }],
    baseUrl: upstream.baseUrl,
    clock: () => NOON,
    config: 'proxy:\n  reserve: 20%\n',
  })
  const replies = await Promise.all(Array.from({ length: 12 }, () => proxy.chat()))
  expect(replies.filter(({ status }) => status === 200).length).toBe(8)
  const refused = replies.find(({ status }) => status === 429)
  expect(refused?.headers['retry-after']).toBe(String(HALF_DAY))
  expect(refused?.json.error.message).toContain(
    'what is left of its limit 10/day is reserved: 8 of 10 used, 20% are kept',
  )
  expect(upstream.count()).toBe(8)
  const { accounts } = await proxy.toolkit.quotas.explain({})
  expect(accounts[0]).toMatchObject({
    verdict: 'refused',
    reason: { code: 'reserved' },
    returnsAt: '2026-11-23T00:00:00.000Z',
    limits: [{ used: 8, max: 10, usable: 8, isUsedUp: true }],
  })
  expect(ledgerLines(proxy.home).filter(({ type }) => type === 'reserve')).toMatchObject(
    Array.from({ length: 8 }, () => ({ keep: 20 })),
  )
  const ledger = await proxy.toolkit.ledger()
  const account = (await proxy.toolkit.accounts.find('a')).id
  expect(await ledger.reserve({ account })).not.toBeNull()
})

test('when the setting changes, a running proxy follows', async () => {
  const upstream = await givenUpstream()
  upstream.always(chat())
  const proxy = await givenProxy({
    accounts: [{ name: 'a', limits: ['4/day'] }],
    baseUrl: upstream.baseUrl,
    clock: () => NOON,
    config: 'proxy:\n  reserve: 50%\n',
  })
  for (const expected of [200, 200, 429]) expect((await proxy.chat()).status).toBe(expected)
  writeFileSync(join(proxy.home, 'config.yaml'), 'proxy:\n  reserve: 25%\n')
  await until(async () => (await proxy.chat()).status === 200)
  expect(upstream.count()).toBe(3)
  expect((await proxy.chat()).status).toBe(429)
})
