import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { chat, givenUpstream } from '../../../support/servers/fake-upstream.ts'
import { givenProxy, until } from '../../../support/servers/proxy-harness.ts'
import { temporaryFolder } from '../../../support/temp-folder.ts'

async function given(config: string, limits: string[] = []) {
  const home = temporaryFolder()
  writeFileSync(join(home, 'config.yaml'), config)
  const upstream = await givenUpstream()
  upstream.always(chat())
  const proxy = await givenProxy({ home, accounts: [{ name: 'a', limits }], baseUrl: upstream.baseUrl })
  const totals = async () => (await proxy.toolkit.history.show({ days: 1, per: 'day', by: 'all' })).totals
  return { proxy, totals }
}

const PRICED = 'prices:\n  custom/m1: { input: 1000, output: 1000 }\n'

test('when the provider names no cost and the price is known, the cost is counted as an estimate', async () => {
  const { proxy, totals } = await given(PRICED)
  await proxy.chat()
  const { inputTokens, outputTokens, costUsd, estimatedUsd, unpriced } = await totals()
  expect(inputTokens + outputTokens).toBeGreaterThan(0)
  expect(costUsd).toBeCloseTo((inputTokens + outputTokens) / 1000, 9)
  expect(estimatedUsd).toBe(costUsd)
  expect(unpriced).toBe(0)
  const [account] = (await proxy.toolkit.quotas.show([])).accounts
  expect(account?.today.costUsd).toBe(costUsd)
})

test('when the price is not known, neither is the cost', async () => {
  const { proxy, totals } = await given('')
  await proxy.chat()
  expect(await totals()).toMatchObject({ costUsd: null, estimatedUsd: null, unpriced: 1 })
})

test('a limit in dollars counts what the price says, and new prices hold within a second', async () => {
  const { proxy } = await given('', ['0.000001usd/day'])
  expect((await proxy.chat()).status).toBe(200)
  expect((await proxy.chat()).status).toBe(200)
  await proxy.toolkit.settings.set('prices.custom/m1', '1000,1000')
  await until(async () => (await proxy.chat()).status === 403)
  expect((await proxy.chat()).text).toContain('of its limit 0.000001usd/day')
})
