// `qwenctl top` as people use it: the built program on a real terminal, beside a real proxy over the same home.

import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { openToolkit } from '../../src/lib/toolkit/open-toolkit.ts'
import type { AccountView } from '../../src/lib/toolkit/views.ts'
import { binary, buildIfMissing, cleanEnv } from '../support/cli.ts'
import { until } from '../support/servers/proxy-harness.ts'
import { hasTmux, TmuxScreen } from '../support/tmux.ts'
import { chatAt, givenHome, startedProxy } from './proxy/proxy-process.ts'

beforeAll(buildIfMissing)

const play = { provider: 'sandbox', limits: ['50/day'] }
const three = ['one', 'two', 'three'].map((name) => ({ ...play, name }))

/** A shell in which `top` runs, over a home with these accounts. */
async function givenTop(
  { accounts = three, env = {} }: { accounts?: typeof three; env?: Record<string, string> } = {},
  size: { columns?: number; rows?: number } = {},
): Promise<{ home: string; screen: TmuxScreen }> {
  const home = await givenHome(accounts)
  const screen = new TmuxScreen({ env: cleanEnv(home, { LC_ALL: 'C.UTF-8' }), cwd: home, ...size })
  await screen.shows('$')
  const settings = Object.entries(env).map(([name, value]) => `${name}=${value}`)
  const start = `exec env ${settings.join(' ')} ${process.execPath} ${binary} top`
  writeFileSync(join(home, 'start.sh'), `echo $$ > ${pidFile(home)}\n${start}\n`)
  screen.type('echo before; sh start.sh; echo "ended with $?"')
  screen.press('Enter')
  return { home, screen }
}

function pidFile(home: string): string {
  return join(home, 'top.pid')
}

async function storedAccount(home: string, name: string): Promise<AccountView> {
  const toolkit = openToolkit({ env: { QWENCTL_HOME: home } })
  try {
    return await toolkit.accounts.show(name)
  } finally {
    await toolkit.close()
  }
}

/** The shell is back, with what it showed before. */
async function expectRestored(screen: TmuxScreen, exit: number): Promise<void> {
  await screen.shows(`ended with ${exit}`)
  expect(screen.text()).toContain('before')
  expect(screen.modes()).toEqual({ isCursorShown: true, isAlternate: false })
}

