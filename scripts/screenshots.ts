// `node scripts/screenshots.ts`: the pictures of docs/guide/page.md and README.md, from a real proxy over simulated
// accounts. A simulated clock runs through a week in seconds; then a browser (Debian's chromium) opens the page.
// Needs a build.
import { mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { chromium } from 'playwright-core'
import type { Browser, Page } from 'playwright-core'
import { Management } from '../src/lib/management/management.ts'
import type { ManagementHandler } from '../src/lib/proxy/server/management-seam.ts'
import { startProxy } from '../src/lib/proxy/start-proxy.ts'
import type { RunningProxy } from '../src/lib/proxy/start-proxy.ts'
import { openToolkit } from '../src/lib/toolkit/open-toolkit.ts'
import type { Toolkit } from '../src/lib/toolkit/toolkit.ts'

const HOUR = 3_600_000
const HOURS = 7 * 24
/** The time of the pictures on that clock: they stay the same in every run. */
const END = Date.parse('2026-11-25T15:40:00.000Z')
/** Larger pictures make the documents slow to load. */
const MOST_BYTES = 150_000

const target = join(import.meta.dirname, '..', 'docs', 'images')

/** A picture by its name: its address, size and colour scheme. */
interface Shot {
  name: string
  hash: string
  width: number
  height: number
  dark?: boolean
  before?: (page: Page, stage: Stage) => Promise<void>
}

const shots: Shot[] = [
  { name: 'dashboard-accounts', hash: '#/', width: 1200, height: 808 },
  { name: 'dashboard-account', hash: '#/accounts/ID', width: 1200, height: 900, dark: true },
  { name: 'dashboard-history', hash: '#/history', width: 1200, height: 860 },
  { name: 'dashboard-phone', hash: '#/', width: 360, height: 720 },
  { name: 'dashboard-live', hash: '#/live', width: 1200, height: 480, before: requestsNow },
]

class Stage {
  readonly toolkit: Toolkit
  readonly proxy: RunningProxy
  /** Epoch milliseconds on the clock of the stage. */
  now: number

  private constructor(toolkit: Toolkit, proxy: RunningProxy, now: number) {
    this.toolkit = toolkit
    this.proxy = proxy
    this.now = now
  }

  static async open(home: string): Promise<Stage> {
    const time = { now: END - HOURS * HOUR }
    const toolkit = openToolkit({ env: { QWENCTL_HOME: home }, clock: () => time.now })
    await toolkit.settings.set('proxy.strategy', settings.strategy)
    await addAccounts(toolkit)
    let handler: ManagementHandler | null = null
    const proxy = await startProxy(
      toolkit,
      { ...settings, management: (req, res, facts) => handler?.(req, res, facts) },
      { onTrouble: (message) => console.error(message) },
    )
    const startedAt = new Date(time.now).toISOString()
    const management = new Management({
      toolkit,
      proxy: () => ({
        url: proxy.url,
        pid: process.pid,
        startedAt,
        strategy: settings.strategy,
        workers: 1,
        inFlight: proxy.inFlight,
      }),
      user: null,
      onTrouble: (message) => console.error(message),
      clock: () => time.now,
    })
    handler = (req, res, facts) => management.handle(req, res, facts)
    const stage = new Stage(toolkit, proxy, time.now)
    Object.defineProperty(stage, 'now', { get: () => time.now, set: (now: number) => (time.now = now) })
    return stage
  }

  async ask(number: number): Promise<void> {
    for (let index = 0; index < number; index += 1) {
      const model = index % 3 === 0 ? 'sandbox-large' : 'sandbox-small'
      const content = 'Say it in one sentence. '.repeat(8 + (index % 5) * 6)
      const response = await fetch(`${this.proxy.url}/v1/chat/completions`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ model, stream: index % 4 === 0, messages: [{ role: 'user', content }] }),
      })
      await response.text()
    }
  }

  async close(): Promise<void> {
    await this.proxy.stop(1000)
    await this.toolkit.close()
  }
}

