// A real browser over a page, with a watch on what must not happen: complaints of its policy, errors of its scripts,
// requests that leave the machine.

import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { chromium } from 'playwright-core'
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core'

const CHROMIUM = '/usr/bin/chromium'

export const hasChromium = existsSync(CHROMIUM)
/** For the name of what is skipped. */
export const withoutChromium = hasChromium ? '' : ` (skipped: there is no ${CHROMIUM})`

const flags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

export async function launchBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: CHROMIUM, args: flags })
}

export const desktop = { width: 1280, height: 800 }
export const phone = { width: 360, height: 740 }

export interface WatchedPage {
  page: Page
  context: BrowserContext
  /** The faults so far, in words. */
  troubles: string[]
}

/** A page of its own, with storage that no other page shares. `isCutOff`: lost connections are part of the test. */
export async function openPage(
  browser: Browser,
  url: string,
  { isCutOff = false, ...options }: BrowserContextOptions & { isCutOff?: boolean } = {},
): Promise<WatchedPage> {
  const context = await browser.newContext({ viewport: desktop, reducedMotion: 'reduce', ...options })
  const troubles: string[] = []
  const { origin } = new URL(url)
  await context.route('**/*', (route) => {
    const asked = route.request().url()
    if (asked.startsWith(`${origin}/`) || asked.startsWith('data:')) return route.continue()
    troubles.push(`a request left for ${asked}`)
    return route.abort()
  })
  const page = await context.newPage()
  page.on('pageerror', (error) => troubles.push(`an error of the page: ${error.message}`))
  page.on('console', (message) => {
    if (message.type() !== 'error') return
    // Refused and lost requests are said in the console by the browser itself, and on the page by us.
    const isOfNetwork = message.text().startsWith('Failed to load resource')
    if (!isOfNetwork || message.text().includes('Content Security')) troubles.push(message.text())
    else if (!isCutOff && message.text().includes('net::')) troubles.push(message.text())
  })
  await page.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', (event) => {
      console.error(`policy violated: ${event.violatedDirective} ${event.blockedURI}`)
    })
  })
  await page.goto(url)
  return { page, context, troubles }
}

/** Through the form, as a person does. */
export async function signIn(page: Page, token: string): Promise<void> {
  await page.getByLabel('Admin token').fill(token)
  await page.getByRole('button', { name: 'Sign in', exact: true }).click()
  await page.getByRole('heading', { level: 1, name: 'Accounts' }).waitFor()
}

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

interface AxeResult {
  violations: { id: string; impact: string | null; nodes: { html: string; failureSummary?: string }[] }[]
}

/** The faults that axe finds, each with its place; minor matters of taste are left out. `rules`: only these. */
export async function accessProblems(page: Page, rules: string[] | null = null): Promise<string[]> {
  // The text of axe has half a megabyte, and views of one document share it.
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(axe)
  const options = {
    resultTypes: ['violations'],
    selectors: false,
    preload: false,
    ...(rules === null ? {} : { runOnly: rules }),
  }
  const { violations } = await page.evaluate<AxeResult>(`axe.run(document, ${JSON.stringify(options)})`)
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical' || impact === 'moderate')
    .flatMap(({ id, nodes }) =>
      nodes.map(({ html, failureSummary = '' }) => `${id}: ${html} ${failureSummary}`),
    )
}

/** By how many pixels the page is wider than its window. */
export async function measureOverflow(page: Page): Promise<number> {
  return page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)
}
