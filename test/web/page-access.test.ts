import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import {
  accessProblems,
  hasChromium,
  launchBrowser,
  openPage,
  measureOverflow,
  phone,
  signIn,
  withoutChromium,
} from './browser.ts'
import type { WatchedPage } from './browser.ts'
import { ADMIN_TOKEN, FakeApi } from '../support/servers/fake-api.ts'
import { manyAccounts, threeAccounts } from '../support/servers/fake-api-data.ts'

let browser: Browser
let api: FakeApi

async function signedIn(options: Parameters<typeof openPage>[2] = {}): Promise<WatchedPage> {
  const opened = await openPage(browser, api.url, options)
  onTestFinished(() => opened.context.close())
  await signIn(opened.page, ADMIN_TOKEN)
  return opened
}

/** Every view by its address, with the heading that says it is there. */
function views(): [hash: string, heading: string][] {
  const ids = api.accounts.map(({ id }) => id)
  return [
    ['#/', 'Accounts'],
    [`#/accounts/${ids[2] ?? ''}`, 'anthropic/spare'],
    ['#/add', 'Add an account'],
    [`#/compare?ids=${ids.join()}`, 'Compare'],
    ['#/live', 'Live'],
    ['#/jobs', 'Jobs'],
    ['#/history', 'History'],
    ['#/keys', 'Client keys'],
    ['#/archive', 'Archive'],
    ['#/nowhere', 'Nothing here'],
  ]
}

async function goTo({ page }: WatchedPage, [hash, heading]: [string, string]): Promise<void> {
  await page.evaluate((hash) => (location.hash = hash), hash)
  await page.getByRole('heading', { level: 1, name: heading }).waitFor()
  await page.waitForFunction(() => document.querySelector('.loading') === null)
}

function readGround(page: Page): Promise<string> {
  return page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor)
}

/** Expects no problem of access. The page is the same in both colours, so in the dark ones only contrast is checked. */
async function expectAccess(page: Page, view: string): Promise<void> {
  const light = await readGround(page)
  expect(await accessProblems(page), view).toEqual([])
  await page.emulateMedia({ colorScheme: 'dark' })
  expect(await readGround(page)).not.toBe(light)
  expect(await accessProblems(page, ['color-contrast']), `${view}, dark`).toEqual([])
  await page.emulateMedia({ colorScheme: 'light' })
}

/** The element with the focus, by what it is called. */
async function expectFocus(page: Page, name: string): Promise<void> {
  const focused = () => {
    const { activeElement } = document
    return activeElement?.getAttribute('aria-label') ?? activeElement?.textContent?.trim()
  }
  await expect.poll(() => page.evaluate(focused)).toBe(name)
}

