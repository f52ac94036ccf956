import type { Browser } from 'playwright-core'
import { expect, onTestFinished, test } from 'vitest'
import { binary, cleanEnv, runCommand } from '../support/cli.ts'
import type { FakeUpstream } from '../support/servers/fake-upstream.ts'
import { HeldRequest, chat, givenUpstream } from '../support/servers/fake-upstream.ts'
import { QUESTION, until } from '../support/servers/proxy-harness.ts'
import { TmuxScreen, hasTmux } from '../support/tmux.ts'
import { hasChromium, launchBrowser, openPage } from './browser.ts'
import { givenHome, startedProxy } from '../e2e/proxy/proxy-process.ts'

/** The figures of each account, from every interface. */
interface Shown {
  name: string
  limits: { metric: string; window: string; max: number; used: number; reserved: number; remaining: number }[]
  today: { requests: number; succeeded: number; inputTokens: number; outputTokens: number }
}

interface Ways {
  home: string
  url: string
  token: string
}

async function givenWays(): Promise<{ upstream: FakeUpstream; ways: Ways }> {
  const upstream = await givenUpstream()
  const accounts = [
    { name: 'work', limits: ['30/day', '10000000tokens/day'] },
    { name: 'home', limits: ['500/24h'], priority: 1 },
  ]
  const home = await givenHome(accounts, upstream.baseUrl)
  const { url } = await startedProxy(home)
  const token = (await runCommand(home, ['config', 'get', 'adminToken'])).stdout.trim()
  return { upstream, ways: { home, url, token } }
}

function pickAccounts(accounts: Shown[]): Shown[] {
  return accounts.map(({ name, limits, today }) => ({
    name,
    limits: limits.map(({ metric, window, max, used, reserved, remaining }) => ({
      metric,
      window,
      max,
      used,
      reserved,
      remaining,
    })),
    today: {
      requests: today.requests,
      succeeded: today.succeeded,
      inputTokens: today.inputTokens,
      outputTokens: today.outputTokens,
    },
  }))
}

async function byCommand({ home }: Ways): Promise<Shown[]> {
  const { stdout } = await runCommand(home, ['quota', 'show', '--json'])
  return pickAccounts((JSON.parse(stdout) as { accounts: Shown[] }).accounts)
}

async function byApi({ url, token }: Ways): Promise<Shown[]> {
  const response = await fetch(`${url}/api/quota`, { headers: { authorization: `Bearer ${token}` } })
  return pickAccounts(((await response.json()) as { accounts: Shown[] }).accounts)
}

async function byTop({ home }: Ways): Promise<Shown[]> {
  const { stdout } = await runCommand(home, ['top', '--json'])
  return pickAccounts((JSON.parse(stdout) as { quota: { accounts: Shown[] } }).quota.accounts)
}

/** `remaining` by window and account, as Prometheus reads it. */
async function leftByMetrics({ url }: Ways): Promise<string[]> {
  const text = await (await fetch(`${url}/metrics`)).text()
  return [...text.matchAll(/^qwenctl_limit_remaining\{(.*)\} (\d+)$/gm)]
    .map(([, labels = '', left]) => {
      const label = (name: string) => new RegExp(`${name}="([^"]*)"`).exec(labels)?.[1]
      return `${label('account')} ${label('metric')}/${label('window')} ${left}`
    })
    .sort()
}

const readLeft = (shown: Shown[]) =>
  shown
    .flatMap(({ name, limits }) =>
      limits.map((each) => `${name} ${each.metric}/${each.window} ${each.remaining}`),
    )
    .sort()

async function ask(url: string, count: number, atOnce: number): Promise<void> {
  let left = count
  const client = async () => {
    while (left-- > 0) {
      const response = await fetch(`${url}/v1/chat/completions`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(QUESTION),
      })
      expect(response.status).toBe(200)
      await response.arrayBuffer()
    }
  }
  await Promise.all(Array.from({ length: atOnce }, client))
}

const total = (shown: Shown[]) => shown.reduce((sum, { today }) => sum + today.requests, 0)

test('while requests are answered, no way in is ahead of one asked later or behind one asked before', async () => {
  const { upstream, ways } = await givenWays()
  upstream.always(chat())
  let isOver = false
  const load = ask(ways.url, 400, 4).finally(() => (isOver = true))
  let before = 0
  for (let round = 0; round < 3 || !isOver; round += 1) {
    for (const look of [byApi, byCommand, byTop]) {
      const now = total(await look(ways))
      expect(now).toBeGreaterThanOrEqual(before)
      before = now
    }
  }
  await load
  expect(total(await byCommand(ways))).toBe(upstream.count())
})

test('with requests answered and requests in flight, command, API, screen, metrics and page say the same', async () => {
  const { upstream, ways } = await givenWays()
  upstream.always(chat())
  await ask(ways.url, 40, 8)
  const held = [new HeldRequest(), new HeldRequest(), new HeldRequest()]
  upstream.next(...held.map(({ answer }) => answer))
  const waiting = ask(ways.url, 3, 3)
  await Promise.all(held.map(({ arrived }) => arrived))
  const wanted = [
    { used: 30, reserved: 0, remaining: 0 },
    { used: 13, reserved: 3, remaining: 487 },
  ]
  const shown = await byApi(ways)
  expect(shown.map(({ limits }) => limits[0])).toMatchObject(wanted)
  expect([await byCommand(ways), await byTop(ways)]).toEqual([shown, shown])
  expect(await leftByMetrics(ways)).toEqual(readLeft(shown))
  await expectOnScreen(ways, ['30/30', '13/500'])
  await expectOnPage(ways, ['1 of 2', '43'])
  for (const each of held) each.release(chat())
  await waiting
  await until(async () => (await byApi(ways))[1]?.limits[0]?.reserved === 0)
  const after = await byApi(ways)
  expect(after.map(({ today }) => today.succeeded)).toEqual([30, 13])
  expect([await byCommand(ways), await byTop(ways)]).toEqual([after, after])
})

async function expectOnScreen({ home }: Ways, words: string[]): Promise<void> {
  if (!hasTmux) return
  const screen = new TmuxScreen({
    env: { ...cleanEnv(home), LANG: 'C.UTF-8' },
    cwd: home,
    columns: 120,
    rows: 30,
  })
  screen.type(`${process.execPath} ${binary} top`)
  screen.press('Enter')
  for (const each of words) await screen.shows(each)
}

async function expectOnPage({ home }: Ways, words: string[]): Promise<void> {
  if (!hasChromium) return
  const browser: Browser = await launchBrowser()
  onTestFinished(() => browser.close())
  const { stdout } = await runCommand(home, ['proxy', 'open', '--print', '--json'])
  const { page } = await openPage(browser, (JSON.parse(stdout) as { ticketUrl: string }).ticketUrl)
  for (const each of words) await page.locator('.tile-value').getByText(each, { exact: true }).waitFor()
}
