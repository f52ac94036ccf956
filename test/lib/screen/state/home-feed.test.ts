import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { currentLog } from '../../../../src/lib/observe/logs/log-names.ts'
import { HomeFeed } from '../../../../src/lib/screen/state/home-feed.ts'
import { perform } from '../../../../src/lib/screen/state/perform.ts'
import { formatBusy } from '../../../../src/lib/screen/state/screen-event.ts'
import type { AccountWish } from '../../../../src/lib/screen/state/screen-event.ts'
import { openToolkit } from '../../../../src/lib/toolkit/open-toolkit.ts'
import type { Toolkit } from '../../../../src/lib/toolkit/toolkit.ts'
import { until } from '../../../support/servers/proxy-harness.ts'
import { GivenScreen, NOW, requestEntry } from '../given-state.ts'
import { temporaryFolder } from '../../../support/temp-folder.ts'

interface Given {
  home: string
  toolkit: Toolkit
  screen: GivenScreen
  feed: HomeFeed
}

/** A screen that is fed from a home with a sandbox account. */
async function givenFeed(filter: { group?: string } = {}): Promise<Given> {
  const home = temporaryFolder()
  const toolkit = openToolkit({ env: { QWENCTL_HOME: home } })
  onTestFinished(() => toolkit.close())
  await toolkit.accounts.add({ provider: 'sandbox', name: 'play', limits: ['9/day'], groups: ['red'] })
  const screen = new GivenScreen()
  const onEvent = (event: Parameters<typeof screen.send>[0]) => void screen.send(event)
  const feed = new HomeFeed({ toolkit, filter, intervalMs: 20, clock: () => NOW, onEvent })
  onTestFinished(() => feed.stop())
  return { home, toolkit, screen, feed }
}

function log(home: string, model: string): void {
  mkdirSync(join(home, 'logs'), { recursive: true })
  appendFileSync(currentLog(join(home, 'logs')), `${JSON.stringify(requestEntry({ model }))}\n`)
}

test('when it starts, it tells what there is; then what another process adds, counts and logs', async () => {
  const { home, screen, feed } = await givenFeed()
  log(home, 'before')
  await feed.start()
  expect(screen.listed()).toEqual(['>play'])
  expect(screen.text()).toContain('before')
  const other = openToolkit({ env: { QWENCTL_HOME: home } })
  onTestFinished(() => other.close())
  const { id } = await other.accounts.find('play')
  await (await other.ledger()).reserve({ account: id })
  await other.accounts.add({ provider: 'sandbox', name: 'more' })
  log(home, 'after')
  await until(() => screen.listed().length === 2 && screen.text().includes('after'))
  await until(() => screen.state.quota?.accounts[0]?.limits[0]?.used === 1)
})

test('when it is stopped, it tells nothing more', async () => {
  const { home, toolkit, screen, feed } = await givenFeed()
  await feed.start()
  feed.stop()
  const { state } = screen
  await toolkit.accounts.add({ provider: 'sandbox', name: 'more' })
  log(home, 'late')
  await feed.look()
  await new Promise((resolve) => setImmediate(resolve))
  expect(screen.state).toBe(state)
})

test('when the accounts cannot be read, it says so with what to do, and continues when they can', async () => {
  const { toolkit, screen, feed } = await givenFeed()
  await feed.start()
  const { accountsFile } = toolkit.home
  const good = readFileSync(accountsFile, 'utf8')
  writeFileSync(accountsFile, good.replace(/"version":\s*\d+/, '"version": 999'))
  await until(() => screen.state.message?.tone === 'bad')
  expect(screen.text()).toContain('upgrade qwenctl')
  expect(screen.listed()).toEqual(['>play'])
  writeFileSync(accountsFile, good)
  await toolkit.accounts.add({ provider: 'sandbox', name: 'more' })
  await until(() => screen.listed().length === 2)
})

test('when a group is meant, only its accounts are reported', async () => {
  const { toolkit, screen, feed } = await givenFeed({ group: 'red' })
  await toolkit.accounts.add({ provider: 'sandbox', name: 'blue' })
  await feed.start()
  expect(screen.listed()).toEqual(['>play'])
})

test('when something is wished for an account, it is done, and the result is reported', async () => {
  const { toolkit } = await givenFeed()
  const { id } = await toolkit.accounts.find('play')
  const ledger = await toolkit.ledger()
  await ledger.reserve({ account: id })
  await ledger.record([{ type: 'cool', subject: id, until: null, reason: 'rate-short' }])
  const wish = async (kind: AccountWish['kind']) => {
    const asked: AccountWish = { kind, id, name: 'sandbox/play' }
    const told = await perform(asked, toolkit, () => NOW)
    expect(told).toMatchObject({ type: 'told', ends: formatBusy(asked), now: NOW })
    return { told, account: await toolkit.accounts.show(id) }
  }
  expect((await wish('clear')).account).toMatchObject({ cooldowns: [], limits: [{ used: 1 }] })
  expect((await wish('reset')).account).toMatchObject({ limits: [{ used: 0 }] })
  expect((await wish('disable')).account).toMatchObject({ enabled: false })
  expect((await wish('enable')).account).toMatchObject({ enabled: true })
  expect((await wish('verify')).told).toMatchObject({ tone: 'quiet' })
})

test('when what is wished cannot be done, the error and its hint are reported', async () => {
  const { toolkit } = await givenFeed()
  const told = await perform({ kind: 'enable', id: 'acc_gone', name: 'sandbox/gone' }, toolkit, () => NOW)
  expect(told).toMatchObject({ tone: 'bad', hint: 'qwenctl auth list shows the accounts' })
})