const settings = {
  host: '127.0.0.1',
  port: 0,
  strategy: 'weighted',
  affinity: false,
  maxBodyMb: 8,
  connectTimeoutMs: 5_000,
  headersTimeoutMs: 10_000,
  idleTimeoutMs: 10_000,
  user: null,
  observe: { level: 'info', maxLogBytes: 1 << 26, countsMetrics: false, env: {} },
} as const

async function addAccounts(toolkit: Toolkit): Promise<void> {
  const add = (name: string, more: object) =>
    toolkit.accounts.add({ provider: 'sandbox', name, secret: `sk-simulated-${name}-0001`, ...more })
  await add('work', { limits: ['600/day', '60/minute'], weight: 3, groups: ['office'] })
  await add('home', { limits: ['250/day', '200000tokens/day'], weight: 2 })
  await add('spare', { limits: ['90/day'], groups: ['office', 'night'] })
  await add('batch', { limits: ['2000/week'], groups: ['night'] })
}

/** Busy by day, quiet by night, quieter at the weekend. */
function requestsIn(hour: Date): number {
  const byDay = Math.max(0, Math.sin(((hour.getUTCHours() - 6) / 17) * Math.PI))
  const isWeekend = hour.getUTCDay() % 6 === 0
  return Math.round((2 + byDay * 26) * (isWeekend ? 0.4 : 1))
}

async function passWeek(stage: Stage): Promise<void> {
  for (let at = END - HOURS * HOUR; at < END; at += HOUR) {
    stage.now = at
    await stage.ask(requestsIn(new Date(at)))
  }
  // The last hours without jumps, so that a forecast is possible.
  for (let at = END - 50 * 60_000; at < END; at += 2 * 60_000) {
    stage.now = at
    await stage.ask(4)
  }
  stage.now = END
  const revoked = await stage.proxy.sandbox()
  revoked.revoke('sk-simulated-batch-0001')
  await stage.ask(8)
}

async function requestsNow(page: Page, stage: Stage): Promise<void> {
  await page.getByText('Live', { exact: true }).last().waitFor()
  await stage.ask(9)
  const revoked = await stage.proxy.sandbox()
  revoked.revoke('sk-simulated-spare-0001')
  await stage.ask(9)
  await page.getByRole('row').nth(12).waitFor()
}

async function shoot(browser: Browser, stage: Stage, shot: Shot): Promise<void> {
  const { name, hash, width, height, dark = false, before } = shot
  const context = await browser.newContext({
    viewport: { width, height },
    colorScheme: dark ? 'dark' : 'light',
    locale: 'en-GB',
    timezoneId: 'UTC',
    reducedMotion: 'reduce',
  })
  const page = await context.newPage()
  stage.now += 1_000 // a second ticket of the same moment would be equal, and a ticket works once
  const { token } = await stage.toolkit.admin.ticket()
  await page.goto(`${stage.proxy.url}/#ticket=${token}`)
  await page.getByRole('link', { name: 'sandbox/work' }).waitFor()
  const { id } = await stage.toolkit.accounts.show('work')
  await page.evaluate(`location.hash = ${JSON.stringify(hash.replace('ID', id))}`)
  while ((await page.locator('.loading').count()) > 0) await page.waitForTimeout(50)
  await before?.(page, stage)
  await page.evaluate('new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))')
  const path = join(target, `${name}.png`)
  await page.screenshot({ path })
  await context.close()
  const { size } = statSync(path)
  console.log(`${path}: ${Math.round(size / 1000)} KB`)
  if (size > MOST_BYTES) throw new Error(`${name} is larger than ${MOST_BYTES} bytes`)
}

mkdirSync(target, { recursive: true })
const home = mkdtempSync(join(tmpdir(), 'qwenctl-pictures-'))
const stage = await Stage.open(home)
const browser = await chromium.launch({
  executablePath: '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--hide-scrollbars'],
})
try {
  await passWeek(stage)
  for (const shot of shots) await shoot(browser, stage, shot)
} finally {
  await browser.close()
  await stage.close()
  rmSync(home, { recursive: true, force: true })
}
