import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { hasChromium, launchBrowser, openPage, signIn, withoutChromium } from './browser.ts'
import type { WatchedPage } from './browser.ts'
import { ADMIN_TOKEN, FakeApi, Refusal } from '../support/servers/fake-api.ts'
import { threeAccounts } from '../support/servers/fake-api-data.ts'

let browser: Browser

async function started(accounts = threeAccounts(Date.now())): Promise<FakeApi> {
  const api = new FakeApi(accounts)
  await api.start()
  onTestFinished(() => api.stop())
  return api
}

async function opened(api: FakeApi): Promise<WatchedPage> {
  const watched = await openPage(browser, api.url, { isCutOff: true })
  onTestFinished(() => watched.context.close())
  await signIn(watched.page, ADMIN_TOKEN)
  return watched
}

describe.skipIf(!hasChromium)(`what the page shows when there is nothing to show${withoutChromium}`, () => {
  beforeAll(async () => {
    browser = await launchBrowser()
  })

  afterAll(() => browser.close())

  test('without accounts it says what one is, and how to add the first', async () => {
    const api = await started([])
    const { page } = await opened(api)
    await page.getByText('No accounts yet').waitFor()
    await page.getByRole('link', { name: 'Add the first account' }).click()
    await page.getByRole('heading', { level: 1, name: 'Add an account' }).waitFor()
  })

  test('while accounts are on their way it says so', async () => {
    const api = await started()
    api.refusals.set('GET /accounts', 'held')
    const { page } = await opened(api)
    await page.getByText('Loading accounts').waitFor()
  })

  test('when reading fails it says why and what to do, and trying again helps', async () => {
    const api = await started()
    const error = {
      code: 'store_locked',
      message: 'the store is locked',
      hint: 'try again; if it persists, end that process',
    }
    api.refusals.set('GET /accounts', new Refusal(503, error))
    const { page } = await opened(api)
    await page.getByText('The store is locked').waitFor()
    await page.getByText('Try again; if it persists, end that process').waitFor()
    api.refusals.clear()
    await page.getByRole('button', { name: 'Try again' }).click()
    await page.getByRole('link', { name: 'qwen/work' }).waitFor()
  })

  test('when the proxy ends the page keeps what it has, says so, and comes back with it', async () => {
    const api = await started()
    const { page, troubles } = await opened(api)
    await page.getByRole('link', { name: 'qwen/work' }).waitFor()
    await expect.poll(() => api.listeners).toBe(1)
    await api.stop()
    const banner = page.locator('.banner')
    await banner.getByText('The proxy does not answer').waitFor()
    expect(await page.getByRole('link', { name: 'qwen/work' }).count()).toBe(1)

    await page.getByRole('button', { name: 'Actions for qwen/work' }).click()
    await page.getByRole('menuitem', { name: 'Verify credential' }).click()
    await page.locator('.toast').getByText('qwenctl proxy start').waitFor()

    api.accounts = api.accounts.filter(({ name }) => name !== 'spare')
    await api.start()
    await banner.waitFor({ state: 'detached' })
    await page.getByRole('link', { name: 'anthropic/spare' }).waitFor({ state: 'detached' })
    expect(api.listeners).toBe(1)
    expect(troubles).toEqual([])
  })

  test('when the proxy comes back, a view that failed meanwhile reads again', async () => {
    const api = await started()
    const { page } = await opened(api)
    await page.getByRole('link', { name: 'qwen/work' }).waitFor()
    await expect.poll(() => api.listeners).toBe(1)
    await api.stop()
    await page.locator('.banner').waitFor()
    await page.getByRole('link', { name: 'History' }).click()
    const trouble = page.locator('main').getByText('The proxy does not answer')
    await trouble.first().waitFor()
    await api.start()
    await trouble.first().waitFor({ state: 'detached' })
    await page.getByRole('table').first().waitFor()
  })

  test('when the session ends one signs in again, with nothing left on the page', async () => {
    const api = await started()
    const { page } = await opened(api)
    await page.getByRole('link', { name: 'qwen/work' }).waitFor()
    api.refusals.set(
      'GET /keys',
      new Refusal(401, { code: 'invalid_token', message: 'the token is wrong, or its session has ended' }),
    )
    await page.getByRole('link', { name: 'Keys' }).click()
    await page.getByText('The session has ended. Sign in again.').waitFor()
    expect(await page.getByText('qwen/work').count()).toBe(0)
    expect(await page.evaluate(() => sessionStorage.length)).toBe(0)
  })

  test('an account that is not there, and an address that leads nowhere, say so', async () => {
    const api = await started()
    const { page } = await opened(api)
    await page.evaluate(() => (location.hash = '#/accounts/acc_gone'))
    await page.getByText('There is no such account').waitFor()
    await page.evaluate(() => (location.hash = '#/elsewhere'))
    await page.getByText('There is no page at this address').waitFor()
  })
})
