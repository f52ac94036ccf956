import { expect, onTestFinished, test } from 'vitest'
import type { OutcomeClass } from '../../../src/lib/quota/log/events.ts'
import { openToolkit } from '../../../src/lib/toolkit/open-toolkit.ts'
import { runCommand } from '../../support/cli.ts'
import { temporaryFolder } from '../../support/temp-folder.ts'

const status = async (home: string, ...more: string[]) => (await runCommand(home, ['status', ...more])).stdout

test('status of an empty home says what to do first', async () => {
  const home = temporaryFolder()
  expect(await status(home)).toBe(
    'proxy     none runs; start one: qwenctl proxy start\naccounts  none yet; add one: qwenctl auth add\n',
  )
  expect(JSON.parse(await status(home, '--json'))).toMatchObject({
    proxies: [],
    totals: { accounts: 0 },
    troubled: [],
    runsOutNext: null,
  })
})

test('status counts what is left, and names accounts in trouble but no disabled ones', async () => {
  const home = temporaryFolder()
  await runCommand(home, ['auth', 'add', 'sandbox/free', '--limit', '1000/day'])
  await runCommand(home, ['auth', 'add', 'sandbox/gone', '--limit', '500/day', '--user', 'alice'])
  await runCommand(home, ['auth', 'add', 'sandbox/off', '--limit', '9000/day'])
  await runCommand(home, ['accounts', 'disable', 'off'])
  const words = await status(home)
  expect(words).toMatch(/^accounts {2}2 of 3 ready; 1,?500 requests left; 0 today$/m)
  expect(words).not.toContain('trouble')
  expect(await status(home, '--user', 'alice')).toMatch(/^accounts {2}1 of 1 ready; 500 requests left/m)
  const { troubled } = JSON.parse(await status(home, '--json')) as { troubled: unknown[] }
  expect(troubled).toEqual([])
})

test('status names an account with a model in cooldown, but none for a model or an endpoint that it lacks', async () => {
  const home = temporaryFolder()
  await runCommand(home, ['auth', 'add', 'sandbox/free'])
  const toolkit = openToolkit({ env: { QWENCTL_HOME: home } })
  onTestFinished(() => toolkit.close())
  const { id } = await toolkit.accounts.find('free')
  const ledger = await toolkit.ledger()
  const until = new Date(ledger.now() + 600_000).toISOString()
  const cool = (model: string, reason: OutcomeClass) =>
    ledger.record([{ type: 'cool', subject: id, model, reason, until }])
  await cool('a-typo', 'model-unavailable')
  await cool('route /embeddings', 'route-missing')
  expect(await status(home)).not.toContain('trouble')
  await cool('sandbox-small', 'rate-short')
  expect(await status(home)).toMatch(/^trouble {3}sandbox\/free ready, /m)
})