describe.skipIf(!hasChromium)(`the page for every person${withoutChromium}`, () => {
  beforeAll(async () => {
    browser = await launchBrowser()
    api = new FakeApi(threeAccounts(Date.now()))
    const [work] = api.accounts
    if (work === undefined) throw new Error('no account')
    api.keys = [
      {
        ...work,
        hint: 'qk_…a1b2',
        accounts: [],
        accountCount: 3,
        models: [],
        status: 'active',
        expiresAt: null,
        overlapsUntil: null,
        isUseRecorded: true,
      },
    ]
    api.archive = [{ ...work, name: 'old', archivedAt: work.createdAt }]
    await api.start()
  })

  afterAll(async () => {
    await browser.close()
    await api.stop()
  })

  test('in light and dark colours no view has a problem of access, breaks the policy, or asks any other server', async () => {
    const opened = await openPage(browser, api.url, { colorScheme: 'light' })
    onTestFinished(() => opened.context.close())
    const { page } = opened
    await page.getByRole('heading', { name: 'Sign in' }).waitFor()
    await expectAccess(page, 'sign in')
    await signIn(page, ADMIN_TOKEN)
    for (const view of views()) {
      await goTo(opened, view)
      await expectAccess(page, view[1])
    }
    expect(opened.troubles).toEqual([])
  })

  test('the switch brings the other colours, and they are still there after a reload', async () => {
    const { page } = await signedIn({ colorScheme: 'light' })
    const light = await readGround(page)
    await page.getByTitle('Dark').click()
    expect(await readGround(page)).not.toBe(light)
    await page.reload()
    await page.getByRole('heading', { level: 1, name: 'Accounts' }).waitFor()
    expect(await readGround(page)).not.toBe(light)
  })

  test('on a phone of 360 pixels no view scrolls sideways', async () => {
    const opened = await openPage(browser, api.url, { viewport: phone, hasTouch: true, isMobile: true })
    onTestFinished(() => opened.context.close())
    expect(await measureOverflow(opened.page)).toBeLessThanOrEqual(0)
    await signIn(opened.page, ADMIN_TOKEN)
    for (const view of views()) {
      await goTo(opened, view)
      expect(await measureOverflow(opened.page), view[1]).toBeLessThanOrEqual(0)
    }
    expect(await accessProblems(opened.page)).toEqual([])
    expect(opened.troubles).toEqual([])
  })

  test('by keyboard alone: skip link, menu, dialog, Esc, and the focus is where it was', async () => {
    const { page } = await signedIn()
    // A sign-in moves the focus to the heading; a visit begins at the top.
    await page.reload()
    await page.getByRole('heading', { level: 1, name: 'Accounts' }).waitFor()
    await page.keyboard.press('Tab')
    await expectFocus(page, 'Skip to the content')
    await page.keyboard.press('Enter')
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('main')
    expect(new URL(page.url()).hash).not.toBe('#main')

    await page.getByRole('button', { name: 'Actions for qwen/work' }).focus()
    await page.keyboard.press('Enter')
    await expectFocus(page, 'Disable…')
    await page.keyboard.press('ArrowUp')
    await expectFocus(page, 'Archive…')
    await page.keyboard.press('Escape')
    await expectFocus(page, 'Actions for qwen/work')
    expect(await page.getByRole('menu').count()).toBe(0)

    await page.keyboard.press('Enter')
    await page.keyboard.press('End')
    await page.keyboard.press('ArrowUp')
    await page.keyboard.press('Enter')
    const dialog = page.getByRole('dialog', { name: 'Reset qwen/work?' })
    await dialog.waitFor()
    await expectFocus(page, 'Cancel')
    await page.keyboard.press('Escape')
    await dialog.waitFor({ state: 'detached' })
    await expectFocus(page, 'Actions for qwen/work')
  })

  test('a view that is entered has the focus on its heading, and its name in the title', async () => {
    const { page } = await signedIn()
    await expectFocus(page, 'Accounts')
    await page.getByRole('link', { name: 'Keys' }).press('Enter')
    // The heading is drawn first, and has the focus a moment later.
    await page.locator('h1:focus', { hasText: 'Client keys' }).waitFor()
    await page.waitForFunction(() => document.title === 'Client keys · qwenctl')
  })

  test('with 300 accounts only those in sight are drawn, all can be reached, and the rows are counted right', async () => {
    const many = new FakeApi(manyAccounts(Date.now(), 300))
    await many.start()
    onTestFinished(() => many.stop())
    const opened = await openPage(browser, many.url)
    onTestFinished(() => opened.context.close())
    const { page } = opened
    await signIn(page, ADMIN_TOKEN)
    const nodes = () => page.evaluate(() => document.querySelectorAll('*').length)
    const table = page.getByRole('table', { name: 'Accounts' })
    await table.waitFor()
    expect(await table.getAttribute('aria-rowcount')).toBe('302')
    expect(await nodes()).toBeLessThan(2000)

    await page.evaluate(() => scrollTo(0, document.documentElement.scrollHeight))
    await page.getByRole('rowheader', { name: 'qwen/team-297' }).waitFor()
    expect(await nodes()).toBeLessThan(2000)
    expect(await accessProblems(page)).toEqual([])

    await page.getByRole('searchbox', { name: 'Search' }).fill('team-123')
    await page.getByRole('rowheader', { name: 'openrouter/team-123' }).waitFor()
    expect(await page.getByRole('rowheader').count()).toBe(2) // and the sum
    expect(opened.troubles).toEqual([])
  })
})