describe.skipIf(!hasTmux)('on a terminal (needs tmux)', () => {
  test('accounts are shown, requests through a proxy appear, and keys change the store', async () => {
    const { home, screen } = await givenTop()
    await screen.shows(/sandbox\/one +ready +day/)
    expect(screen.modes()).toEqual({ isCursorShown: false, isAlternate: true })
    const proxy = await startedProxy(home, ['--strategy', 'fill-first'])
    await screen.shows(`● ${proxy.url} · fill-first`)
    await chatAt(proxy.url, { model: 'sandbox-small' })
    await screen.shows(/\d\d:\d\d:\d\d +sandbox\/one +sandbox-s\S+ +answered/)
    await screen.shows(/sandbox\/one .* 49 /)
    expect(screen.lines()).toHaveLength(24)

    screen.press('Down', 'd')
    await screen.shows('Disable sandbox/two?')
    screen.press('y')
    await screen.shows('sandbox/two is disabled')
    expect((await storedAccount(home, 'two')).enabled).toBe(false)
    screen.press('e')
    await screen.shows('sandbox/two is enabled')
    expect((await storedAccount(home, 'two')).enabled).toBe(true)
    screen.press('Up', 'r')
    await screen.shows('Reset the counters of sandbox/one to zero?')
    screen.press('y')
    await screen.shows('the counters of sandbox/one are at zero')
    await screen.shows(/sandbox\/one .* 50 /)
    expect((await storedAccount(home, 'one')).limits).toMatchObject([{ used: 0 }])
    screen.press('q')
    await expectRestored(screen, 0)
  })

  test('a cooldown of a running proxy is seen, and c ends it', async () => {
    const { home, screen } = await givenTop()
    await screen.shows(/sandbox\/one +ready/)
    const toolkit = openToolkit({ env: { QWENCTL_HOME: home } })
    const { id } = await toolkit.accounts.find('one')
    const until = new Date(Date.now() + 3_600_000).toISOString()
    await (await toolkit.ledger()).record([{ type: 'cool', subject: id, until, reason: 'rate-short' }])
    await toolkit.close()
    await screen.shows(/sandbox\/one +cooling 60m/)
    expect(screen.text()).toContain('rate limited by the provider · back in')
    screen.press('c')
    await screen.shows(/sandbox\/one +ready/)
    screen.press('C-c')
    await expectRestored(screen, 130)
  })

  test('a adds an account by the questions of auth add, and the screen is back with it', async () => {
    const { screen } = await givenTop()
    await screen.shows(/sandbox\/one +ready/)
    screen.press('a')
    await screen.shows('Provider')
    screen.type('sandbox')
    await screen.shows('❯ sandbox')
    screen.press('Enter')
    await screen.shows('Name')
    screen.type('fresh')
    await screen.shows('Name fresh')
    screen.press('Enter')
    await screen.shows('added sandbox/fresh')
    await screen.shows(/ qwenctl top .*\n.*\n.*\n ── accounts ─+ 4 ──/)
    screen.press('End')
    await screen.shows('▸ sandbox/fresh')
    screen.press('q')
    await screen.shows('ended with 0')
    expect(screen.modes()).toEqual({ isCursorShown: true, isAlternate: false })
  })

  test('when adding an account fails, that can be read, and the screen takes keys again', async () => {
    const { screen } = await givenTop()
    await screen.shows(/sandbox\/one +ready/)
    screen.press('a')
    await screen.shows('Provider')
    screen.type('custom')
    await screen.shows('❯ custom')
    screen.press('Enter')
    await screen.shows('Name')
    screen.press('Enter')
    await screen.shows('Base URL')
    screen.type('http://127.0.0.1:9/v1')
    screen.press('Enter')
    await screen.shows('nothing was stored')
    await screen.shows('Press Enter to return to the screen.')
    screen.press('Enter')
    await screen.shows('no account was added')
    screen.press('j')
    await screen.shows('▸ sandbox/two')
    screen.press('q')
    await screen.shows('ended with 0')
  })

  test('a terminal that changes its size gets another picture, without rests of the one before', async () => {
    const { screen } = await givenTop({}, { columns: 120, rows: 40 })
    await screen.shows(/ACCOUNT .* COST/)
    expect(screen.lines()).toHaveLength(40)
    screen.resize(60, 16)
    await screen.shows(/ACCOUNT +STATUS +USED +LEFT +RESETS +TODAY/)
    await until(() => screen.lines().filter((line) => line.includes('── accounts')).length === 1)
    expect(screen.lines()[0]).toMatch(/^ qwenctl top .* \d\d:\d\d$/)
    expect(screen.lines().at(-1)).toContain('q quit')
    screen.resize(100, 30)
    await until(() => screen.lines().at(-1)?.includes('q quit') === true)
    expect(screen.lines().filter((line) => line.includes('q quit'))).toHaveLength(1)
    screen.press('q')
    await expectRestored(screen, 0)
  })

  test('ctrl-z hands the terminal back, and fg returns to a whole screen', async () => {
    const { screen } = await givenTop()
    await screen.shows(/sandbox\/one +ready/)
    screen.press('C-z')
    await screen.shows('Stopped')
    expect(screen.modes()).toEqual({ isCursorShown: true, isAlternate: false })
    screen.type('clear; fg')
    screen.press('Enter')
    await screen.shows(/sandbox\/one +ready/)
    expect(screen.lines()[0]).toContain('qwenctl top')
    screen.press('j', 'q')
    await until(() => !screen.modes().isAlternate && screen.modes().isCursorShown)
  })

  test.each([
    ['SIGTERM', 143],
    ['SIGHUP', 129],
    ['SIGINT', 130],
  ])('when %s ends it, the terminal is as before', async (signal, exit) => {
    const { home, screen } = await givenTop()
    await screen.shows(/sandbox\/one +ready/)
    process.kill(Number(readFileSync(pidFile(home), 'utf8')), signal)
    await expectRestored(screen, exit)
  })

  test('without UTF-8 and colours it draws with ASCII, and says everything', async () => {
    const { screen } = await givenTop({ env: { LC_ALL: 'C', NO_COLOR: '1' } })
    await screen.shows(/> +sandbox\/one +ready +day +\[-+\] +50/)
    // eslint-disable-next-line no-control-regex -- ASCII begins with control characters
    expect(screen.text()).toMatch(/^[\x00-\x7f]*$/)
    screen.press('q')
    await expectRestored(screen, 0)
  })

  test('on a terminal that cannot be drawn on, it says what to use instead', async () => {
    const { screen } = await givenTop({ env: { TERM: 'dumb' } })
    await screen.shows('cannot draw a screen')
    await screen.shows('ended with 2')
  })
})
