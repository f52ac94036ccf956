// The watch over real parts: a home, its ledger, and a service that answers questions about a balance.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { openToolkit } from '../../../../src/lib/toolkit/open-toolkit.ts'
import { PlanWatch } from '../../../../src/lib/toolkit/plans/plan-watch.ts'
import { temporaryFolder } from '../../../support/temp-folder.ts'

const KEY = 'sk-0123456789abcdef0123456789abcdef'
const MINUTE = 60_000

async function given(env: Record<string, string> = {}) {
  const service = { balance: '5.00', questions: 0, isAvailable: true }
  const server = createServer((req, res) => {
    service.questions += 1
    res.setHeader('content-type', 'application/json')
    res.statusCode = req.url === '/user/balance' ? 200 : 404
    const infos = [{ currency: 'USD', total_balance: service.balance }]
    res.end(JSON.stringify({ is_available: service.isAvailable, balance_infos: infos }))
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  onTestFinished(() => void server.close())
  const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`
  let now = Date.parse('2026-11-25T10:00:00.000Z')
  const toolkit = openToolkit({ env: { QWENCTL_HOME: temporaryFolder(), ...env }, clock: () => now })
  const { id } = await toolkit.accounts.add({
    provider: 'deepseek',
    name: 'a',
    secret: KEY,
    baseUrl,
  })
  const troubles: string[] = []
  const ledger = await toolkit.ledger()
  onTestFinished(() => toolkit.close())
  const onTrouble = (message: string) => troubles.push(message)
  const watch = new PlanWatch({ toolkit, ledger, user: null, onTrouble })
  const pass = (ms: number) => (now += ms)
  // Nothing is asked in the first minute of a proxy.
  expect(await watch.look()).toEqual([])
  pass(MINUTE)
  const status = async () => (await toolkit.quotas.show([])).accounts[0]!
  return { service, toolkit, ledger, watch, pass, id, troubles, status }
}

test('an account is asked once in an interval, and its balance is shown', async () => {
  const { service, watch, pass, id, status } = await given()
  expect(await watch.look()).toEqual([id])
  expect(await watch.look()).toEqual([])
  pass(14 * MINUTE)
  expect(await watch.look()).toEqual([])
  pass(MINUTE)
  expect(await watch.look()).toEqual([id])
  expect(service.questions).toBe(2)
  expect((await status()).plan?.windows).toMatchObject([{ name: 'balance', remaining: 5 }])
})

test('an account of a provider without counts is never due', async () => {
  const { toolkit, watch, pass, id } = await given()
  await toolkit.accounts.add({ provider: 'custom', name: 'b', secret: KEY, baseUrl: 'http://127.0.0.1:9/v1' })
  expect(await watch.look()).toEqual([id])
  pass(15 * MINUTE)
  expect(await watch.look()).toEqual([id])
})

test('after a limit the provider is asked before the interval ends, at most once a minute', async () => {
  const { watch, ledger, pass, id } = await given()
  await watch.look()
  pass(MINUTE)
  expect(await watch.look()).toEqual([])
  const until = new Date(ledger.now() + 3_600_000).toISOString()
  await ledger.record([{ type: 'cool', subject: id, until, reason: 'quota-window', evidence: '429' }])
  expect(await watch.look()).toEqual([])
  pass(10_000)
  expect(await watch.look()).toEqual([id])
  expect(await watch.look()).toEqual([])
  pass(2 * MINUTE)
  expect(await watch.look()).toEqual([])
})

test('a balance of 0 is no credit, and a balance above it brings the account back', async () => {
  const { service, watch, pass, status } = await given()
  service.balance = '0.00'
  await watch.look()
  expect(await status()).toMatchObject({ status: 'no-credit' })
  pass(15 * MINUTE)
  await watch.look()
  expect(await status()).toMatchObject({ status: 'no-credit' })
  service.balance = '3.00'
  pass(15 * MINUTE)
  await watch.look()
  expect(await status()).toMatchObject({ status: 'ready' })
})

test('a balance that pays for no request is no credit until it does', async () => {
  const { service, watch, pass, status } = await given()
  service.isAvailable = false
  await watch.look()
  expect(await status()).toMatchObject({ status: 'no-credit' })
  service.isAvailable = true
  pass(15 * MINUTE)
  await watch.look()
  expect(await status()).toMatchObject({ status: 'ready' })
})

test('no credit that an answer reported ends when the balance rises, and stays while it does not', async () => {
  const { service, watch, ledger, pass, id, status } = await given()
  await watch.look()
  await ledger.record([{ type: 'cool', subject: id, until: null, reason: 'quota-hard', evidence: '402' }])
  pass(15 * MINUTE)
  await watch.look()
  expect(await status()).toMatchObject({ status: 'no-credit' })
  service.balance = '25.00'
  pass(15 * MINUTE)
  await watch.look()
  expect(await status()).toMatchObject({ status: 'ready' })
})

test('an interval of 0 turns the questions off', async () => {
  const { service, watch } = await given({ QWENCTL_PLANS_EVERY: '0s' })
  expect(await watch.look()).toEqual([])
  expect(service.questions).toBe(0)
})
